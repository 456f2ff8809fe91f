using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Persistence;

/// <summary>Writes streams in the form of Redis 7.0, or of 7.2 where that is understood, by pieces. Source: rdb.c, rdbSaveObject.</summary>
/// <remarks>
/// The position counts steps: one for each node, one for the numbers behind them, and for each group one for its head, one for each
/// pending entry, one for the number of consumers, and for each consumer one for its head and one for each id.
/// </remarks>
internal sealed class StreamSaving
{
    /// <summary>As <see cref="DataType.Save"/>.</summary>
    public bool Save(StreamValue stream, ValueWriter writer, ref ulong position)
    {
        if (position == 0)
        {
            writer.RdbType(HasActiveTimes(writer) ? RdbForm.Listpacks3 : RdbForm.Listpacks2);
            writer.Length((ulong)stream.NodeCount);
        }

        if (!SaveNodes(stream, writer, ref position)) return false;
        ulong step = (ulong)stream.NodeCount;
        if (position == step)
        {
            SaveNumbers(stream, writer);
            position++;
        }

        step++;
        for (int i = 0; i < stream.Groups.Count; i++)
        {
            if (!SaveGroup(stream.Groups[i], writer, ref position, ref step)) return false;
        }

        return true;
    }

    private static bool SaveNodes(StreamValue stream, ValueWriter writer, ref ulong position)
    {
        Span<byte> key = stackalloc byte[StreamId.BinaryBytes];
        while (position < (ulong)stream.NodeCount)
        {
            ReadOnlySpan<byte> node = stream.NodeAt((long)position, out StreamId id);
            id.WriteBinary(key);
            writer.String(key);
            writer.String(node);
            position++;
            if (writer.Written >= ValuePiece.Bytes) return false;
        }

        return true;
    }

    private static void SaveNumbers(StreamValue stream, ValueWriter writer)
    {
        writer.Length((ulong)stream.Length);
        Save(writer, stream.LastId);
        Save(writer, stream.FirstId);
        Save(writer, stream.MaxDeletedId);
        writer.Length((ulong)stream.EntriesAdded);
        writer.Length((ulong)stream.Groups.Count);
    }

    // The step is where the group begins; afterwards, where the next one does.
    private static bool SaveGroup(StreamGroup group, ValueWriter writer, ref ulong position, ref ulong step)
    {
        if (position == step)
        {
            writer.String(group.Name);
            Save(writer, group.LastId);
            writer.Length((ulong)group.EntriesRead);
            writer.Length((ulong)group.Pending.Count);
            position++;
        }

        step++;
        if (!SavePending(group.Pending, true, writer, ref position, ref step)) return false;
        if (position == step)
        {
            writer.Length((ulong)group.ConsumerCount);
            position++;
        }

        step++;
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            if (position == step)
            {
                writer.String(consumer.Name);
                writer.Fixed64(consumer.SeenMs);
                if (HasActiveTimes(writer)) writer.Fixed64(consumer.ActiveMs);
                writer.Length((ulong)consumer.Pending.Count);
                position++;
            }

            step++;
            if (!SavePending(consumer.Pending, false, writer, ref position, ref step)) return false;
        }

        return true;
    }

    private static bool SavePending(in OrderedTree tree, bool withDeliveries, ValueWriter writer, ref ulong position, ref ulong step)
    {
        ulong first = step;
        step += (ulong)tree.Count;
        if (position >= step) return true;
        Span<byte> binary = stackalloc byte[StreamId.BinaryBytes];
        TreeCursor cursor = tree.At((long)(position - first));
        while (cursor.IsValid)
        {
            StreamId.FromTree(cursor.Head, cursor.Tail).WriteBinary(binary);
            writer.Raw(binary);
            if (withDeliveries)
            {
                var entry = new PendingEntry(cursor.Payload);
                writer.Fixed64(entry.DeliveredMs);
                writer.Length((ulong)entry.Deliveries);
            }

            position++;
            if (writer.Written >= ValuePiece.Bytes) return false;
            cursor.MoveNext();
        }

        return true;
    }

    private static bool HasActiveTimes(ValueWriter writer) => writer.RdbVersion >= RdbForm.VersionOfListpacks3;

    private static void Save(ValueWriter writer, StreamId id)
    {
        writer.Length(id.Ms);
        writer.Length(id.Seq);
    }
}
