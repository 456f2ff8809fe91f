using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>XCLAIM and XAUTOCLAIM: pending entries change hands. Source: xclaimCommand, xautoclaimCommand.</summary>
internal sealed class ClaimCommands(StreamKeys keys, EntryReply entries, GroupEffects effects)
{
    // Entries that XAUTOCLAIM looks at, for each that it may claim.
    private const int LooksPerClaim = 10;

    private readonly List<StreamId> _gone = [];

    /// <summary>
    /// XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME ms] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]
    /// </summary>
    public void Claim(ref CommandContext call)
    {
        if (!keys.TryOpenAsReader(ref call, 1, out Entry entry)) return;
        StreamGroup group = entry.IsMissing ? default : keys.Of(entry).Groups.Find(call.Argument(2));
        if (group.IsMissing)
        {
            StreamKeys.NoKeyOrGroup(ref call, 1, 2);
            return;
        }

        if (!ClaimOptions.TryParse(ref call, out ClaimOptions options)) return;
        call.SuppressPropagation();
        bool hasMoved = options.LastId > group.LastId;
        if (hasMoved) group.LastId = options.LastId;
        StreamValue stream = keys.Of(entry);
        StreamConsumer consumer = SeeConsumer(ref call, group);
        DeferredLength length = call.Reply.Defer();
        long claimed = 0;
        int changes = 0;
        for (int i = ClaimOptions.IdsAt; i < options.IdsEnd; i++)
        {
            StreamIdText.TryParseStrict(call.Argument(i), 0, out StreamId id);
            if (!stream.Contains(id))
            {
                if (Forget(ref call, group, id)) changes++;
                continue;
            }

            if (!TryClaim(ref call, group, ref consumer, id, options)) continue;
            Reply(call.Reply, stream, id, options.JustId);
            claimed++;
            changes++;
            consumer.ActiveMs = call.NowMs;
            effects.Claim(ref call, 1, 2, group, id);
        }

        call.Reply.Finish(length, Aggregate.Array, claimed);

        // Each XCLAIM carries the last id along.
        if (hasMoved && changes == 0)
        {
            effects.LastId(ref call, 1, 2, group);
            changes++;
        }

        if (changes > 0) call.CountDirty(changes);
    }

    /// <summary>XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]</summary>
    public void AutoClaim(ref CommandContext call)
    {
        if (!TryAutoOptions(ref call, out long minIdle, out StreamId from, out long count, out bool justId)) return;
        if (!keys.TryOpenAsReader(ref call, 1, out Entry entry)) return;
        StreamGroup group = entry.IsMissing ? default : keys.Of(entry).Groups.Find(call.Argument(2));
        if (group.IsMissing)
        {
            StreamKeys.NoKeyOrGroup(ref call, 1, 2);
            return;
        }

        call.SuppressPropagation();
        StreamValue stream = keys.Of(entry);
        StreamConsumer consumer = SeeConsumer(ref call, group);
        StreamId end = AutoEnd(ref call, stream, group, from, minIdle, count);
        call.Reply.Array(3);
        entries.Id(call.Reply, end);
        DeferredLength length = call.Reply.Defer();
        long claimed = 0, changes = 0;
        _gone.Clear();
        StreamId next = from;
        while (true)
        {
            TreeCursor cursor = group.SeekPending(next);
            if (!cursor.IsValid) break;
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            if (!end.IsZero && id >= end) break;
            bool isLast = !id.TryNext(out next);
            if (!stream.Contains(id))
            {
                Forget(ref call, group, id);
                _gone.Add(id);
                changes++;
            }
            else if (IsIdle(ref call, new PendingEntry(cursor.Payload), minIdle))
            {
                var pending = new PendingEntry(cursor.Payload);
                OpenConsumer(ref call, group, ref consumer);
                group.Give(keys.Memory, consumer, id, call.NowMs, pending.Deliveries + (justId ? 0 : 1));
                Reply(call.Reply, stream, id, justId);
                claimed++;
                changes++;
                consumer.ActiveMs = call.NowMs;
                effects.Claim(ref call, 1, 2, group, id);
            }

            if (isLast) break;
        }

        call.Reply.Finish(length, Aggregate.Array, claimed);
        call.Reply.Array(_gone.Count);
        foreach (StreamId id in _gone) entries.Id(call.Reply, id);
        if (changes > 0) call.CountDirty(changes);
    }

    /// <summary>
    /// Where the next XAUTOCLAIM goes on, 0-0 at the end: said before what was claimed. Counts as the claiming itself does.
    /// </summary>
    private static StreamId AutoEnd(
        ref CommandContext call, scoped StreamValue stream, StreamGroup group, StreamId from, long minIdle, long count)
    {
        TreeCursor cursor = group.SeekPending(from);
        for (long looks = count * LooksPerClaim; looks > 0 && count > 0 && cursor.IsValid; looks--)
        {
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            if (IsIdle(ref call, new PendingEntry(cursor.Payload), minIdle) || !stream.Contains(id)) count--;
            cursor.MoveNext();
        }

        return cursor.IsValid ? StreamId.FromTree(cursor.Head, cursor.Tail) : StreamId.Zero;
    }

    private static bool IsIdle(ref CommandContext call, PendingEntry entry, long minIdle)
        => minIdle == 0 || call.NowMs - entry.DeliveredMs >= minIdle;

    private static bool TryAutoOptions(ref CommandContext call, out long minIdle, out StreamId from, out long count, out bool justId)
    {
        const long CountDefault = 100;
        const long CountMax = long.MaxValue / 16;
        from = default;
        count = CountDefault;
        justId = false;
        if (!StreamKeys.TryInteger(ref call, 4, "ERR Invalid min-idle-time argument for XAUTOCLAIM"u8, out minIdle)) return false;
        minIdle = Math.Max(0, minIdle);
        if (!StreamKeys.TryStart(ref call, 5, out from)) return false;
        for (int i = 6; i < call.ArgumentCount; i++)
        {
            if (i < call.ArgumentCount - 1 && call.ArgumentIs(i, "count"u8))
            {
                if (!StreamKeys.TryInteger(ref call, ++i, "ERR COUNT must be > 0"u8, out count)) return false;
                if (count is >= 1 and <= CountMax) continue;
                call.Reply.Error("ERR COUNT must be > 0"u8);
                return false;
            }

            justId = call.ArgumentIs(i, "justid"u8);
            if (justId) continue;
            call.Reply.SyntaxError();
            return false;
        }

        return true;
    }

    private static StreamConsumer SeeConsumer(ref CommandContext call, StreamGroup group)
    {
        StreamConsumer consumer = group.FindConsumer(call.Argument(3));
        if (!consumer.IsMissing) consumer.SeenMs = call.NowMs;
        return consumer;
    }

    // A consumer comes into being with the first entry that it gets.
    private void OpenConsumer(ref CommandContext call, StreamGroup group, ref StreamConsumer consumer)
    {
        if (!consumer.IsMissing) return;
        consumer = group.AddConsumer(keys.Memory, call.Argument(3), call.NowMs);
        call.CountDirty(1);
        call.Notify(call.Key(1), KeyEventClass.Stream, "xgroup-createconsumer"u8);
    }

    // An entry that was deleted is pending no longer. What is propagated has the same effect elsewhere: it is deleted there too.
    private bool Forget(ref CommandContext call, StreamGroup group, StreamId id)
    {
        if (!group.FindPending(id).IsValid) return false;
        effects.Claim(ref call, 1, 2, group, id);
        return group.Acknowledge(keys.Memory, id);
    }

    private bool TryClaim(ref CommandContext call, StreamGroup group, ref StreamConsumer consumer, StreamId id, in ClaimOptions options)
    {
        TreeCursor cursor = group.FindPending(id);
        if (!cursor.IsValid && !options.IsForced) return false;
        long deliveries = 1;
        if (cursor.IsValid)
        {
            var entry = new PendingEntry(cursor.Payload);
            if (!IsIdle(ref call, entry, options.MinIdleMs)) return false;
            deliveries = entry.Deliveries;
        }

        if (options.Deliveries >= 0) deliveries = options.Deliveries;
        else if (!options.JustId) deliveries++;
        OpenConsumer(ref call, group, ref consumer);
        group.Give(keys.Memory, consumer, id, options.DeliveredMs, deliveries);
        return true;
    }

    private void Reply(ReplyWriter reply, StreamValue stream, StreamId id, bool justId)
    {
        if (justId) entries.Id(reply, id);
        else entries.TryEntry(reply, stream, id);
    }
}
