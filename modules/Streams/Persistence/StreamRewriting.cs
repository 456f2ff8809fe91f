using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Persistence;

/// <summary>Writes the commands that rebuild a stream. Source: aof.c, rewriteStreamObject.</summary>
internal sealed class StreamRewriting
{
    private readonly byte[] _text = new byte[StreamId.TextBytesMax];

    /// <summary>XADD for each entry, XSETID, and for the groups XGROUP and XCLAIM.</summary>
    public void Write(ReadOnlySpan<byte> key, StreamValue stream, ICommandSink commands)
    {
        if (stream.Length > 0) WriteEntries(key, stream, commands);
        else WriteEmpty(key, commands);
        commands.Begin(7);
        commands.Argument("XSETID"u8);
        commands.Argument(key);
        Id(commands, stream.LastId);
        commands.Argument("ENTRIESADDED"u8);
        Number(commands, stream.EntriesAdded);
        commands.Argument("MAXDELETEDID"u8);
        Id(commands, stream.MaxDeletedId);
        for (int i = 0; i < stream.Groups.Count; i++) WriteGroup(key, stream.Groups[i], commands);
    }

    private void WriteEntries(ReadOnlySpan<byte> key, StreamValue stream, ICommandSink commands)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        EntryWalk walk = stream.Walk(StreamId.Zero, StreamId.Max);
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

    private void WriteGroup(ReadOnlySpan<byte> key, StreamGroup group, ICommandSink commands)
    {
        commands.Begin(7);
        commands.Argument("XGROUP"u8);
        commands.Argument("CREATE"u8);
        commands.Argument(key);
        commands.Argument(group.Name);
        Id(commands, group.LastId);
        commands.Argument("ENTRIESREAD"u8);
        Number(commands, group.EntriesRead);
        for (int i = 0; i < group.ConsumerCount; i++) WriteConsumer(key, group, group.ConsumerAt(i), commands);
    }

    private void WriteConsumer(ReadOnlySpan<byte> key, StreamGroup group, StreamConsumer consumer, ICommandSink commands)
    {
        TreeCursor cursor = consumer.Pending.First();
        if (!cursor.IsValid)
        {
            commands.Begin(5);
            commands.Argument("XGROUP"u8);
            commands.Argument("CREATECONSUMER"u8);
            commands.Argument(key);
            commands.Argument(group.Name);
            commands.Argument(consumer.Name);
            return;
        }

        for (; cursor.IsValid; cursor.MoveNext())
        {
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
    }

    private void Id(ICommandSink commands, StreamId id) => commands.Argument(_text.AsSpan(0, id.Write(_text)));

    private void Number(ICommandSink commands, long number) => commands.Argument(_text.AsSpan(0, NumberText.Write(_text, number)));
}
