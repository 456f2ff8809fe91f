using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>XINFO. Source: xinfoCommand.</summary>
internal sealed class InfoCommands(StreamKeys keys, EntryReply entries)
{
    private const int KeyAt = 2;
    private const long CountDefault = 10;

    private static readonly string[] HelpLines =
    [
        "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CONSUMERS <key> <groupname>",
        "    Show consumers of <groupname>.",
        "GROUPS <key>",
        "    Show the stream consumer groups.",
        "STREAM <key> [FULL [COUNT <count>]",
        "    Show information about the stream.",
        "HELP",
        "    Prints this help.",
    ];

    /// <summary>XINFO HELP</summary>
    public static void Help(ref CommandContext call) => SubcommandHelp.Write(call.Reply, HelpLines);

    /// <summary>XINFO STREAM key [FULL [COUNT count]]</summary>
    public void Stream(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        bool isFull = call.ArgumentCount > 3;
        long count = CountDefault;
        if (isFull && !TryFullOptions(ref call, ref count)) return;
        StreamValue stream = keys.Of(entry);
        ReplyWriter reply = call.Reply;
        reply.Map(isFull ? 9 : 10);
        Head(reply, stream);
        if (isFull) Full(reply, stream, count);
        else Edges(reply, stream);
    }

    /// <summary>XINFO GROUPS key</summary>
    public void Groups(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        StreamValue stream = keys.Of(entry);
        ReplyWriter reply = call.Reply;
        reply.Array(stream.Groups.Count);
        for (int i = 0; i < stream.Groups.Count; i++)
        {
            StreamGroup group = stream.Groups[i];
            reply.Map(6);
            reply.Bulk("name"u8);
            reply.Bulk(group.Name);
            reply.Bulk("consumers"u8);
            reply.Integer(group.ConsumerCount);
            reply.Bulk("pending"u8);
            reply.Integer(group.Pending.Count);
            Progress(reply, stream, group);
        }
    }

    /// <summary>XINFO CONSUMERS key group</summary>
    public void Consumers(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        StreamGroup group = keys.Of(entry).Groups.Find(call.Argument(3));
        if (group.IsMissing)
        {
            StreamKeys.NoGroup(ref call, KeyAt, 3);
            return;
        }

        ReplyWriter reply = call.Reply;
        reply.Array(group.ConsumerCount);
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            reply.Map(4);
            reply.Bulk("name"u8);
            reply.Bulk(consumer.Name);
            reply.Bulk("pending"u8);
            reply.Integer(consumer.Pending.Count);
            reply.Bulk("idle"u8);
            reply.Integer(Math.Max(0, call.NowMs - consumer.SeenMs));
            reply.Bulk("inactive"u8);
            reply.Integer(consumer.ActiveMs == StreamConsumer.NeverActive ? StreamConsumer.NeverActive : call.NowMs - consumer.ActiveMs);
        }
    }

    private void Head(ReplyWriter reply, StreamValue stream)
    {
        reply.Bulk("length"u8);
        reply.Integer(stream.Length);
        reply.Bulk("radix-tree-keys"u8);
        reply.Integer(stream.NodeCount);
        reply.Bulk("radix-tree-nodes"u8);
        reply.Integer(RadixNodes.Count(stream));
        reply.Bulk("last-generated-id"u8);
        entries.Id(reply, stream.LastId);
        reply.Bulk("max-deleted-entry-id"u8);
        entries.Id(reply, stream.MaxDeletedId);
        reply.Bulk("entries-added"u8);
        reply.Integer(stream.EntriesAdded);
        reply.Bulk("recorded-first-entry-id"u8);
        entries.Id(reply, stream.FirstId);
    }

    private void Edges(ReplyWriter reply, StreamValue stream)
    {
        reply.Bulk("groups"u8);
        reply.Integer(stream.Groups.Count);
        reply.Bulk("first-entry"u8);
        Edge(reply, stream, false);
        reply.Bulk("last-entry"u8);
        Edge(reply, stream, true);
    }

    private void Edge(ReplyWriter reply, StreamValue stream, bool isLast)
    {
        EntryWalk walk = stream.Walk(StreamId.Zero, StreamId.Max, isLast);
        if (walk.MoveNext()) entries.Entry(reply, ref walk);
        else reply.Null();
    }

    private void Full(ReplyWriter reply, StreamValue stream, long count)
    {
        reply.Bulk("entries"u8);
        entries.Entries(reply, stream.Walk(StreamId.Zero, StreamId.Max), count);
        reply.Bulk("groups"u8);
        reply.Array(stream.Groups.Count);
        for (int i = 0; i < stream.Groups.Count; i++)
        {
            StreamGroup group = stream.Groups[i];
            reply.Map(7);
            reply.Bulk("name"u8);
            reply.Bulk(group.Name);
            Progress(reply, stream, group);
            reply.Bulk("pel-count"u8);
            reply.Integer(group.Pending.Count);
            reply.Bulk("pending"u8);
            Pending(reply, group, group.Pending, true, count);
            reply.Bulk("consumers"u8);
            reply.Array(group.ConsumerCount);
            for (int j = 0; j < group.ConsumerCount; j++) Consumer(reply, group, group.ConsumerAt(j), count);
        }
    }

    private void Consumer(ReplyWriter reply, StreamGroup group, StreamConsumer consumer, long count)
    {
        reply.Map(5);
        reply.Bulk("name"u8);
        reply.Bulk(consumer.Name);
        reply.Bulk("seen-time"u8);
        reply.Integer(consumer.SeenMs);
        reply.Bulk("active-time"u8);
        reply.Integer(consumer.ActiveMs);
        reply.Bulk("pel-count"u8);
        reply.Integer(consumer.Pending.Count);
        reply.Bulk("pending"u8);
        Pending(reply, group, consumer.Pending, false, count);
    }

    private void Progress(ReplyWriter reply, StreamValue stream, StreamGroup group)
    {
        reply.Bulk("last-delivered-id"u8);
        entries.Id(reply, group.LastId);
        reply.Bulk("entries-read"u8);
        if (group.EntriesRead == StreamGroup.UnknownRead) reply.Null();
        else reply.Integer(group.EntriesRead);
        reply.Bulk("lag"u8);
        if (GroupProgress.TryLag(stream, group, out long lag)) reply.Integer(lag);
        else reply.Null();
    }

    private void Pending(ReplyWriter reply, StreamGroup group, in OrderedTree tree, bool withOwner, long count)
    {
        reply.Array(count == 0 ? tree.Count : Math.Min(count, tree.Count));
        TreeCursor cursor = tree.First();
        for (long shown = 0; cursor.IsValid && (count == 0 || shown < count); shown++)
        {
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            var entry = new PendingEntry(group.FindPending(id).Payload);
            reply.Array(withOwner ? 4 : 3);
            entries.Id(reply, id);
            if (withOwner) reply.Bulk(group.OwnerOf(entry).Name);
            reply.Integer(entry.DeliveredMs);
            reply.Integer(entry.Deliveries);
            cursor.MoveNext();
        }
    }

    private bool TryFind(ref CommandContext call, out Entry entry)
    {
        if (!keys.TryFind(ref call, KeyAt, out entry)) return false;
        if (!entry.IsMissing) return true;
        call.Reply.Error("ERR no such key"u8);
        return false;
    }

    private static bool TryFullOptions(ref CommandContext call, ref long count)
    {
        bool isWellFormed = call.ArgumentIs(3, "full"u8)
            && (call.ArgumentCount == 4 || (call.ArgumentCount == 6 && call.ArgumentIs(4, "count"u8)));
        if (!isWellFormed)
        {
            StreamKeys.Error(ref call,
                $"ERR unknown subcommand or wrong number of arguments for '{StreamKeys.Shown(ref call, 1)}'. Try XINFO HELP.");
            return false;
        }

        if (call.ArgumentCount == 6 && !StreamKeys.TryInteger(ref call, 5, out count)) return false;
        if (count < 0) count = CountDefault;
        return true;
    }
}
