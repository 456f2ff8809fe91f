namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the set group: sets small enough that they overlap, and some beyond each encoding's limit.</summary>
public static class SetCommands
{
    private const int ManyIntegers = 600;

    private static readonly string[] Words =
    [
        "a", "b", "c", "d", "e", "f", "g", "x1", "x2", "",
        "longer than embstr, longer than a listpack's member may be: 64 bytes, and some more",
    ];

    // Both sides of each width of an intset.
    private static readonly string[] Edges =
    [
        "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "007", "-0", "+1", "1.0", " 1",
    ];

    /// <summary>SADD to SSCAN.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("SADD", 40, d => Members(d.Key(), 1, 6)),
        new("SADD", 8, d => Integers(d.Key(), d.Random.Next(1, 30))),
        new("SADD", 2, ManyMembers),
        new("SREM", 16, d => Members(d.Key(), 1, 6)),
        new("SISMEMBER", 8, d => Member(d.Key())),
        new("SMISMEMBER", 6, d => Members(d.Key(), 1, 5)),
        new("SCARD", 6, d => d.Key()),
        new("SMEMBERS", 8, d => d.Key()),
        new("SMOVE", 10, d => Member(d.Key().Key())),
        new("SPOP", 6, Pop),
        new("SRANDMEMBER", 8, Sample),
        new("SINTER", 8, d => d.ManyKeys(1, 4)),
        new("SUNION", 8, d => d.ManyKeys(1, 4)),
        new("SDIFF", 8, d => d.ManyKeys(1, 4)),
        new("SINTERSTORE", 6, d => d.Key().ManyKeys(1, 3)),
        new("SUNIONSTORE", 6, d => d.Key().ManyKeys(1, 3)),
        new("SDIFFSTORE", 6, d => d.Key().ManyKeys(1, 3)),
        new("SINTERCARD", 8, Cardinality),
        new("SSCAN", 8, Scan),
        new("OBJECT", 6, d => d.Word("ENCODING").Key()),
        new("DEL", 4, d => d.Key()),
        new("COPY", 3, d => d.Key().Key()),
        new("SET", 2, d => d.Key().Value()),
        new("EXPIRE", 2, d => d.Key().Add("100000")),
        new("TTL", 2, d => d.Key()),
    ];

    private static Draft Member(Draft draft) => draft.Random.Next(10) switch
    {
        0 or 1 or 2 or 3 => draft.Add(draft.Random.Next(-5, 30)),
        4 => draft.Add(draft.Pick(Edges)),
        5 => draft.Value(),
        _ => draft.Add(draft.Pick(Words)),
    };

    private static void Members(Draft draft, int min, int max)
    {
        // Half the sets get integers only, and stay intsets.
        int count = draft.Random.Next(min, max + 1);
        if (draft.Chance(2)) Integers(draft, count);
        else for (int i = 0; i < count; i++) Member(draft);
    }

    private static void Integers(Draft draft, int count)
    {
        for (int i = 0; i < count; i++) draft.Add(draft.Random.Next(-5, 30));
    }

    private static void ManyMembers(Draft draft)
    {
        int from = draft.Random.Next(1000), step = draft.Pick([1, 1, 7, 100_000]);
        string prefix = draft.Chance(3) ? "m" : "";
        draft.Key();
        for (int i = 0; i < draft.Random.Next(100, ManyIntegers); i++) draft.Add(prefix + (from + (i * step)));
    }

    // What is popped is each server's own choice, and so may be the encoding of the rest: the key goes right after.
    private static void Pop(Draft draft)
    {
        draft.MayBeMutated = false;
        draft.Key();
        if (!draft.Chance(3)) draft.Add(draft.Pick(["0", "1", "2", "5", "20", "100", "1000000", "-1", "abc", "9223372036854775807"]));
        if (draft.Chance(30)) draft.Add("1");
        draft.After.Add(Command.Of("SCARD", draft.LastKey));
        draft.After.Add(Command.Of("DEL", draft.LastKey));
    }

    private static void Sample(Draft draft)
    {
        // A mutated count could ask for 2^63 members.
        draft.MayBeMutated = false;
        draft.Key();
        string[] counts = ["0", "1", "2", "5", "20", "100", "1000000", "-1", "-3", "-40", "abc", "-9223372036854775808"];
        if (!draft.Chance(3)) draft.Add(draft.Pick(counts));
        if (draft.Chance(30)) draft.Add("1");
    }

    private static void Cardinality(Draft draft)
    {
        int keys = draft.Random.Next(1, 4);
        draft.Add(draft.Chance(8) ? draft.Pick(["0", "-1", "4", "abc", "9223372036854775807", "1"]) : $"{keys}").ManyKeys(keys, keys);
        draft.Options(d => d.Word("LIMIT").Add(d.Pick(["0", "1", "2", "100", "-1", "abc", ""])));
    }

    private static void Scan(Draft draft)
    {
        draft.Key().Add(draft.Chance(6) ? draft.Pick(["1", "12345", "-1", "abc", "", "18446744073709551616"]) : "0");
        draft.Options(
            d => d.Word("MATCH").Add(d.Pick(["*", "?", "a", "x*", "[0-9]*", "", "nothing"])),
            d => d.Word("COUNT").Add(d.Pick(["1", "10", "1000", "0", "-1", "abc", "100000"])));
    }
}
