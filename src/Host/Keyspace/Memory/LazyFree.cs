using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Frees by pieces what nobody can reach any more: large values, and what the values of a flushed database own.</summary>
/// <remarks>
/// In order of arrival, so a database's heap outlives the records that were put off before it was flushed. What needs no type's help
/// (table, record heap, external blocks) goes to another thread at once.
/// </remarks>
internal sealed unsafe class LazyFree(KeyspaceState state)
{
    /// <summary>Most values that wait; further ones are freed at once.</summary>
    public const int QueueMax = 1 << 20;

    /// <summary>Time of a slice while little waits, microseconds.</summary>
    public const long SliceMicros = 500;

    // A slice grows with what waits, by a microsecond per so many pieces (each takes about a tenth of one), and up to this.
    private const long PiecesPerExtraMicro = 2048;
    private const long SliceMicrosMax = 4000;

    // From here on freeing gets half as much time as commands do, however long those are: it is several times as fast as building.
    private const long PiecesToKeepUp = 4 << 20;
    private const int KeepUpShare = 2;

    // Pieces between two looks at the clock.
    private const int PiecesPerLook = 256;

    private readonly Queue<Waiting> _queue = new();
    private readonly List<StoreContent> _detached = [];
    private readonly Stack<(nint Record, long Effort)> _large = new();
    private int _budget;

    /// <summary>Keys that UNLINK, FLUSHALL ASYNC and the like have put off and whose memory is still held.</summary>
    public long Pending { get; private set; }

    /// <summary>About how many pieces wait.</summary>
    public long PendingPieces { get; private set; }

    /// <summary>Whether <see cref="Step"/> has something to do.</summary>
    public bool HasWork => _queue.Count > 0;

    /// <summary>Bytes of detached databases that are not handed to the other thread yet.</summary>
    public long UsedBytes
    {
        get
        {
            if (_detached.Count == 0) return 0; // asked before every command
            long bytes = 0;
            foreach (StoreContent content in _detached) bytes += content.UsedBytes;
            return bytes;
        }
    }

    /// <summary>Takes over a record that has left its table, with its value.</summary>
    /// <param name="content">Where the record comes from.</param>
    /// <param name="record">The record.</param>
    /// <param name="effort">Its pieces.</param>
    /// <param name="isLazy">Whether putting it off was asked for; if not, nobody is told that it waits.</param>
    /// <returns>False when too many wait.</returns>
    public bool TryEnqueue(StoreContent content, Record* record, long effort, bool isLazy)
    {
        if (_queue.Count >= QueueMax) return false;
        _queue.Enqueue(new Waiting(content, (nint)record, effort, isLazy));
        PendingPieces += effort;
        if (isLazy) Pending++;
        return true;
    }

    /// <summary>Takes over a detached content; one that a snapshot walk still needs rests until <see cref="Resume"/>.</summary>
    public void Retire(StoreContent content)
    {
        if (content.IsFreedLazily) Pending += content.Table.Count;
        _detached.Add(content);
        if (!content.IsAwaitingWalk || state.Snapshots.TryForget(content)) Resume(content);
    }

    /// <summary>The snapshot walk is done with a detached content.</summary>
    public void Resume(StoreContent content)
    {
        long effort = content.OwningCount;
        if (effort == 0 && _queue.Count == 0)
        {
            HandOver(content);
            return;
        }

        _queue.Enqueue(new Waiting(content, 0, effort, content.IsFreedLazily));
        PendingPieces += effort;
    }

    /// <summary>Frees for a slice of time that follows what waits and how busy the loop is. Called by the loop.</summary>
    /// <param name="busyMicros">What the loop has spent since the last slice.</param>
    /// <returns>True while there is more to do.</returns>
    public bool Slice(long busyMicros)
    {
        long micros = Math.Min(SliceMicrosMax, SliceMicros + (PendingPieces / PiecesPerExtraMicro));
        if (PendingPieces > PiecesToKeepUp) micros = Math.Max(micros, busyMicros / KeepUpShare);
        return Run(micros);
    }

    /// <summary>Frees for about so many microseconds.</summary>
    /// <returns>True while there is more to do.</returns>
    public bool Run(long micros)
    {
        if (_queue.Count == 0) return false;
        long deadline = state.Options.MonotonicMicros() + micros;
        bool more;
        do more = Step(PiecesPerLook);
        while (more && state.Options.MonotonicMicros() < deadline);
        return more;
    }

    /// <summary>Frees about so many pieces.</summary>
    /// <returns>True while there is more to do.</returns>
    public bool Step(int pieces)
    {
        _budget = pieces;
        while (_budget > 0 && _queue.Count > 0)
        {
            Waiting first = _queue.Peek();
            bool done = first.Record != 0 ? FreeSome(first) : FreeSome(first.Content);
            if (!done) continue;
            PendingPieces -= first.Effort;
            _queue.Dequeue();
        }

        return _queue.Count > 0;
    }

    /// <summary>Whether values of the type wait to be freed.</summary>
    public bool Holds(int typeId)
    {
        foreach (Waiting waiting in _queue)
        {
            if (waiting.Record != 0 && ((Record*)waiting.Record)->TypeId == typeId) return true;
        }

        return _detached.Exists(content => content.TypeCounts[typeId] != 0);
    }

    private bool FreeSome(in Waiting waiting)
    {
        Record* record = (Record*)waiting.Record;
        if (!FreeSome(record)) return false;
        if (record->IsExternal) waiting.Content.FreeExternal(record);
        waiting.Content.FreeBlock(record);
        if (!waiting.IsLazy) return true;
        Pending--;
        state.Statistics.LazyFreedObjects++;
        return true;
    }

    private bool FreeSome(Record* record)
    {
        int pieces = Math.Max(1, _budget);
        bool done = state.Types.Of(record).FreeSome(new Entry(record, null), pieces);
        _budget = done ? _budget - StoreContent.LazyEffort : 0;
        return done;
    }

    private bool FreeSome(StoreContent content)
    {
        if (_large.Count > 0)
        {
            (nint record, long effort) = _large.Peek();
            if (!FreeSome((Record*)record)) return false;
            _large.Pop();
            PendingPieces -= effort;
            return false;
        }

        if (content.OwningCount > 0 && !content.IsFreed)
        {
            Freeing freeing = new(this);
            content.FreeCursor = content.Table.Scan(content.FreeCursor, ref freeing);
            content.IsFreed = content.FreeCursor == 0;
            _budget--;
            return false;
        }

        HandOver(content);
        return true;
    }

    private void Free(Record* record)
    {
        if (!state.Types.Owns(record)) return;
        DataType type = state.Types.Of(record);
        Entry value = new(record, null);
        long effort = type.FreeEffort(value);
        if (effort > StoreContent.LazyEffort)
        {
            _large.Push(((nint)record, effort));
            PendingPieces += effort;
            return;
        }

        type.Free(value);
        _budget -= (int)Math.Max(1, effort);
    }

    private void HandOver(StoreContent content)
    {
        if (content.IsFreedLazily)
        {
            Pending -= content.Table.Count;
            state.Statistics.LazyFreedObjects += content.Table.Count;
        }

        _detached.Remove(content);
        state.Background.Run(content.Dispose, content.UsedBytes);
    }

    /// <param name="Content">A detached content, or where the record comes from.</param>
    /// <param name="Record">The record, or 0.</param>
    /// <param name="Effort">Pieces, for <see cref="PendingPieces"/>.</param>
    /// <param name="IsLazy">Whether it counts as freed lazily.</param>
    private readonly record struct Waiting(StoreContent Content, nint Record, long Effort, bool IsLazy);

    private readonly struct Freeing(LazyFree owner) : IRecordVisitor
    {
        public void Visit(Record* record) => owner.Free(record);
    }
}
