using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>A consumer group, in a block of its own. Valid until it is removed.</summary>
/// <remarks>
/// Two trees of ids: the group's says to whom, when and how often each entry was delivered; a consumer's holds the ids only. The former
/// names the consumer by a number, so that copying a group copies its trees as they are.
/// </remarks>
internal readonly unsafe struct StreamGroup
{
    /// <summary>The number of entries read is not known. Source: SCG_INVALID_ENTRIES_READ.</summary>
    public const long UnknownRead = -1;

    private readonly Data* _data;

    public StreamGroup(nint address) => _data = (Data*)address;

    /// <summary>Where it is; 0: there is none.</summary>
    public nint Address => (nint)_data;

    /// <summary>Whether there is none.</summary>
    public bool IsMissing => _data == null;

    /// <summary>Its name.</summary>
    public ReadOnlySpan<byte> Name => NamedBlock.NameOf((nint)_data);

    /// <summary>The id of the last entry delivered.</summary>
    public StreamId LastId
    {
        get => _data->LastId;
        set => _data->LastId = value;
    }

    /// <summary>Entries read up to <see cref="LastId"/>, as if none had been deleted; <see cref="UnknownRead"/>.</summary>
    public long EntriesRead
    {
        get => _data->EntriesRead;
        set => _data->EntriesRead = value;
    }

    /// <summary>The pending entries, with a <see cref="PendingEntry"/> each.</summary>
    public ref OrderedTree Pending => ref _data->Pending;

    /// <summary>Number of consumers.</summary>
    public int ConsumerCount => _data->ByName.Count;

    /// <summary>Bytes of its blocks.</summary>
    public long Bytes
    {
        get
        {
            long bytes = _data->Head.Bytes + _data->ByName.Bytes + _data->ByNumber.Bytes + _data->Pending.UsedBytes;
            for (int i = 0; i < ConsumerCount; i++)
            {
                var consumer = (StreamConsumer.Data*)_data->ByName[i];
                bytes += consumer->Head.Bytes + consumer->Pending.UsedBytes;
            }

            return bytes;
        }
    }

    /// <summary>A new group without consumers.</summary>
    public static StreamGroup Create(MemoryOwner memory, ReadOnlySpan<byte> name, StreamId lastId, long entriesRead)
    {
        Data* data = NamedBlock.Allocate<Data>(memory, name);
        data->LastId = lastId;
        data->EntriesRead = entriesRead;
        data->Pending = OrderedTree.Create(PendingEntry.Bytes);
        return new StreamGroup((nint)data);
    }

    /// <summary>The consumer at an index, in the order of names.</summary>
    public StreamConsumer ConsumerAt(int index) => new(_data->ByName[index]);

    /// <summary>The consumer of that name, or none.</summary>
    public StreamConsumer FindConsumer(ReadOnlySpan<byte> name)
    {
        int index = NamedBlock.Find(_data->ByName, name);
        return new StreamConsumer(index < 0 ? 0 : _data->ByName[index]);
    }

    /// <summary>The consumer that a pending entry names.</summary>
    public StreamConsumer OwnerOf(PendingEntry entry) => new(_data->ByNumber[entry.Consumer]);

    /// <summary>Adds a consumer; there is none of that name.</summary>
    public StreamConsumer AddConsumer(MemoryOwner memory, ReadOnlySpan<byte> name, long seenMs)
    {
        var data = NamedBlock.Allocate<StreamConsumer.Data>(memory, name);
        data->SeenMs = seenMs;
        data->ActiveMs = StreamConsumer.NeverActive;
        data->Pending = OrderedTree.Create(0);
        data->Number = FreeNumber();
        if (data->Number == _data->ByNumber.Count) _data->ByNumber.Insert(memory, data->Number, (nint)data);
        else _data->ByNumber[data->Number] = (nint)data;
        _data->ByName.Insert(memory, ~NamedBlock.Find(_data->ByName, name), (nint)data);
        return new StreamConsumer((nint)data);
    }

    /// <summary>Removes a consumer with its pending entries.</summary>
    public void RemoveConsumer(MemoryOwner memory, StreamConsumer consumer)
    {
        TreeCursor cursor = consumer.Pending.First();
        if (cursor.IsValid)
        {
            do
            {
                _data->Pending.Remove(memory, cursor.Head, cursor.Tail);
            }
            while (cursor.MoveNext());
        }

        _data->ByName.RemoveAt(memory, NamedBlock.Find(_data->ByName, consumer.Name));
        _data->ByNumber[consumer.Number] = 0;
        if (_data->ByName.Count == 0) _data->ByNumber.Free(memory);
        consumer.Pending.Free(memory);
        NamedBlock.Free(memory, consumer.Address);
    }

    /// <summary>Finds a pending entry.</summary>
    public TreeCursor FindPending(StreamId id)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        id.WriteTail(tail);
        return _data->Pending.Find(id.Ms, tail);
    }

    /// <summary>The first pending entry at or after an id.</summary>
    public TreeCursor SeekPending(StreamId id) => Seek(_data->Pending, id);

    /// <summary>The first id of a tree at or after an id.</summary>
    public static TreeCursor Seek(in OrderedTree tree, StreamId id)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        id.WriteTail(tail);
        return tree.Seek(id.Ms, tail);
    }

    /// <summary>Makes an entry pending for a consumer, whoever had it before.</summary>
    /// <returns>Whether it was not pending before.</returns>
    public bool Give(MemoryOwner memory, StreamConsumer consumer, StreamId id, long deliveredMs, long deliveries)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        id.WriteTail(tail);
        var entry = new PendingEntry(_data->Pending.Put(memory, id.Ms, tail, out bool isNew).Payload);
        bool changesHands = isNew || entry.Consumer != consumer.Number;
        if (!isNew && changesHands) OwnerOf(entry).Pending.Remove(memory, id.Ms, tail);
        entry.DeliveredMs = deliveredMs;
        entry.Deliveries = deliveries;
        entry.Consumer = consumer.Number;
        if (changesHands) consumer.Pending.Put(memory, id.Ms, tail, out _);
        return isNew;
    }

    /// <summary>Takes an entry out of the pending ones.</summary>
    /// <returns>False: it was not pending.</returns>
    public bool Acknowledge(MemoryOwner memory, StreamId id)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        id.WriteTail(tail);
        TreeCursor cursor = _data->Pending.Find(id.Ms, tail);
        if (!cursor.IsValid) return false;
        StreamConsumer owner = OwnerOf(new PendingEntry(cursor.Payload));
        _data->Pending.Remove(memory, id.Ms, tail);
        owner.Pending.Remove(memory, id.Ms, tail);
        return true;
    }

    /// <summary>Frees about so many blocks of a group that nobody reads any more.</summary>
    /// <param name="memory">Owner of the blocks.</param>
    /// <param name="blocks">Reduced by what was freed.</param>
    /// <returns>True: all is freed, the group's own block too.</returns>
    public bool FreeSome(MemoryOwner memory, ref int blocks)
    {
        if (!FreeTree(memory, ref _data->Pending, ref blocks)) return false;
        while (_data->ByName.Count > 0)
        {
            int last = _data->ByName.Count - 1;
            var consumer = new StreamConsumer(_data->ByName[last]);
            if (!FreeTree(memory, ref consumer.Pending, ref blocks)) return false;
            NamedBlock.Free(memory, consumer.Address);
            _data->ByName.RemoveAt(memory, last);
            blocks--;
        }

        _data->ByNumber.Free(memory);
        NamedBlock.Free(memory, (nint)_data);
        blocks--;
        return true;
    }

    /// <summary>An independent copy.</summary>
    public StreamGroup Clone(MemoryOwner memory)
    {
        var copy = (Data*)NamedBlock.Copy(memory, (nint)_data);
        copy->Pending = _data->Pending.Clone(memory);
        copy->ByName = _data->ByName.Clone(memory);
        copy->ByNumber = _data->ByNumber.Clone(memory);
        for (int i = 0; i < copy->ByName.Count; i++)
        {
            var consumer = (StreamConsumer.Data*)NamedBlock.Copy(memory, _data->ByName[i]);
            consumer->Pending = ((StreamConsumer.Data*)_data->ByName[i])->Pending.Clone(memory);
            copy->ByName[i] = (nint)consumer;
            copy->ByNumber[consumer->Number] = (nint)consumer;
        }

        return new StreamGroup((nint)copy);
    }

    private int FreeNumber()
    {
        int count = _data->ByNumber.Count;
        if (_data->ByName.Count == count) return count;
        for (int i = 0; i < count; i++)
        {
            if (_data->ByNumber[i] == 0) return i;
        }

        return count;
    }

    private static bool FreeTree(MemoryOwner memory, ref OrderedTree tree, ref int blocks)
    {
        long before = tree.BlockCount;
        if (before == 0) return true;
        if (blocks <= 0) return false;
        bool isDone = tree.FreeSome(memory, blocks);
        blocks -= (int)Math.Min(blocks, before - (isDone ? 0 : tree.BlockCount));
        return isDone;
    }

    /// <summary>What its block holds before the name.</summary>
    internal struct Data
    {
        public NamedBlock Head;
        public StreamId LastId;
        public long EntriesRead;
        public OrderedTree Pending;
        public AddressList ByName;
        public AddressList ByNumber;
    }
}
