using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZRANGE in all its forms, ZRANGESTORE, and the older names of the forms. Source: zrangeGenericCommand.</summary>
internal sealed class RangeCommands(SortedSetStore store)
{
    private enum By
    {
        Unstated,
        Rank,
        Score,
        Lex,
    }

    /// <summary>What a command asks for.</summary>
    private ref struct Query
    {
        public By By;
        public bool? Reverse;
        public bool WithScores;
        public long Offset;
        public long Limit;
        public long Start;
        public long Stop;
        public ScoreRange Scores;
        public LexRange Texts;
    }

    /// <summary>ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]. Source: redis.io/commands/zrange.</summary>
    public void Range(ref CommandContext call) => Reply(ref call, By.Unstated, null);

    /// <summary>ZREVRANGE key start stop [WITHSCORES]. Source: redis.io/commands/zrevrange.</summary>
    public void ReverseRange(ref CommandContext call) => Reply(ref call, By.Rank, true);

    /// <summary>ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]. Source: redis.io/commands/zrangebyscore.</summary>
    public void RangeByScore(ref CommandContext call) => Reply(ref call, By.Score, false);

    /// <summary>ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]. Source: redis.io/commands/zrevrangebyscore.</summary>
    public void ReverseRangeByScore(ref CommandContext call) => Reply(ref call, By.Score, true);

    /// <summary>ZRANGEBYLEX key min max [LIMIT offset count]. Source: redis.io/commands/zrangebylex.</summary>
    public void RangeByLex(ref CommandContext call) => Reply(ref call, By.Lex, false);

    /// <summary>ZREVRANGEBYLEX key max min [LIMIT offset count]. Source: redis.io/commands/zrevrangebylex.</summary>
    public void ReverseRangeByLex(ref CommandContext call) => Reply(ref call, By.Lex, true);

    /// <summary>ZRANGESTORE dst src min max [BYSCORE|BYLEX] [REV] [LIMIT offset count]. Source: redis.io/commands/zrangestore.</summary>
    public void Store(ref CommandContext call)
    {
        Query query = default;
        if (!TryRead(ref call, 2, isStore: true, ref query)) return;
        Entry entry = call.Keys.Find(call.Key(2));
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        TreeSet built = entry.IsMissing ? TreeSet.Create() : Copy(new SetView(entry), query);
        StoreResult(ref call, store, ref built, "zrangestore"u8);
    }

    /// <summary>Puts what a command built under its first argument, or deletes that where it is empty, and replies the number.</summary>
    public static void StoreResult(ref CommandContext call, SortedSetStore store, ref TreeSet built, ReadOnlySpan<byte> eventName)
    {
        long count = built.Count;
        if (count > 0)
        {
            store.Put(call.Keys, call.Key(1), ref built);
            call.Changed(call.Key(1), KeyEventClass.SortedSet, eventName);
        }
        else if (call.Keys.Delete(call.Key(1)))
        {
            call.Changed(call.Key(1), KeyEventClass.Generic, "del"u8);
        }

        call.Reply.Integer(count);
    }

    /// <summary>Reads an integer or replies the error.</summary>
    public static bool TryReadInteger(ref CommandContext call, int index, out long value)
    {
        if (NumberText.TryParse(call.Argument(index), out value)) return true;
        call.Reply.NotAnInteger();
        return false;
    }

    /// <summary>Ranks from start to stop, both included and counted from the end where negative, as ranks that exist.</summary>
    public static RankRange Clip(long start, long stop, long count)
    {
        if (start < 0) start += count;
        if (stop < 0) stop += count;
        if (start < 0) start = 0;
        if (start > stop || start >= count) return default;
        return new(start, Math.Min(stop, count - 1) + 1);
    }

    private void Reply(ref CommandContext call, By by, bool? reverse)
    {
        Query query = new() { By = by, Reverse = reverse };
        if (!TryRead(ref call, 1, isStore: false, ref query)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Array(0);
            return;
        }

        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        SetView set = new(entry);
        bool backwards = query.Reverse == true;
        RankRange range = Resolve(set, query);
        bool flat = query.WithScores && call.Reply.Protocol == 2;
        call.Reply.Array(flat ? range.Count * 2 : range.Count);
        if (range.Count == 0) return;
        ReplyWriter reply = call.Reply;
        SetCursor at = set.At(backwards ? range.To - 1 : range.From);
        for (long left = range.Count; left > 0; left--)
        {
            if (query.WithScores && !flat) reply.Array(2);
            at.ReplyMember(reply);
            if (query.WithScores) reply.Double(at.Score);
            if (left > 1) at.Move(backwards);
        }
    }

    private TreeSet Copy(SetView set, in Query query)
    {
        TreeSet built = TreeSet.Create();
        RankRange range = Resolve(set, query);
        if (range.Count == 0) return built;
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        bool backwards = query.Reverse == true;
        long unsigned = CountUnsigned(set, range, backwards);
        SetCursor at = set.At(range.From);
        for (long i = 0; i < range.Count; i++)
        {
            ReadOnlySpan<byte> member = at.Member(digits);
            double score = at.Score;
            bool isUnsigned = backwards ? i >= range.Count - unsigned : i < unsigned;
            if (isUnsigned && score == 0) score = 0;
            built.AddLast(store.Memory, member, KeyHash.Compute(member), score);
            if (i < range.Count - 1) at.MoveNext();
        }

        return built;
    }

    /// <summary>
    /// Redis 7.0 begins with a listpack, in which a zero has no sign, and puts the members there in the order of the reply: how many of
    /// them come before one that makes it another encoding.
    /// </summary>
    private long CountUnsigned(SetView set, RankRange range, bool backwards)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetCursor at = set.At(backwards ? range.To - 1 : range.From);
        for (long i = 0; i < range.Count; i++)
        {
            if (!store.FitsList((int)i + 1, at.Member(digits).Length, 0)) return i;
            if (i < range.Count - 1) at.Move(backwards);
        }

        return range.Count;
    }

    private static RankRange Resolve(SetView set, in Query query)
    {
        bool backwards = query.Reverse == true;
        long count = set.Count;
        if (query.By == By.Rank)
        {
            RankRange ranks = Clip(query.Start, query.Stop, count);
            return backwards && ranks.Count > 0 ? new(count - ranks.To, count - ranks.From) : ranks;
        }

        RankRange range = query.By == By.Score ? set.Ranks(query.Scores) : set.Ranks(query.Texts, backwards);

        // A negative offset passes over everything, as Redis counts it down to zero.
        if (range.Count == 0 || query.Offset < 0 || query.Offset >= range.Count) return default;
        long left = range.Count - query.Offset;
        if (query.Limit >= 0) left = Math.Min(left, query.Limit);
        if (backwards) return new(range.To - query.Offset - left, range.To - query.Offset);
        return new(range.From + query.Offset, range.From + query.Offset + left);
    }

    private static bool TryRead(ref CommandContext call, int keyAt, bool isStore, ref Query query)
    {
        if (!TryReadOptions(ref call, keyAt + 3, isStore, ref query)) return false;
        if (query.By == By.Unstated) query.By = By.Rank;
        if (query.Limit != -1 && query.By == By.Rank)
        {
            call.Reply.Error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"u8);
            return false;
        }

        if (query.WithScores && query.By == By.Lex)
        {
            call.Reply.Error("ERR syntax error, WITHSCORES not supported in combination with BYLEX"u8);
            return false;
        }

        // Backwards a range of scores or texts is given as [max, min].
        bool swapped = query.Reverse == true && query.By != By.Rank;
        int min = keyAt + (swapped ? 2 : 1), max = keyAt + (swapped ? 1 : 2);
        switch (query.By)
        {
            case By.Score when !ScoreRange.TryParse(call.Argument(min), call.Argument(max), out query.Scores):
                call.Reply.Error("ERR min or max is not a float"u8);
                return false;
            case By.Lex when !LexRange.TryParse(call.Argument(min), call.Argument(max), out query.Texts):
                call.Reply.Error("ERR min or max not valid string range item"u8);
                return false;
            case By.Rank:
                return TryReadInteger(ref call, min, out query.Start) && TryReadInteger(ref call, max, out query.Stop);
            default:
                return true;
        }
    }

    private static bool TryReadOptions(ref CommandContext call, int first, bool isStore, ref Query query)
    {
        query.Limit = -1;
        bool mayChoose = query.By == By.Unstated;
        bool mayReverse = query.Reverse == null;
        for (int i = first; i < call.ArgumentCount; i++)
        {
            if (!isStore && call.ArgumentIs(i, "withscores"u8))
            {
                query.WithScores = true;
            }
            else if (i + 2 < call.ArgumentCount && call.ArgumentIs(i, "limit"u8))
            {
                if (!TryReadInteger(ref call, i + 1, out query.Offset) || !TryReadInteger(ref call, i + 2, out query.Limit)) return false;
                i += 2;
            }
            else if (mayReverse && query.Reverse == null && call.ArgumentIs(i, "rev"u8))
            {
                query.Reverse = true;
            }
            else if (mayChoose && query.By == By.Unstated && call.ArgumentIs(i, "bylex"u8))
            {
                query.By = By.Lex;
            }
            else if (mayChoose && query.By == By.Unstated && call.ArgumentIs(i, "byscore"u8))
            {
                query.By = By.Score;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }
}
