namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the sorted-set group.</summary>
/// <remarks>
/// Ranges of texts are asked of keys of their own whose members share one score: with unequal scores a skip list answers by the luck of
/// its levels. So do random members; their distribution has tests of its own.
/// </remarks>
public static class SortedSetCommands
{
    private static readonly string[] Members =
    [
        "a", "b", "c", "d", "e", "10", "9", "-1", "007", "one", "two", "three", "", "\0", "member with space", "a\0b", "aa", "ab", "ba",
        "1000000", new string('m', 64), new string('m', 65),
    ];

    private static readonly string[] Scores =
    [
        "0", "-0", "0.0", "1", "1.0", "2", "3", "-1", "1.5", "-2.25", "3.14", "0.1", "1e3", "1e20", "1e17", "123456789012345678", "inf",
        "+inf", "-inf", "1e-5", "0.000123", "99999999999999999", "4503599627370497", "1e300", "-1e-300", "5e-324", "0x10", "+5",
        "00012", "000.5", "5.",
    ];

    private static readonly string[] Bounds =
        ["-inf", "+inf", "inf", "(1", "(2", "(-inf", "(inf", "", "(", " 1", "1e400", "-1e400", "(3.14", "1 ", "((1"];

    private static readonly string[] Texts =
        ["-", "+", "[a", "(a", "[b", "(c", "[", "(", "[aa", "(ab", "[1", "(zz", "[\0", "+x", "--", "a", ""];

    /// <summary>BZMPOP to ZUNIONSTORE.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("BZMPOP", 3, d => Unmutated(d).Add("0.001").Action(ManyKeys).Action(Where)),
        new("BZPOPMAX", 2, d => Unmutated(d).ManyKeys(1, 3).Add(d.Pick(["0.001", "0.001", "-1", "x", "0.0005"]))),
        new("BZPOPMIN", 2, d => Unmutated(d).ManyKeys(1, 3).Add(d.Pick(["0.001", "0.001", "nan", "", "1e-3"]))),
        new("ZADD", 40, Add),
        new("ZADD", 12, d => d.Add(TextKey(d)).Add("0").Action(Member).Add("0").Action(Member)),
        new("ZCARD", 3, d => d.Key()),
        new("ZCOUNT", 4, d => d.Key().Action(Bound).Action(Bound)),
        new("ZDIFF", 4, d => d.Action(ManyKeys).Options(x => x.Word("WITHSCORES"))),
        new("ZDIFFSTORE", 3, d => d.Key().Action(ManyKeys)),
        new("ZINCRBY", 6, d => d.Key().Action(Score).Action(Member)),
        new("ZINTER", 4, d => d.Action(Weighted).Options(x => x.Word("WITHSCORES"))),
        new("ZINTERCARD", 4, d => d.Action(ManyKeys).Options(x => x.Word("LIMIT").Small(-1, 5))),
        new("ZINTERSTORE", 3, d => d.Key().Action(Weighted)),
        new("ZLEXCOUNT", 4, d => d.Add(TextKey(d)).Action(Text).Action(Text)),
        new("ZMPOP", 3, d => d.Action(ManyKeys).Action(Where)),
        new("ZMSCORE", 4, d => SomeMembers(d.Key(), 4)),
        new("ZPOPMAX", 3, d => d.Key().Options(x => x.Small(-1, 6))),
        new("ZPOPMIN", 3, d => d.Key().Options(x => x.Small(-1, 6))),
        new("ZRANDMEMBER", 3, d => d.Key().Options(x => x.Small(-3, 40))),
        new("ZRANGE", 12, Range),
        new("ZRANGEBYLEX", 4, d => d.Add(TextKey(d)).Action(Text).Action(Text).Options(Limit)),
        new("ZRANGEBYSCORE", 5, d => d.Key().Action(Bound).Action(Bound).Options(Limit, x => x.Word("WITHSCORES"))),
        new("ZRANGESTORE", 5, d => Range(d.Key())),
        new("ZRANK", 4, d => d.Key().Action(Member)),
        new("ZREM", 5, d => SomeMembers(d.Key(), 3)),
        new("ZREMRANGEBYLEX", 2, d => d.Add(TextKey(d)).Action(Text).Action(Text)),
        new("ZREMRANGEBYRANK", 2, d => d.Key().Small(-8, 8).Small(-8, 8)),
        new("ZREMRANGEBYSCORE", 2, d => d.Key().Action(Bound).Action(Bound)),
        new("ZREVRANGE", 4, d => d.Key().Small(-9, 9).Small(-9, 9).Options(x => x.Word("WITHSCORES"))),
        new("ZREVRANGEBYLEX", 4, d => d.Add(TextKey(d)).Action(Text).Action(Text).Options(Limit)),
        new("ZREVRANGEBYSCORE", 5, d => d.Key().Action(Bound).Action(Bound).Options(Limit, x => x.Word("WITHSCORES"))),
        new("ZREVRANK", 4, d => d.Key().Action(Member)),
        new("ZSCAN", 3, d => d.Key().Add("0").Options(
            x => x.Word("MATCH").Add(x.Pick(["*", "a*", "?", "[ab]"])), x => x.Word("COUNT").Small(0, 30))),
        new("ZSCORE", 5, d => d.Key().Action(Member)),
        new("ZUNION", 4, d => d.Action(Weighted).Options(x => x.Word("WITHSCORES"))),
        new("ZUNIONSTORE", 5, d => d.Key().Action(Weighted)),
        new("OBJECT", 3, d => d.Word("ENCODING").Key()),
    ];

    private static Draft Action(this Draft draft, Action<Draft> write)
    {
        write(draft);
        return draft;
    }

    // Another argument in the timeout's place would block for as long.
    private static Draft Unmutated(Draft draft)
    {
        draft.MayBeMutated = false;
        return draft;
    }

    private static string TextKey(Draft draft) => draft.Pick(["text:a", "text:b"]);

    private static void Member(Draft draft)
    {
        if (draft.Chance(8)) draft.Add(draft.Random.Next(300));
        else draft.Add(draft.Pick(Members));
    }

    private static Draft SomeMembers(Draft draft, int most)
    {
        int count = draft.Random.Next(1, most + 1);
        for (int i = 0; i < count; i++) Member(draft);
        return draft;
    }

    private static void Score(Draft draft)
    {
        if (draft.Chance(15)) draft.Junk();
        else if (draft.Chance(3)) draft.Add(draft.Random.Next(-20, 20));
        else draft.Add(draft.Pick(Scores));
    }

    private static void Bound(Draft draft)
    {
        if (draft.Chance(2)) Score(draft);
        else draft.Add(draft.Pick(Bounds));
    }

    private static void Text(Draft draft) => draft.Add(draft.Pick(Texts));

    private static void Limit(Draft draft) => draft.Word("LIMIT").Small(-1, 5).Small(-2, 6);

    private static void Where(Draft draft) => draft.OneOf("MIN", "MAX").Options(d => d.Word("COUNT").Small(0, 5));

    private static void Add(Draft draft)
    {
        draft.Key();
        if (draft.Chance(4))
        {
            draft.Options(
                d => d.Word("NX"), d => d.Word("XX"), d => d.Word("GT"), d => d.Word("LT"), d => d.Word("CH"), d => d.Word("INCR"));
        }

        // Now and then enough of them to pass the limit of the small encoding.
        int count = draft.Chance(40) ? 140 : draft.Random.Next(1, 5);
        for (int i = 0; i < count; i++)
        {
            Score(draft);
            if (count > 100) draft.Add(draft.Random.Next(1000));
            else Member(draft);
        }
    }

    private static void ManyKeys(Draft draft)
    {
        int count = draft.Random.Next(1, 4);
        if (draft.Chance(15)) draft.Add(draft.Pick(["0", "-1", "99", "x", "9223372036854775807"]));
        else draft.Add(count);
        draft.ManyKeys(count, count);
    }

    private static void Weighted(Draft draft)
    {
        int count = draft.Random.Next(1, 4);
        draft.Add(count).ManyKeys(count, count).Options(
            d =>
            {
                d.Word("WEIGHTS");
                for (int i = 0; i < count; i++) Score(d);
            },
            d => d.Word("AGGREGATE").OneOf("SUM", "MIN", "MAX", "AVG"));
    }

    private static void Range(Draft draft)
    {
        switch (draft.Random.Next(4))
        {
            case 0:
                draft.Key().Action(Bound).Action(Bound).Word("BYSCORE").Options(d => d.Word("REV"), Limit, d => d.Word("WITHSCORES"));
                break;
            case 1:
                draft.Add(TextKey(draft)).Action(Text).Action(Text).Word("BYLEX").Options(d => d.Word("REV"), Limit);
                break;
            default:
                draft.Key().Small(-9, 9).Small(-9, 9).Options(d => d.Word("REV"), d => d.Word("WITHSCORES"), d => Limit(d));
                break;
        }
    }
}
