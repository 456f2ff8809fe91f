using ModularKv.Abstractions;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZPOPMIN, ZPOPMAX, ZMPOP and the blocking BZPOPMIN, BZPOPMAX, BZMPOP. Source: genericZpopCommand.</summary>
internal sealed class PopCommands(SortedSetStore store)
{
    private int[] _keys = new int[16];

    private enum Shape
    {
        /// <summary>member, score, …</summary>
        Flat,

        /// <summary>[member, score], …</summary>
        Pairs,

        /// <summary>key, member, score</summary>
        KeyAndFlat,

        /// <summary>key, [[member, score], …]</summary>
        KeyAndPairs,
    }

    /// <summary>ZPOPMIN key [count]. Source: redis.io/commands/zpopmin.</summary>
    public void PopMin(ref CommandContext call) => Pop(ref call, max: false);

    /// <summary>ZPOPMAX key [count]. Source: redis.io/commands/zpopmax.</summary>
    public void PopMax(ref CommandContext call) => Pop(ref call, max: true);

    /// <summary>BZPOPMIN key [key ...] timeout. Source: redis.io/commands/bzpopmin.</summary>
    public void BlockingPopMin(ref CommandContext call) => BlockingPop(ref call, max: false);

    /// <summary>BZPOPMAX key [key ...] timeout. Source: redis.io/commands/bzpopmax.</summary>
    public void BlockingPopMax(ref CommandContext call) => BlockingPop(ref call, max: true);

    /// <summary>ZMPOP numkeys key [key ...] MIN|MAX [COUNT count]. Source: redis.io/commands/zmpop.</summary>
    public void PopMany(ref CommandContext call)
    {
        if (!TryReadMany(ref call, 1, out int keys, out bool max, out long count)) return;
        if (!TryPopFirst(ref call, 2, keys, max, count, Shape.KeyAndPairs)) call.Reply.NullArray();
    }

    /// <summary>BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count]. Source: redis.io/commands/bzmpop.</summary>
    public void BlockingPopMany(ref CommandContext call)
    {
        if (!TryReadMany(ref call, 2, out int keys, out bool max, out long count)) return;
        PopOrBlock(ref call, 3, keys, 1, max, count, Shape.KeyAndPairs);
    }

    private void Pop(ref CommandContext call, bool max)
    {
        if (call.ArgumentCount > 3)
        {
            call.Reply.SyntaxError();
            return;
        }

        long count = 1;
        bool counted = call.ArgumentCount == 3;
        if (counted && !TryReadCount(ref call, 2, 0, "ERR value is out of range, must be positive"u8, out count)) return;
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (!entry.IsMissing && !entry.Is(store.Type)) call.Reply.WrongType();
        else if (entry.IsMissing || count == 0) call.Reply.Array(0);
        else PopFrom(ref call, 1, entry, max, count, counted && call.Reply.Protocol > 2 ? Shape.Pairs : Shape.Flat);
    }

    private void BlockingPop(ref CommandContext call, bool max) =>
        PopOrBlock(ref call, 1, call.ArgumentCount - 2, call.ArgumentCount - 1, max, count: 1, Shape.KeyAndFlat);

    private void PopOrBlock(ref CommandContext call, int firstKey, int keys, int timeoutAt, bool max, long count, Shape shape)
    {
        if (!BlockTimeout.TryRead(ref call, timeoutAt, out long timeoutMs)) return;
        if (!call.IsTimedOut && TryPopFirst(ref call, firstKey, keys, max, count, shape)) return;
        if (call.MayNotBlock || call.IsTimedOut)
        {
            call.Reply.NullArray();
            return;
        }

        if (_keys.Length < keys) _keys = new int[keys];
        for (int i = 0; i < keys; i++) _keys[i] = firstKey + i;
        call.BlockOnKeys(_keys.AsSpan(0, keys), timeoutMs);
    }

    /// <summary>Pops from the first key that exists, or replies that it holds something else. False: none exists.</summary>
    private bool TryPopFirst(ref CommandContext call, int firstKey, int keys, bool max, long count, Shape shape)
    {
        for (int i = firstKey; i < firstKey + keys; i++)
        {
            Entry entry = call.Keys.FindForWrite(call.Key(i));
            if (entry.IsMissing) continue;
            if (!entry.Is(store.Type))
            {
                // A blocked client waits on whatever else the key was given in the meantime.
                if (call.IsRetry) continue;
                call.Reply.WrongType();
                return true;
            }

            long popped = PopFrom(ref call, i, entry, max, count, shape);
            EffectBuilder effect = call.PropagateAs().Add(max ? "ZPOPMAX"u8 : "ZPOPMIN"u8).Add(call.Argument(i));
            if (shape == Shape.KeyAndPairs) effect.Add(popped);
            effect.Send();
            return true;
        }

        return false;
    }

    private long PopFrom(ref CommandContext call, int keyAt, Entry entry, bool max, long count, Shape shape)
    {
        long length = new SetView(entry).Count;
        count = Math.Min(count, length);
        ReplyWriter reply = call.Reply;
        switch (shape)
        {
            case Shape.Flat:
                reply.Array(count * 2);
                break;
            case Shape.Pairs:
                reply.Array(count);
                break;
            case Shape.KeyAndFlat:
                reply.Array((count * 2) + 1);
                reply.Bulk(call.Argument(keyAt));
                break;
            default:
                reply.Array(2);
                reply.Bulk(call.Argument(keyAt));
                reply.Array(count);
                break;
        }

        bool pairs = shape is Shape.Pairs or Shape.KeyAndPairs;
        if (entry.Encoding == SortedSetType.TreeEncoding && count == 1) PopOne(reply, ref entry.Structure<TreeSet>(), max, pairs);
        else PopRange(ref call, ref entry, max, count, pairs);
        bool emptied = count == length;
        if (emptied) call.Keys.Delete(entry);
        KeyRef key = call.Key(keyAt);
        call.Changed(key, KeyEventClass.SortedSet, max ? "zpopmax"u8 : "zpopmin"u8, (int)Math.Min(count, int.MaxValue));
        if (emptied) call.Notify(key, KeyEventClass.Generic, "del"u8);
        return count;
    }

    private void PopOne(ReplyWriter reply, ref TreeSet set, bool max, bool pairs)
    {
        Abstractions.Collections.TreeCursor item = max ? set.Tree.Last() : set.Tree.First();
        if (pairs) reply.Array(2);
        reply.Bulk(item.Tail);
        reply.Double(set.ScoreOf(item));
        set.RemoveEnd(store.Memory, item, max);
    }

    private void PopRange(ref CommandContext call, ref Entry entry, bool max, long count, bool pairs)
    {
        SetView set = new(entry);
        long length = set.Count;
        SetCursor at = set.At(max ? length - 1 : 0);
        for (long left = count; left > 0; left--)
        {
            if (pairs) call.Reply.Array(2);
            at.ReplyMember(call.Reply);
            call.Reply.Double(at.Score);
            if (left > 1) at.Move(max);
        }

        // What goes whole is freed whole by whoever deletes the key.
        if (count < length) store.RemoveRange(call.Keys, ref entry, max ? new(length - count, length) : new(0, count));
    }

    private static bool TryReadMany(ref CommandContext call, int countAt, out int keys, out bool max, out long count)
    {
        keys = 0;
        max = false;
        count = 1;
        if (!TryReadCount(ref call, countAt, 1, "ERR numkeys should be greater than 0"u8, out long number)) return false;
        if (number > call.ArgumentCount - countAt - 2)
        {
            call.Reply.SyntaxError();
            return false;
        }

        keys = (int)number;
        int at = countAt + keys + 1;
        max = call.ArgumentIs(at, "max"u8);
        bool valid = max || call.ArgumentIs(at, "min"u8);
        bool counted = false;
        for (at++; valid && at < call.ArgumentCount; at += 2)
        {
            valid = !counted && at + 1 < call.ArgumentCount && call.ArgumentIs(at, "count"u8);
            counted = true;
            if (valid && !TryReadCount(ref call, at + 1, 1, "ERR count should be greater than 0"u8, out count)) return false;
        }

        if (!valid) call.Reply.SyntaxError();
        return valid;
    }

    private static bool TryReadCount(ref CommandContext call, int index, long smallest, ReadOnlySpan<byte> otherwise, out long count)
    {
        if (NumberText.TryParse(call.Argument(index), out count) && count >= smallest) return true;
        call.Reply.Error(otherwise);
        return false;
    }
}
