using ModularKv.Abstractions;

namespace ModularKv.SortedSets.Commands;

/// <summary>Reading single facts: ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZCOUNT, ZLEXCOUNT.</summary>
internal sealed class LookupCommands(SortedSetType type)
{
    /// <summary>ZCARD key. Source: redis.io/commands/zcard.</summary>
    public void Count(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (TryOpenOrZero(ref call, entry)) call.Reply.Integer(new SetView(entry).Count);
    }

    /// <summary>ZSCORE key member. Source: redis.io/commands/zscore.</summary>
    public void Score(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Null();
        else if (!entry.Is(type)) call.Reply.WrongType();
        else if (new SetView(entry).TryGetScore(call.Argument(2), out double score)) call.Reply.Double(score);
        else call.Reply.Null();
    }

    /// <summary>ZMSCORE key member [member ...]. Source: redis.io/commands/zmscore.</summary>
    public void Scores(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        call.Reply.Array(call.ArgumentCount - 2);
        SetView set = entry.IsMissing ? default : new SetView(entry);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (!entry.IsMissing && set.TryGetScore(call.Argument(i), out double score)) call.Reply.Double(score);
            else call.Reply.Null();
        }
    }

    /// <summary>ZRANK key member [WITHSCORE]. Source: redis.io/commands/zrank.</summary>
    public void Rank(ref CommandContext call) => Rank(ref call, reverse: false);

    /// <summary>ZREVRANK key member [WITHSCORE]. Source: redis.io/commands/zrevrank.</summary>
    public void ReverseRank(ref CommandContext call) => Rank(ref call, reverse: true);

    /// <summary>ZCOUNT key min max. Source: redis.io/commands/zcount.</summary>
    public void CountByScore(ref CommandContext call)
    {
        if (!ScoreRange.TryParse(call.Argument(2), call.Argument(3), out ScoreRange range))
        {
            call.Reply.Error("ERR min or max is not a float"u8);
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (TryOpenOrZero(ref call, entry)) call.Reply.Integer(new SetView(entry).Ranks(range).Count);
    }

    /// <summary>ZLEXCOUNT key min max. Source: redis.io/commands/zlexcount.</summary>
    public void CountByLex(ref CommandContext call)
    {
        if (!LexRange.TryParse(call.Argument(2), call.Argument(3), out LexRange range))
        {
            call.Reply.Error("ERR min or max not valid string range item"u8);
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (TryOpenOrZero(ref call, entry)) call.Reply.Integer(new SetView(entry).Ranks(range, backwards: false).Count);
    }

    private void Rank(ref CommandContext call, bool reverse)
    {
        bool withScore = call.ArgumentCount > 3;
        if (call.ArgumentCount > 4 || (withScore && !call.ArgumentIs(3, "withscore"u8)))
        {
            call.Reply.SyntaxError();
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        double score = 0;
        SetView set = entry.IsMissing ? default : new SetView(entry);
        long rank = entry.IsMissing ? -1 : set.RankOf(call.Argument(2), out score);
        if (rank < 0)
        {
            if (withScore) call.Reply.NullArray();
            else call.Reply.Null();
            return;
        }

        if (withScore) call.Reply.Array(2);
        call.Reply.Integer(reverse ? set.Count - 1 - rank : rank);
        if (withScore) call.Reply.Double(score);
    }

    private bool TryOpenOrZero(ref CommandContext call, Entry entry)
    {
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(type)) call.Reply.WrongType();
        else return true;
        return false;
    }
}
