using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// A point-in-time walk over all databases, a slice at a time. A record whose parity bit is not the walk's is still to be saved; whatever
/// changes or removes such a record saves it first. New records get the walk's bit, so they are not part of it.
/// </summary>
/// <remarks>
/// Two buffers: while a large value is half saved its pieces must stay neighbours, so old values of other keys gather in the second one.
/// After a cancelled walk records have either bit: they are settled in slices, or at once when the next walk starts before that is done.
/// </remarks>
internal sealed unsafe class SnapshotWalk(KeyspaceState state, ChunkPool pool) : ISnapshots, IDisposable
{
    /// <summary>Size at which a chunk is handed over, in bytes.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>Old values saved beside a half-saved one before that one is finished at once, in bytes.</summary>
    public const int AsideBytesMax = 4 << 20;

    // Between two looks at the clock: about 5 µs of small keys, or 64 KB.
    private const int BucketsPerLook = 16;
    private const int BytesPerLook = 64 * 1024;

    // Strings from this size on get a chunk of their own and are copied into it so many bytes at a time: fresh memory costs 0.2 ms a MB.
    private const int LargeString = 1 << 20;
    private const int BytesPerCopy = 512 * 1024;

    private readonly List<StoreContent> _contents = [];
    private readonly SnapshotBuffer _buffer = new(pool);
    private readonly SnapshotBuffer _aside = new(pool);
    private readonly CommandItems _commands = new();
    private SnapshotConsumer? _consumer;
    private SnapshotConsumer? _last;
    private bool _asCommands;
    private int _rdbVersion;
    private Run? _run;
    private int _at;
    private bool _settling;

    private Record* _partial;
    private StoreContent? _partialContent;
    private ulong _position;

    // While a large string is being copied: where to. Its chunk is another, so the two buffers are not concerned.
    private readonly SnapshotBuffer _large = new(null);
    private byte* _copy;

    /// <summary>Whether a walk is under way.</summary>
    public bool Active => _consumer != null;

    /// <inheritdoc/>
    bool ISnapshots.Active => Active || _last is { IsWriting: true };

    /// <summary>Whether <see cref="Step"/> has something to do: not while the consumer has no room.</summary>
    public bool HasWork => _settling || _consumer is { Ready: true };

    /// <summary>
    /// Bytes in chunks that a consumer may hold while it is not ready: old values of keys that change come all the same. Consumers have
    /// limits of their own, which are lower; this one is for those that have none.
    /// </summary>
    public long HeldBytesMax { get; set; } = 1L << 30;

    /// <summary>Bytes in chunks that consumers hold.</summary>
    public SnapshotAccount InFlight { get; } = new();

    /// <inheritdoc/>
    public ISnapshot Start(SnapshotConsumer consumer)
    {
        Invariant.Check(!Active, "a snapshot was started while one is under way");
        while (_settling) Settle();
        pool.Open();
        state.Parity = !state.Parity;
        _consumer = _last = consumer;
        _asCommands = consumer.WantsCommands;
        _rdbVersion = consumer.RdbVersion;
        _run = new Run(this);
        _at = 0;
        foreach (DatabaseStore store in state.Stores)
        {
            if (store.Count == 0) continue;
            StoreContent content = store.Content;
            content.WalkCursor = 0;
            content.WalkIndex = store.Index;
            content.IsAwaitingWalk = true;
            _contents.Add(content);
            _run.KeysTotal += store.Count;
        }

        _contents.Sort((a, b) => a.WalkIndex.CompareTo(b.WalkIndex));
        state.SetHook(KeyspaceHooks.Snapshot, true);
        return _run;
    }

    /// <inheritdoc/>
    bool ISnapshots.TryComplete()
    {
        if (!Active && _last is not { IsWriting: true }) return true;
        return _last!.TryComplete();
    }

    /// <summary>Goes on for about so many microseconds, or until the consumer has no room. Call it between commands.</summary>
    /// <returns>True while there is more to do.</returns>
    public bool Step(long micros)
    {
        Func<long> now = state.Options.MonotonicMicros;
        long deadline = now() + micros;
        while (_settling)
        {
            Settle();
            if (now() >= deadline) return true;
        }

        while (_consumer is { Ready: true })
        {
            if (_partial != null) ContinuePartial();
            else if (_at == _contents.Count) Finish();
            else WalkBuckets();

            if (now() >= deadline) break;
        }

        return Active || _settling;
    }

    /// <summary>Saves a record that is about to change or go, unless it is saved. Only while <see cref="Active"/>.</summary>
    internal void Save(StoreContent content, Record* record)
    {
        if (record->SnapshotParity == state.Parity) return;
        if (record == _partial)
        {
            FinishPartial();
            return;
        }

        bool beside = _partial != null && _copy == null;
        SnapshotBuffer buffer = beside ? _aside : _buffer;
        if (record->TypeId == state.Types.StringId)
        {
            buffer.AddString(content, record, state.Clock);
        }
        else
        {
            ulong position = 0;
            while (!SavePiece(buffer, content, record, ref position))
            {
                if (!beside) HandOverFull();
            }
        }

        Done(record);
        if (!beside) HandOverFull();
        else if (_aside.Bytes > AsideBytesMax) FinishPartial();
    }

    /// <summary>Whether the record must stay where it is.</summary>
    internal bool Holds(Record* record) => record == _partial;

    /// <summary>A content that a cancelled walk left unsettled has been detached: nobody will ask for its parity bits.</summary>
    /// <returns>False: a walk is active and needs it.</returns>
    internal bool TryForget(StoreContent content)
    {
        if (Active) return false;
        _contents.Remove(content);
        content.IsAwaitingWalk = false;
        _settling = _contents.Count > 0;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Active) End("the server stops");
        _buffer.Dispose();
        _aside.Dispose();
        _large.Dispose();
    }

    private void WalkBuckets()
    {
        long bytes = _buffer.Bytes;
        StoreContent content = _contents[_at];
        Walking walking = new(this, content);
        for (int i = 0; i < BucketsPerLook && _buffer.Bytes - bytes < BytesPerLook; i++)
        {
            WalkAhead.Prefetch(content.Table, content.WalkCursor);
            ulong next = content.Table.Scan(content.WalkCursor, ref walking);
            if (!Active) return;

            // A bucket with a half-saved value is visited again: saved keys are passed over then.
            if (_partial != null) break;
            content.WalkCursor = next;
            if (next != 0) continue;
            _at++;
            Leave(content);
            break;
        }

        HandOverFull();
    }

    private void Visit(StoreContent content, Record* record)
    {
        if (record->SnapshotParity == state.Parity || _partial != null || !Active) return;
        if (record->TypeId == state.Types.StringId)
        {
            if (record->IsExternal && record->ExternalLength >= LargeString)
            {
                BeginCopy(content, record);
                return;
            }

            _buffer.AddString(content, record, state.Clock);
            Done(record);
            return;
        }

        ulong position = 0;
        if (SavePiece(_buffer, content, record, ref position))
        {
            Done(record);
            return;
        }

        _partial = record;
        _partialContent = content;
        _position = position;
    }

    private void ContinuePartial()
    {
        if (_copy != null) ContinueCopy();
        else if (SavePiece(_buffer, _partialContent!, _partial, ref _position)) EndPartial();
        else HandOverFull();
    }

    private void BeginCopy(StoreContent content, Record* record)
    {
        _partial = record;
        _partialContent = content;
        _position = 0;
        _copy = _large.BeginString(content, record, state.Clock, checked((int)record->ExternalLength));
    }

    private void ContinueCopy()
    {
        long left = _partial->ExternalLength - (long)_position;
        long count = Math.Min(left, BytesPerCopy);
        NativeMemory.Copy(_partial->ExternalPointer + _position, _copy + _position, (nuint)count);
        _position += (ulong)count;
        if (count < left) return;
        _copy = null;

        // The buffer first: the chunk before it may have ended amid a value.
        HandOver(_buffer);
        HandOver(_large);
        EndPartial();
    }

    private void FinishPartial()
    {
        while (_partial != null) ContinuePartial();
    }

    private void EndPartial()
    {
        // A failed Save has ended the walk, and the half-saved value with it.
        if (_partial == null) return;
        Done(_partial);
        _partial = null;
        _partialContent = null;
        if (_aside.Count > 0)
        {
            HandOver(_buffer);
            HandOver(_aside);
        }

        HandOverFull();
    }

    private void Done(Record* record)
    {
        record->SnapshotParity = state.Parity;
        if (_run != null) _run.KeysDone++;
    }

    // True also when the walk has ended because the type failed.
    private bool SavePiece(SnapshotBuffer buffer, StoreContent content, Record* record, ref ulong position)
    {
        if (!Active) return true;
        DataType type = state.Types.Of(record);
        long start = buffer.Begin(content, record, state.Clock);
        bool done;
        try
        {
            var value = new Entry(record, null);
            buffer.Writer.RdbVersion = _rdbVersion;
            done = _asCommands
                ? type.Rewrite(value, _commands.Into(buffer.Writer), ref position)
                : type.Save(value, buffer.Writer, ref position);
        }
        catch (Exception error)
        {
            // A module's fault must not fail the command that only wanted to write the key.
            End($"data type {type.Name} failed to save a value: {error.Message}");
            return true;
        }

        buffer.End(start, continued: !done);
        return done;
    }

    private void HandOverFull()
    {
        if (_buffer.Bytes >= ChunkBytes) HandOver(_buffer);
    }

    private void HandOver(SnapshotBuffer buffer)
    {
        if (_consumer == null || buffer.Count == 0) return;
        if (InFlight.Bytes > HeldBytesMax && !_consumer.Ready)
        {
            End($"the snapshot's consumer holds {InFlight.Bytes >> 20} MB and takes no more, while clients change the data");
            return;
        }

        _consumer.Take(buffer.Detach(state.Types.Names, InFlight));
    }

    private void Finish()
    {
        HandOver(_buffer);
        End(null);
    }

    private void End(string? error)
    {
        SnapshotConsumer? consumer = _consumer;
        _consumer = null;
        _run = null;
        _partial = null;
        _partialContent = null;
        _copy = null;
        _buffer.Clear();
        _aside.Clear();
        _large.Clear();
        pool.Close();
        state.SetHook(KeyspaceHooks.Snapshot, false);

        // Only what belongs to a database needs its parity bits settled.
        for (int i = _at; i < _contents.Count; i++)
        {
            if (_contents[i].IsDetached) Leave(_contents[i]);
        }

        _contents.RemoveAll(content => !content.IsAwaitingWalk);
        _at = 0;
        _settling = _contents.Count > 0;
        consumer?.Ended(error);
    }

    private void Leave(StoreContent content)
    {
        content.IsAwaitingWalk = false;
        if (content.IsDetached) state.LazyFree.Resume(content);
    }

    private void Settle()
    {
        StoreContent content = _contents[^1];
        Settling settling = new(state.Parity);
        for (int i = 0; i < BucketsPerLook; i++)
        {
            WalkAhead.Prefetch(content.Table, content.WalkCursor);
            content.WalkCursor = content.Table.Scan(content.WalkCursor, ref settling);
            if (content.WalkCursor != 0) continue;
            _contents.RemoveAt(_contents.Count - 1);
            Leave(content);
            _settling = _contents.Count > 0;
            return;
        }
    }

    private sealed class Run(SnapshotWalk walk) : ISnapshot
    {
        public long KeysDone { get; set; }

        public long KeysTotal { get; set; }

        public void Complete()
        {
            while (walk._run == this)
            {
                Invariant.Check(walk._consumer!.Ready, "a snapshot is to be completed, and its consumer has no room");
                walk.Step(long.MaxValue / 2);
            }
        }

        public void Cancel(string reason)
        {
            if (walk._run == this) walk.End(reason);
        }
    }

    private readonly struct Walking(SnapshotWalk walk, StoreContent content) : IRecordVisitor
    {
        public void Visit(Record* record) => walk.Visit(content, record);
    }

    private readonly struct Settling(bool parity) : IRecordVisitor
    {
        public void Visit(Record* record) => record->SnapshotParity = parity;
    }
}
