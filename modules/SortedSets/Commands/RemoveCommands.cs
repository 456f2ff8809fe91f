using ModularKv.Abstractions;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZREM and ZREMRANGEBYRANK, -SCORE, -LEX.</summary>
internal sealed class RemoveCommands(SortedSetStore store)
{
    /// <summary>ZREM key member [member ...]. Source: redis.io/commands/zrem.</summary>
    public void Remove(ref CommandContext call)
    {
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (!TryOpen(ref call, entry)) return;
        int removed = 0;
        bool emptied = false;
        for (int i = 2; i < call.ArgumentCount && !emptied; i++)
        {
            if (!store.Remove(call.Keys, ref entry, call.Argument(i))) continue;
            removed++;
            emptied = new SetView(entry).Count == 0;
        }

        Finish(ref call, entry, removed, emptied, "zrem"u8);
    }

    /// <summary>ZREMRANGEBYRANK key start stop. Source: redis.io/commands/zremrangebyrank.</summary>
    public void RemoveByRank(ref CommandContext call)
    {
        if (!RangeCommands.TryReadInteger(ref call, 2, out long start) || !RangeCommands.TryReadInteger(ref call, 3, out long stop)) return;
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (!TryOpen(ref call, entry)) return;
        RemoveRange(ref call, entry, RangeCommands.Clip(start, stop, new SetView(entry).Count), "zremrangebyrank"u8);
    }

    /// <summary>ZREMRANGEBYSCORE key min max. Source: redis.io/commands/zremrangebyscore.</summary>
    public void RemoveByScore(ref CommandContext call)
    {
        if (!ScoreRange.TryParse(call.Argument(2), call.Argument(3), out ScoreRange range))
        {
            call.Reply.Error("ERR min or max is not a float"u8);
            return;
        }

        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (TryOpen(ref call, entry)) RemoveRange(ref call, entry, new SetView(entry).Ranks(range), "zremrangebyscore"u8);
    }

    /// <summary>ZREMRANGEBYLEX key min max. Source: redis.io/commands/zremrangebylex.</summary>
    public void RemoveByLex(ref CommandContext call)
    {
        if (!LexRange.TryParse(call.Argument(2), call.Argument(3), out LexRange range))
        {
            call.Reply.Error("ERR min or max not valid string range item"u8);
            return;
        }

        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (TryOpen(ref call, entry)) RemoveRange(ref call, entry, new SetView(entry).Ranks(range, backwards: false), "zremrangebylex"u8);
    }

    private void RemoveRange(ref CommandContext call, Entry entry, RankRange range, ReadOnlySpan<byte> eventName)
    {
        store.RemoveRange(call.Keys, ref entry, range);
        Finish(ref call, entry, range.Count, new SetView(entry).Count == 0, eventName);
    }

    private bool TryOpen(ref CommandContext call, Entry entry)
    {
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(store.Type)) call.Reply.WrongType();
        else return true;
        return false;
    }

    private static void Finish(ref CommandContext call, Entry entry, long removed, bool emptied, ReadOnlySpan<byte> eventName)
    {
        if (removed > 0)
        {
            if (emptied) call.Keys.Delete(entry);
            call.Changed(call.Key(1), KeyEventClass.SortedSet, eventName, (int)Math.Min(removed, int.MaxValue));
            if (emptied) call.Notify(call.Key(1), KeyEventClass.Generic, "del"u8);
        }

        call.Reply.Integer(removed);
    }
}
