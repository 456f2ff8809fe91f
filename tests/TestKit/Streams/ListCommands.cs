namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the list group. Blocking commands come with keys that hold something, or inside limits that end at once.</summary>
public static class ListCommands
{
    /// <summary>BLMOVE to RPUSHX.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("RPUSH", 16, d => Elements(d.Key())),
        new("LPUSH", 16, d => Elements(d.Key())),
        new("RPUSHX", 5, d => Elements(d.Key())),
        new("LPUSHX", 5, d => Elements(d.Key())),
        new("LPOP", 6, Pop),
        new("RPOP", 6, Pop),
        new("LLEN", 5, d => d.Key()),
        new("LINDEX", 6, d => d.Key().Integer()),
        new("LINDEX", 6, d => d.Key().Small(-12, 12)),
        new("LRANGE", 10, d => Range(d.Key())),
        new("LTRIM", 3, d => Range(d.Key())),
        new("LSET", 8, d => Element(d.Key().Small(-12, 12))),
        new("LSET", 2, d => Element(d.Key().Integer())),
        new("LINSERT", 10, d => Element(Element(d.Key().OneOf("BEFORE", "AFTER", "BEFORE", "AFTER", "BEHIND")))),
        new("LREM", 8, d => Element(d.Key().Small(-3, 3))),
        new("LREM", 2, d => Element(d.Key().Integer())),
        new("LPOS", 12, Position),
        new("LMOVE", 8, d => Sides(d.Key().Key())),
        new("RPOPLPUSH", 6, d => d.Key().Key()),
        new("LMPOP", 6, d => MultiPop(d)),
        new("BLPOP", 4, d => Timeout(d.ManyKeys(1, 4))),
        new("BRPOP", 4, d => Timeout(d.ManyKeys(1, 4))),
        new("BLMOVE", 4, d => Timeout(Sides(d.Key().Key()))),
        new("BRPOPLPUSH", 3, d => Timeout(d.Key().Key())),
        new("BLMPOP", 4, d => MultiPop(Timeout(d))),
        new("DEL", 2, d => d.Key()),
        new("EXPIRE", 2, d => d.Key().Add("100000")),
        new("COPY", 2, d => d.Key().Key().Add("REPLACE")),
        new("RENAME", 1, d => d.Key().Key()),
        new("DEBUG", 6, d => d.Word("DIGEST-VALUE").Key()),
        new("TYPE", 2, d => d.Key()),
        new("SORT", 3, d => d.Key().Add("ALPHA").Word("STORE").Key()),
        new("SORT", 3, d => d.Key().Word("BY").Add("nosort").Word("LIMIT").Small(-2, 9).Small(-2, 9)),
        new("SET", 1, d => d.Key().Value()),

        // So that lists of few elements have many nodes, compressed and plain ones too.
        new("CONFIG", 2, d => d.Word("SET").Add("list-max-listpack-size").Add(d.Pick(["-2", "-1", "1", "3", "5", "20", "0"]))),
        new("CONFIG", 1, d => d.Word("SET").Add("list-compress-depth").Add(d.Pick(["0", "1", "2", "5"]))),
        new("DEBUG", 1, d => d.Word("QUICKLIST-PACKED-THRESHOLD").Add(d.Pick(["0", "1", "2", "100", "1kb"]))),
    ];

    // Few different ones, so that they are found again; integers of every width, and texts that only look like one.
    private static readonly string[] Some =
    [
        "a", "b", "c", "", "0", "1", "-1", "127", "128", "-4096", "4095", "4096", "32767", "-32769", "8388607", "2147483648",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "01", "-0", "1.0", " 1", "\0", "\xff\xfe",
    ];

    private static Draft Element(Draft draft) =>
        draft.Chance(8) ? draft.Value() : draft.Chance(30) ? draft.Add(new string('w', 3000)) : draft.Add(draft.Pick(Some));

    private static void Elements(Draft draft)
    {
        int count = draft.Chance(12) ? 60 : draft.Random.Next(1, 8);
        for (int i = 0; i < count; i++) Element(draft);
    }

    private static void Pop(Draft draft)
    {
        draft.Key();
        if (draft.Chance(3)) draft.Small(-1, 6);
        else if (draft.Chance(10)) draft.Integer();
    }

    private static void Range(Draft draft)
    {
        if (draft.Chance(5)) draft.Integer().Integer();
        else draft.Small(-80, 80).Small(-80, 80);
    }

    private static void Position(Draft draft) =>
        Element(draft.Key()).Options(
            d => d.Word("RANK").Small(-3, 3),
            d => d.Word("COUNT").Small(-1, 4),
            d => d.Word("MAXLEN").Small(-1, 20));

    private static Draft Sides(Draft draft)
    {
        for (int i = 0; i < 2; i++)
        {
            if (draft.Chance(20)) draft.Word("MIDDLE"); else draft.OneOf("LEFT", "RIGHT");
        }

        return draft;
    }

    private static Draft MultiPop(Draft draft)
    {
        int keys = draft.Random.Next(1, 4);
        if (draft.Chance(12)) draft.Add(draft.Pick(["0", "-1", "abc", "", "9", "1.0"])); else draft.Add(keys);
        draft.ManyKeys(keys, keys);
        if (draft.Chance(20)) draft.Word("MIDDLE"); else draft.OneOf("LEFT", "RIGHT");
        return draft.Options(d => d.Word("COUNT").Small(-1, 6));
    }

    // Waiting costs both servers a tenth of a second: mostly what is no time at all.
    private static Draft Timeout(Draft draft)
    {
        draft.MayBeMutated = false;
        return draft.Chance(5)
            ? draft.Add(draft.Pick(["0.001", "0.0009", "1e-3", ".001", "0x1p-10"]))
            : draft.Add(draft.Pick(["-1", "-0.1", "abc", "", "nan", "inf", "-inf", "1e300", " 1", "1 ", "1e5000", "9223372036854775808"]));
    }
}
