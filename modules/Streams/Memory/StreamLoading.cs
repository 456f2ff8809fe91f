using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Streams.Persistence;

namespace ModularKv.Streams.Memory;

/// <summary>Reads streams in every form that Redis ever wrote. Source: rdb.c, rdbLoadObject.</summary>
/// <remarks>The stream is built outside the keyspace; bytes that make no stream leave nothing behind.</remarks>
internal sealed unsafe class StreamLoading(MemoryOwner memory)
{
    private readonly StreamBlocks _blocks = new(memory);

    /// <summary>As <see cref="DataType.Load"/>.</summary>
    public Entry Load(ValueReader reader, int rdbType, Database database, StreamType type, scoped in KeyRef key)
    {
        StreamRoot root = new() { Nodes = OrderedTree.Create(StreamRoot.NodePayloadBytes) };
        try
        {
            var stream = new StreamValue(&root, memory);
            LoadNodes(reader, stream, &root);
            LoadNumbers(reader, rdbType, stream, &root);
            LoadGroups(reader, rdbType, stream);
        }
        catch
        {
            _blocks.FreeSome(&root, int.MaxValue);
            throw;
        }

        Entry entry = database.Put(key, type, sizeof(StreamRoot));
        entry.Structure<StreamRoot>() = root;
        return entry;
    }

    private static void LoadNodes(ValueReader reader, StreamValue stream, StreamRoot* root)
    {
        for (ulong nodes = reader.Length(); nodes > 0; nodes--)
        {
            ReadOnlySpan<byte> key = reader.String();
            if (key.Length != StreamId.BinaryBytes) throw new ValueFormatException("a stream's node has a key of another length");
            StreamId id = StreamId.FromBinary(key);
            if (stream.NodeCount > 0 && id <= root->TailId) throw new ValueFormatException("a stream's nodes are out of order");
            ReadOnlySpan<byte> node = reader.String();
            if (!new NodeCheck(node).IsWellFormed(out NodeHead head)) throw new ValueFormatException("a stream's node is malformed");
            stream.AddNode(id, node);
            root->Length += head.Count;
        }
    }

    private static void LoadNumbers(ValueReader reader, int rdbType, StreamValue stream, StreamRoot* root)
    {
        if (reader.Length() != (ulong)root->Length) throw new ValueFormatException("a stream's length is not that of its nodes");
        root->LastId = LoadId(reader);
        if (rdbType >= RdbForm.Listpacks2)
        {
            root->FirstId = LoadId(reader);
            root->MaxDeletedId = LoadId(reader);
            root->EntriesAdded = (long)reader.Length();
            return;
        }

        // Files of Redis 5 and 6 do not say: nothing was ever deleted, as far as is known.
        root->EntriesAdded = root->Length;
        EntryWalk walk = stream.Walk(StreamId.Zero, StreamId.Max);
        root->FirstId = walk.MoveNext() ? walk.Id : StreamId.Zero;
    }

    private void LoadGroups(ValueReader reader, int rdbType, StreamValue stream)
    {
        for (ulong groups = reader.Length(); groups > 0; groups--)
        {
            ReadOnlySpan<byte> name = reader.String();
            if (!stream.Groups.TryAdd(name, StreamId.Zero, StreamGroup.UnknownRead, out StreamGroup group))
                throw new ValueFormatException("a consumer group's name stands twice in a stream");
            group.LastId = LoadId(reader);
            group.EntriesRead = rdbType >= RdbForm.Listpacks2 ? (long)reader.Length() : GroupProgress.Estimate(stream, group.LastId);
            LoadPending(reader, group);
            for (ulong consumers = reader.Length(); consumers > 0; consumers--) LoadConsumer(reader, rdbType, group);
            CheckOwners(group);
        }
    }

    private void LoadPending(ValueReader reader, StreamGroup group)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        for (ulong entries = reader.Length(); entries > 0; entries--)
        {
            StreamId id = StreamId.FromBinary(reader.Raw(StreamId.BinaryBytes));
            id.WriteTail(tail);
            var entry = new PendingEntry(group.Pending.Put(memory, id.Ms, tail, out bool isNew).Payload);
            if (!isNew) throw new ValueFormatException("an id is pending twice in a consumer group");
            entry.DeliveredMs = reader.Fixed64();
            entry.Deliveries = (long)reader.Length();
            entry.Consumer = Unowned;
        }
    }

    private void LoadConsumer(ValueReader reader, int rdbType, StreamGroup group)
    {
        ReadOnlySpan<byte> name = reader.String();
        if (!group.FindConsumer(name).IsMissing) throw new ValueFormatException("Duplicate stream consumer detected in a group");
        StreamConsumer consumer = group.AddConsumer(memory, name, 0);
        consumer.SeenMs = reader.Fixed64();
        consumer.ActiveMs = rdbType >= RdbForm.Listpacks3 ? reader.Fixed64() : consumer.SeenMs;
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        for (ulong entries = reader.Length(); entries > 0; entries--)
        {
            StreamId id = StreamId.FromBinary(reader.Raw(StreamId.BinaryBytes));
            TreeCursor cursor = group.FindPending(id);
            if (!cursor.IsValid) throw new ValueFormatException("a consumer's pending entry is none of its group");
            var entry = new PendingEntry(cursor.Payload);
            if (entry.Consumer != Unowned) throw new ValueFormatException("an entry is pending for two consumers");
            entry.Consumer = consumer.Number;
            id.WriteTail(tail);
            consumer.Pending.Put(memory, id.Ms, tail, out _);
        }
    }

    private static void CheckOwners(StreamGroup group)
    {
        TreeCursor cursor = group.Pending.First();
        while (cursor.IsValid)
        {
            if (new PendingEntry(cursor.Payload).Consumer == Unowned) throw new ValueFormatException("a pending entry has no consumer");
            cursor.MoveNext();
        }
    }

    private static StreamId LoadId(ValueReader reader) => new(reader.Length(), reader.Length());

    // While its consumer is not read yet.
    private const int Unowned = -1;
}
