using System.Buffers;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>XREAD and XREADGROUP, which may wait for entries. Source: xreadCommand.</summary>
internal sealed class ReadCommands(StreamKeys keys, EntryReply entries, GroupEffects effects, ClientSlot<WaitingRead> waiting)
{
    /// <summary>What a woken reader gets at most where it gave no COUNT. Source: XREAD_BLOCKED_DEFAULT_COUNT.</summary>
    private const long WokenCount = 1000;

    private const int OnStackMax = 32;

    /// <summary>XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]</summary>
    public void Read(ref CommandContext call) => Run(ref call, false);

    /// <summary>XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]</summary>
    public void ReadGroup(ref CommandContext call)
    {
        // What it does to the group is propagated command by command.
        call.SuppressPropagation();
        Run(ref call, true);
    }

    private void Run(ref CommandContext call, bool isGroup)
    {
        if (call.IsTimedOut)
        {
            call.Reply.NullArray();
            return;
        }

        if (!ReadOptions.TryParse(ref call, isGroup, out ReadOptions options)) return;
        StreamId[]? rented = null;
        Span<StreamId> after = options.Streams <= OnStackMax
            ? stackalloc StreamId[OnStackMax] : rented = ArrayPool<StreamId>.Shared.Rent(options.Streams);
        after = after[..options.Streams];
        if (TryPositions(ref call, options, isGroup, after) && !TryServe(ref call, options, isGroup, after))
        {
            if (options.TimeoutMs < 0 || call.MayNotBlock) call.Reply.NullArray();
            else Block(ref call, options, isGroup, after);
        }

        if (rented is not null) ArrayPool<StreamId>.Shared.Return(rented);
    }

    /// <summary>Reads the ids; the largest stands for <c>&gt;</c>.</summary>
    private bool TryPositions(ref CommandContext call, in ReadOptions options, bool isGroup, scoped Span<StreamId> after)
    {
        for (int i = 0; i < options.Streams; i++)
        {
            if (!Concerns(ref call, options, i)) continue;
            Entry entry = Find(ref call, isGroup, options.KeysAt + i);
            if (call.IsRetry && !IsStream(entry))
            {
                if (!isGroup) continue;
                return Gone(ref call, "UNBLOCKED the stream key no longer exists"u8);
            }

            if (!entry.IsMissing && !entry.Is(keys.Type))
            {
                call.Reply.WrongType();
                return false;
            }

            if (isGroup && (entry.IsMissing || keys.Of(entry).Groups.Find(call.Argument(options.GroupAt)).IsMissing))
            {
                if (call.IsRetry) return Gone(ref call, "NOGROUP the consumer group this client was blocked on no longer exists"u8);
                StreamKeys.NoKeyOrGroup(ref call, options.KeysAt + i, options.GroupAt, " in XREADGROUP with GROUP option");
                return false;
            }

            if (!TryPosition(ref call, options, isGroup, i, entry, out after[i])) return false;
        }

        return true;
    }

    private bool TryPosition(
        ref CommandContext call, in ReadOptions options, bool isGroup, int index, scoped Entry entry, out StreamId after)
    {
        after = StreamId.Zero;
        ReadOnlySpan<byte> id = call.Argument(options.IdAt(index));
        if (id is [(byte)'$'])
        {
            if (isGroup) return Meaningless(ref call, '$');
            if (call.IsRetry) after = call.Client.Get(waiting)!.After[index];
            else if (!entry.IsMissing) after = keys.Of(entry).LastId;
            return true;
        }

        if (id is [(byte)'+'])
        {
            if (isGroup) return Meaningless(ref call, '+');
            if (!entry.IsMissing && keys.Of(entry).Length > 0) keys.Of(entry).LastEntryId().TryPrevious(out after);
            return true;
        }

        if (id is [(byte)'>'])
        {
            after = StreamId.Max;
            if (isGroup) return true;
            call.Reply.Error("ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."u8);
            return false;
        }

        return StreamKeys.TryId(ref call, options.IdAt(index), out after);
    }

    private bool TryServe(ref CommandContext call, in ReadOptions options, bool isGroup, scoped ReadOnlySpan<StreamId> after)
    {
        int served = 0;
        DeferredLength length = default;
        for (int i = 0; i < options.Streams; i++)
        {
            if (!Concerns(ref call, options, i)) continue;
            Entry entry = Find(ref call, isGroup, options.KeysAt + i);
            if (!IsStream(entry)) continue;
            StreamValue stream = keys.Of(entry);
            StreamId from = after[i];
            StreamGroup group = isGroup ? stream.Groups.Find(call.Argument(options.GroupAt)) : default;
            bool isHistory = isGroup && from != StreamId.Max;
            if (isGroup && !isHistory) from = group.LastId;
            bool isServed = isHistory || (stream.Length > 0 && stream.LastEntryId() > from);
            if (!isServed)
            {
                if (isGroup) See(ref call, options, group);
                continue;
            }
            if (served++ == 0) length = call.Reply.Defer();
            if (call.Reply.Protocol == 2) call.Reply.Array(2);
            call.Reply.Bulk(call.Argument(options.KeysAt + i));
            from.TryNext(out from);
            long count = call.IsRetry && options.Count == 0 ? WokenCount : options.Count;
            if (!isGroup) entries.Entries(call.Reply, stream.Walk(from, StreamId.Max), count);
            else if (isHistory) History(ref call, stream, group, OpenConsumer(ref call, options, i, group), from, count);
            else Deliver(ref call, options, i, stream, group, from, count);
            if (isGroup) call.CountDirty(1);
        }

        if (served > 0) call.Reply.Finish(length, call.Reply.Protocol == 2 ? Aggregate.Array : Aggregate.Map, served);
        return served > 0;
    }

    // A consumer that gets nothing was seen all the same; it comes into being with the first entry only.
    private static void See(ref CommandContext call, in ReadOptions options, StreamGroup group)
    {
        StreamConsumer consumer = group.FindConsumer(call.Argument(options.GroupAt + 1));
        if (!consumer.IsMissing) consumer.SeenMs = call.NowMs;
    }

    private StreamConsumer OpenConsumer(ref CommandContext call, in ReadOptions options, int index, StreamGroup group)
    {
        ReadOnlySpan<byte> name = call.Argument(options.GroupAt + 1);
        StreamConsumer consumer = group.FindConsumer(name);
        if (consumer.IsMissing)
        {
            consumer = group.AddConsumer(keys.Memory, name, call.NowMs);
            call.CountDirty(1);
            call.Notify(call.Key(options.KeysAt + index), KeyEventClass.Stream, "xgroup-createconsumer"u8);
            if (options.NoAck) effects.Consumer(ref call, options.KeysAt + index, options.GroupAt, name);
        }

        consumer.SeenMs = call.NowMs;
        return consumer;
    }

    // New entries: the group goes on, and unless NOACK says otherwise they are pending from now on.
    private void Deliver(
        ref CommandContext call, in ReadOptions options, int index, scoped StreamValue stream, StreamGroup group, StreamId from, long count)
    {
        StreamConsumer consumer = OpenConsumer(ref call, options, index, group);
        DeferredLength length = call.Reply.Defer();
        long delivered = 0;
        EntryWalk walk = stream.Walk(from, StreamId.Max);
        while (walk.MoveNext())
        {
            if (walk.Id > group.LastId) GroupProgress.Advance(stream, group, walk.Id);
            entries.Entry(call.Reply, ref walk);
            delivered++;
            if (!options.NoAck)
            {
                group.Give(keys.Memory, consumer, walk.Id, call.NowMs, 1);
                consumer.ActiveMs = call.NowMs;
                effects.Claim(ref call, options.KeysAt + index, options.GroupAt, group, walk.Id);
            }

            if (delivered == count) break;
        }

        call.Reply.Finish(length, Aggregate.Array, delivered);
        if (options.NoAck && delivered > 0) effects.LastId(ref call, options.KeysAt + index, options.GroupAt, group);
    }

    // What the consumer has pending; entries that were deleted meanwhile are shown without content.
    private void History(
        ref CommandContext call, scoped StreamValue stream, StreamGroup group, StreamConsumer consumer, StreamId from, long count)
    {
        DeferredLength length = call.Reply.Defer();
        long shown = 0;
        TreeCursor cursor = StreamGroup.Seek(consumer.Pending, from);
        for (; cursor.IsValid && (count == 0 || shown < count); cursor.MoveNext())
        {
            StreamId id = StreamId.FromTree(cursor.Head, cursor.Tail);
            shown++;
            if (!entries.TryEntry(call.Reply, stream, id))
            {
                call.Reply.Array(2);
                entries.Id(call.Reply, id);
                call.Reply.NullArray();
                continue;
            }

            var entry = new PendingEntry(group.FindPending(id).Payload);
            entry.DeliveredMs = call.NowMs;
            entry.Deliveries++;
        }

        call.Reply.Finish(length, Aggregate.Array, shown);
    }

    private void Block(ref CommandContext call, in ReadOptions options, bool isGroup, scoped ReadOnlySpan<StreamId> after)
    {
        if (!isGroup && !call.IsRetry)
        {
            // $ is the last id of now, not of when the command runs again.
            call.Client.Set(waiting, new WaitingRead(after.ToArray()));
        }

        int[] indices = new int[options.Streams];
        for (int i = 0; i < indices.Length; i++) indices[i] = options.KeysAt + i;
        call.BlockOnKeys(indices, options.TimeoutMs, isGroup ? BlockOptions.WakeOnDelete : BlockOptions.None);
    }

    // A client that waited is served from the key that became ready.
    private static bool Concerns(ref CommandContext call, in ReadOptions options, int index)
        => !call.IsRetry || call.ReadyKey == options.KeysAt + index;

    private static Entry Find(ref CommandContext call, bool isGroup, int keyAt)
        => isGroup ? call.Keys.FindForWrite(call.Key(keyAt)) : call.Keys.Find(call.Key(keyAt));

    private bool IsStream(Entry entry) => !entry.IsMissing && entry.Is(keys.Type);

    private static bool Gone(ref CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }

    private static bool Meaningless(ref CommandContext call, char id)
    {
        call.Reply.Error($"ERR The {id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by "
            + $"specifying a proper ID, or use the > ID to get new messages. The {id} ID would just return an empty result set.");
        return false;
    }
}

/// <summary>What a client waits for in XREAD.</summary>
/// <param name="After">The ids after which it reads, as they were when it began to wait.</param>
internal sealed record WaitingRead(StreamId[] After);
