using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>XACK and XPENDING. Source: xackCommand, xpendingCommand.</summary>
internal sealed class PendingCommands(StreamKeys keys, EntryReply entries)
{
    /// <summary>XACK key group id [id ...]</summary>
    public void Acknowledge(ref CommandContext call)
    {
        if (!keys.TryOpenAsReader(ref call, 1, out Entry entry)) return;
        StreamGroup group = entry.IsMissing ? default : keys.Of(entry).Groups.Find(call.Argument(2));
        if (group.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        // All ids are looked at before the first one goes.
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (!StreamKeys.TryId(ref call, i, out _)) return;
        }

        int acknowledged = 0;
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            StreamIdText.TryParseStrict(call.Argument(i), 0, out StreamId id);
            if (group.Acknowledge(keys.Memory, id)) acknowledged++;
        }

        if (acknowledged > 0) call.CountDirty(acknowledged);
        call.Reply.Integer(acknowledged);
    }

    /// <summary>XPENDING key group [[IDLE min-idle-time] start end count [consumer]]</summary>
    public void Pending(ref CommandContext call)
    {
        if (!Range.TryParse(ref call, out Range range)) return;
        if (!keys.TryFind(ref call, 1, out Entry entry)) return;
        StreamGroup group = entry.IsMissing ? default : keys.Of(entry).Groups.Find(call.Argument(2));
        if (group.IsMissing) StreamKeys.NoKeyOrGroup(ref call, 1, 2);
        else if (call.ArgumentCount == 3) Summary(call.Reply, group);
        else List(ref call, group, range);
    }

    private void Summary(ReplyWriter reply, StreamGroup group)
    {
        reply.Array(4);
        reply.Integer(group.Pending.Count);
        if (group.Pending.Count == 0)
        {
            reply.Null();
            reply.Null();
            reply.NullArray();
            return;
        }

        TreeCursor first = group.Pending.First(), last = group.Pending.Last();
        entries.Id(reply, StreamId.FromTree(first.Head, first.Tail));
        entries.Id(reply, StreamId.FromTree(last.Head, last.Tail));
        DeferredLength length = reply.Defer();
        int shown = 0;
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            if (consumer.Pending.Count == 0) continue;
            reply.Array(2);
            reply.Bulk(consumer.Name);
            reply.BulkInteger(consumer.Pending.Count);
            shown++;
        }

        reply.Finish(length, Aggregate.Array, shown);
    }

    private void List(ref CommandContext call, StreamGroup group, in Range range)
    {
        StreamConsumer consumer = range.ConsumerAt > 0 ? group.FindConsumer(call.Argument(range.ConsumerAt)) : default;
        if (range.ConsumerAt > 0 && consumer.IsMissing)
        {
            call.Reply.Array(0);
            return;
        }

        DeferredLength length = call.Reply.Defer();
        long shown = 0;
        TreeCursor cursor = consumer.IsMissing ? group.SeekPending(range.From) : StreamGroup.Seek(consumer.Pending, range.From);
        for (; shown < range.Count && cursor.IsValid; cursor.MoveNext())
        {
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            if (id > range.To) break;
            var entry = new PendingEntry(consumer.IsMissing ? cursor.Payload : group.FindPending(id).Payload);
            long elapsed = call.NowMs - entry.DeliveredMs;
            if (range.MinIdleMs != 0 && elapsed < range.MinIdleMs) continue;
            shown++;
            call.Reply.Array(4);
            entries.Id(call.Reply, id);
            call.Reply.Bulk(group.OwnerOf(entry).Name);
            call.Reply.Integer(Math.Max(0, elapsed));
            call.Reply.Integer(entry.Deliveries);
        }

        call.Reply.Finish(length, Aggregate.Array, shown);
    }

    private struct Range
    {
        public StreamId From;
        public StreamId To;
        public long Count;
        public long MinIdleMs;
        public int ConsumerAt;

        public static bool TryParse(ref CommandContext call, out Range range)
        {
            range = default;
            if (call.ArgumentCount == 3) return true;
            if (call.ArgumentCount is < 6 or > 9)
            {
                call.Reply.SyntaxError();
                return false;
            }

            int at = 3;
            if (call.ArgumentIs(3, "idle"u8))
            {
                if (!StreamKeys.TryInteger(ref call, 4, out range.MinIdleMs)) return false;
                if (call.ArgumentCount < 8)
                {
                    call.Reply.SyntaxError();
                    return false;
                }

                at = 5;
            }

            if (!StreamKeys.TryInteger(ref call, at + 2, out range.Count)) return false;
            if (!StreamKeys.TryRange(ref call, at, at + 1, out range.From, out range.To)) return false;
            if (at + 3 < call.ArgumentCount) range.ConsumerAt = at + 3;
            return true;
        }
    }
}
