using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Persistence;

/// <summary>Writes the commands that rebuild a stream, a large one by pieces. Source: aof.c, rewriteStreamObject.</summary>
/// <remarks>
/// The position counts steps: one for each node, one for the numbers behind them, and for each group one for its head and one for each
/// pending entry, or for a consumer without any.
/// </remarks>
internal sealed class StreamRewriting
{
    // What a claim takes, about.
    private const long ClaimBytes = 128;

    private readonly byte[] _text = new byte[StreamId.TextBytesMax];

    /// <summary>
    /// XADD for each entry, XSETID, and for the groups XGROUP and XCLAIM. As <see cref="DataType.Rewrite(Entry, ICommandSink, ref
    /// ulong)"/>.
    /// </summary>
    public bool Write(ReadOnlySpan<byte> key, StreamValue stream, ICommandSink commands, ref ulong position)
    {
        var nodes = (ulong)stream.NodeCount;
        long bytes = 0;
        for (; position < nodes; position++)
        {
            if (bytes >= ValuePiece.Bytes) return false;
            WriteNode(key, stream, (long)position, commands, ref bytes);
        }

        ulong step = nodes;
        if (position == step)
        {
            if (stream.Length == 0) WriteEmpty(key, commands);
            WriteNumbers(key, stream, commands);
            position++;
        }

        step++;
        for (int i = 0; i < stream.Groups.Count; i++)
        {
            if (!WriteGroup(key, stream.Groups[i], commands, ref position, ref step, ref bytes)) return false;
        }

        return true;
    }

    private void WriteNumbers(ReadOnlySpan<byte> key, StreamValue stream, ICommandSink commands)
    {
        commands.Begin(7);
        commands.Argument("XSETID"u8);
        commands.Argument(key);
        Id(commands, stream.LastId);
        commands.Argument("ENTRIESADDED"u8);
        Number(commands, stream.EntriesAdded);
        commands.Argument("MAXDELETEDID"u8);
        Id(commands, stream.MaxDeletedId);
    }

    private void WriteNode(ReadOnlySpan<byte> key, StreamValue stream, long index, ICommandSink commands, ref long bytes)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        bytes += stream.NodeAt(index, out StreamId first).Length;
        StreamId last = StreamId.Max;
        if (index + 1 < stream.NodeCount)
        {
            _ = stream.NodeAt(index + 1, out StreamId next);
            _ = next.TryPrevious(out last);
        }

        EntryWalk walk = stream.Walk(first, last);
        while (walk.MoveNext())
        {
            commands.Begin(3 + (walk.Pairs * 2));
            commands.Argument("XADD"u8);
            commands.Argument(key);
            Id(commands, walk.Id);
            for (int i = 0; i < walk.Pairs; i++)
            {
                walk.Read(out ListpackElement field, out ListpackElement value);
                commands.Argument(field.Text(digits));
                commands.Argument(value.Text(digits));
            }
        }
    }

    // An entry that is trimmed at once leaves an empty stream.
    private static void WriteEmpty(ReadOnlySpan<byte> key, ICommandSink commands)
    {
        commands.Begin(7);
        commands.Argument("XADD"u8);
        commands.Argument(key);
        commands.Argument("MAXLEN"u8);
        commands.Argument("0"u8);
        commands.Argument("0-1"u8);
        commands.Argument("x"u8);
        commands.Argument("y"u8);
    }

    // The step is where the group begins; afterwards, where the next one does.
    private bool WriteGroup(
        ReadOnlySpan<byte> key, StreamGroup group, ICommandSink commands, ref ulong position, ref ulong step, ref long bytes)
    {
        if (position == step)
        {
            if (bytes >= ValuePiece.Bytes) return false;
            bytes += ClaimBytes;
            commands.Begin(7);
            commands.Argument("XGROUP"u8);
            commands.Argument("CREATE"u8);
            commands.Argument(key);
            commands.Argument(group.Name);
            Id(commands, group.LastId);
            commands.Argument("ENTRIESREAD"u8);
            Number(commands, group.EntriesRead);
            position++;
        }

        step++;
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            ulong first = step;
            step += Math.Max(1, (ulong)consumer.Pending.Count);
            if (position >= step) continue;
            if (consumer.Pending.Count > 0)
            {
                if (!WritePending(key, group, consumer, commands, first, ref position, ref bytes)) return false;
                continue;
            }

            if (bytes >= ValuePiece.Bytes) return false;
            bytes += ClaimBytes;
            WriteConsumer(key, group, consumer, commands);
            position++;
        }

        return true;
    }

    private static void WriteConsumer(ReadOnlySpan<byte> key, StreamGroup group, StreamConsumer consumer, ICommandSink commands)
    {
        commands.Begin(5);
        commands.Argument("XGROUP"u8);
        commands.Argument("CREATECONSUMER"u8);
        commands.Argument(key);
        commands.Argument(group.Name);
        commands.Argument(consumer.Name);
    }

    private bool WritePending(
        ReadOnlySpan<byte> key, StreamGroup group, StreamConsumer consumer, ICommandSink commands, ulong first, ref ulong position,
        ref long bytes)
    {
        TreeCursor cursor = consumer.Pending.At((long)(position - first));
        for (; cursor.IsValid; cursor.MoveNext(), position++, bytes += ClaimBytes)
        {
            if (bytes >= ValuePiece.Bytes) return false;
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            var entry = new PendingEntry(group.FindPending(id).Payload);
            commands.Begin(12);
            commands.Argument("XCLAIM"u8);
            commands.Argument(key);
            commands.Argument(group.Name);
            commands.Argument(consumer.Name);
            commands.Argument("0"u8);
            Id(commands, id);
            commands.Argument("TIME"u8);
            Number(commands, entry.DeliveredMs);
            commands.Argument("RETRYCOUNT"u8);
            Number(commands, entry.Deliveries);
            commands.Argument("JUSTID"u8);
            commands.Argument("FORCE"u8);
        }

        return true;
    }

    private void Id(ICommandSink commands, StreamId id) => commands.Argument(_text.AsSpan(0, id.Write(_text)));

    private void Number(ICommandSink commands, long number) => commands.Argument(_text.AsSpan(0, NumberText.Write(_text, number)));
}
