using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// Empties sparse pages of the heap that the values share: only the types know what points to a block, so a pass goes through the keys
/// whose types own memory and lets each value offer its blocks. A slice at a time, between commands; nothing while nothing is to be won.
/// </summary>
internal sealed unsafe class Defragmentation(KeyspaceState state) : IDisposable
{
    /// <summary>Time of a slice, microseconds.</summary>
    public const long SliceMicros = 300;

    // Pages set aside or put back between two looks at the clock: some 0.1 µs each.
    private const int PagesPerLook = 256;

    // Pieces of a value between two looks at the clock.
    private const int PiecesPerLook = 256;

    // A pass that won less than this share of what seemed possible is not repeated before as much again could be won.
    private const int ShareThatPays = 8;
    private const long WorthAnotherPass = 1 << 20;

    private readonly KeyList _large = new();
    private Stage _stage;
    private StoreContent? _content;
    private int _store;
    private ulong _cursor;
    private int _next;
    private ulong _position;
    private long _couldWin;
    private long _tryAbove;

    private enum Stage
    {
        Idle,
        SettingAside,
        Walking,
        PuttingBack,
    }

    /// <summary>Whether a pass is under way.</summary>
    public bool Active => _stage != Stage.Idle;

    /// <summary>Begins a pass when it pays, and goes on with one.</summary>
    /// <returns>True while there is more to do.</returns>
    public bool Step(long micros = SliceMicros)
    {
        if (_stage == Stage.Idle)
        {
            if (!Pays()) return false;
            Begin();
        }

        long start = state.Options.MonotonicMicros(), now;
        long moved = state.Blocks.MovedBlocks;
        do
        {
            Advance();
            now = state.Options.MonotonicMicros();
        }
        while (_stage != Stage.Idle && now - start < micros);

        state.Statistics.DefragmentedBlocks += state.Blocks.MovedBlocks - moved;
        state.Statistics.DefragmentationMicros += now - start;
        state.Statistics.Latency.Report("active-defrag-cycle", now - start);
        return _stage != Stage.Idle;
    }

    /// <summary>Begins a pass whether it pays or not, unless one is under way.</summary>
    public void Begin()
    {
        if (_stage != Stage.Idle) return;
        _couldWin = state.Blocks.EvacuableBytes;
        _stage = Stage.SettingAside;
    }

    /// <inheritdoc/>
    public void Dispose() => _large.Dispose();

    // Blocks that no value offers (a module's own, or of a type that does not defragment) would make every pass as futile as the last.
    private bool Pays()
    {
        if (!state.Blocks.EvacuationPays) return false;
        long couldWin = state.Blocks.EvacuableBytes;
        _tryAbove = Math.Min(_tryAbove, couldWin + (couldWin / ShareThatPays) + WorthAnotherPass);
        return couldWin >= _tryAbove;
    }

    private void Advance()
    {
        switch (_stage)
        {
            case Stage.SettingAside:
                if (state.Blocks.PrepareMoving(PagesPerLook) == 0) BeginWalk();
                break;
            case Stage.Walking:
                Walk();
                break;
            case Stage.PuttingBack:
                if (state.Blocks.EndMoving(PagesPerLook)) End();
                break;
        }
    }

    private void BeginWalk()
    {
        _stage = Stage.Walking;
        _store = 0;
        BeginStore();
    }

    private void BeginStore()
    {
        while (_store < state.Stores.Count && state.Stores[_store].Content.OwningCount == 0) _store++;
        _content = _store < state.Stores.Count ? state.Stores[_store].Content : null;
        _cursor = 0;
        ForgetLarge();
        if (_content is null) _stage = Stage.PuttingBack;
    }

    private void Walk()
    {
        // SWAPDB or FLUSHDB: what was here is elsewhere, or gone. The next pass will find it.
        if (state.Stores[_store].Content != _content)
        {
            _store++;
            BeginStore();
            return;
        }

        if (_next < _large.Count)
        {
            GoOnWithLarge();
            return;
        }

        ForgetLarge();
        Visiting visiting = new(this);
        _cursor = _content.Table.Scan(_cursor, ref visiting);
        if (_cursor != 0 || _large.Count > 0) return;
        _store++;
        BeginStore();
    }

    private void GoOnWithLarge()
    {
        Record* record = _content!.Table.Find(_large[_next].Hash, _large[_next].Pointer, _large[_next].Length);
        if (record == null || !state.Types.Owns(record) || Defragment(record, ref _position))
        {
            _next++;
            _position = 0;
        }

        if (_next < _large.Count || _cursor != 0) return;
        _store++;
        BeginStore();
    }

    private bool Defragment(Record* record, ref ulong position)
    {
        // Of a value that is half saved the snapshot knows where to go on.
        if (state.Snapshots.Holds(record)) return true;
        return state.Types.Of(record).Defragment(new Entry(record, null), ref position, PiecesPerLook);
    }

    private void Visit(Record* record)
    {
        if (!state.Types.Owns(record)) return;
        ulong position = 0;
        if (!Defragment(record, ref position)) _large.Add(record);
    }

    private void ForgetLarge()
    {
        _large.Clear();
        _next = 0;
        _position = 0;
    }

    private void End()
    {
        _stage = Stage.Idle;
        _content = null;
        long left = state.Blocks.EvacuableBytes;
        bool paid = _couldWin - left > _couldWin / ShareThatPays;
        _tryAbove = paid ? 0 : left + (left / ShareThatPays) + WorthAnotherPass;
    }

    private readonly struct Visiting(Defragmentation owner) : IRecordVisitor
    {
        public void Visit(Record* record) => owner.Visit(record);
    }
}
