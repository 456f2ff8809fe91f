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

    private readonly Queue<(StoreContent Content, nint Record)> _queue = new();
    private readonly List<StoreContent> _detached = [];
    private readonly Stack<nint> _large = new();
    private int _budget;

    /// <summary>Keys whose memory is still held.</summary>
    public long Pending { get; private set; }

    /// <summary>Whether <see cref="Step"/> has something to do.</summary>
    public bool HasWork => _queue.Count > 0;

    /// <summary>Bytes of detached databases that are not handed to the other thread yet.</summary>
    public long UsedBytes
    {
        get
        {
            long bytes = 0;
            foreach (StoreContent content in _detached) bytes += content.UsedBytes;
            return bytes;
        }
    }

    /// <summary>Takes over a record that has left its table, with its value.</summary>
    /// <returns>False when too many wait.</returns>
    public bool TryEnqueue(StoreContent content, Record* record)
    {
        if (_queue.Count >= QueueMax) return false;
        _queue.Enqueue((content, (nint)record));
        Pending++;
        return true;
    }

    /// <summary>Takes over a detached content; one that a snapshot walk still needs rests until <see cref="Resume"/>.</summary>
    public void Retire(StoreContent content)
    {
        Pending += content.Table.Count;
        _detached.Add(content);
        if (!content.IsAwaitingWalk || state.Snapshots.TryForget(content)) Resume(content);
    }

    /// <summary>The snapshot walk is done with a detached content.</summary>
    public void Resume(StoreContent content)
    {
        if (content.OwningCount == 0 && _queue.Count == 0) HandOver(content);
        else _queue.Enqueue((content, 0));
    }

    /// <summary>Frees about so many pieces. Called by the loop.</summary>
    /// <returns>True while there is more to do.</returns>
    public bool Step(int pieces)
    {
        _budget = pieces;
        while (_budget > 0 && _queue.Count > 0)
        {
            (StoreContent content, nint record) = _queue.Peek();
            bool done = record != 0 ? FreeSome(content, (Record*)record) : FreeSome(content);
            if (done) _queue.Dequeue();
        }

        return _queue.Count > 0;
    }

    /// <summary>Whether values of the type wait to be freed.</summary>
    public bool Holds(int typeId)
    {
        foreach ((_, nint record) in _queue)
        {
            if (record != 0 && ((Record*)record)->TypeId == typeId) return true;
        }

        return _detached.Exists(content => content.TypeCounts[typeId] != 0);
    }

    private bool FreeSome(StoreContent content, Record* record)
    {
        if (!FreeSome(record)) return false;
        if (record->IsExternal) content.FreeExternal(record);
        content.FreeBlock(record);
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
            if (FreeSome((Record*)_large.Peek())) _large.Pop();
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
            _large.Push((nint)record);
            return;
        }

        type.Free(value);
        _budget -= (int)Math.Max(1, effort);
    }

    private void HandOver(StoreContent content)
    {
        long keys = content.Table.Count;
        Pending -= keys;
        if (content.IsFreedLazily) state.Statistics.LazyFreedObjects += keys;
        _detached.Remove(content);
        state.Background.Run(content.Dispose, content.UsedBytes);
    }

    private readonly struct Freeing(LazyFree owner) : IRecordVisitor
    {
        public void Visit(Record* record) => owner.Free(record);
    }
}
