namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the strings group.</summary>
public static class StringCommands
{
    /// <summary>APPEND to SUBSTR.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("APPEND", 6, d => d.Key().Value()),
        new("DECR", 4, d => d.Key()),
        new("DECRBY", 4, d => d.Key().Integer()),
        new("GET", 8, d => d.Key()),
        new("GETDEL", 3, d => d.Key()),
        new("GETEX", 6, GetEx),
        new("GETRANGE", 5, d => d.Key().Integer().Integer()),
        new("GETSET", 4, d => d.Key().Value()),
        new("INCR", 5, d => d.Key()),
        new("INCRBY", 5, d => d.Key().Integer()),
        new("INCRBYFLOAT", 8, d => d.Key().Float()),
        new("LCS", 2, Lcs),
        new("MGET", 4, d => d.ManyKeys(1, 6)),
        new("MSET", 4, Pairs),
        new("MSETNX", 3, Pairs),
        new("PSETEX", 3, d => d.Key().Relative(milliseconds: true).Value()),
        new("SET", 20, Set),
        new("SETEX", 3, d => d.Key().Relative(milliseconds: false).Value()),
        new("SETNX", 3, d => d.Key().Value()),
        new("SETRANGE", 5, SetRange),
        new("STRLEN", 4, d => d.Key()),
        new("SUBSTR", 2, d => d.Key().Integer().Integer()),
    ];

    private static void Set(Draft draft) =>
        draft.Key().Value().Options(
            d => d.OneOf("NX", "XX"),
            d => d.Word("GET"),
            d => d.Word("KEEPTTL"),
            d => d.Word("EX").Relative(milliseconds: false),
            d => d.Word("PX").Relative(milliseconds: true),
            d => d.Word("EXAT").Absolute(milliseconds: false),
            d => d.Word("PXAT").Absolute(milliseconds: true)).Settle();

    private static void GetEx(Draft draft) =>
        draft.Key().Options(
            d => d.Word("PERSIST"),
            d => d.Word("EX").Relative(milliseconds: false),
            d => d.Word("PX").Relative(milliseconds: true),
            d => d.Word("EXAT").Absolute(milliseconds: false),
            d => d.Word("PXAT").Absolute(milliseconds: true)).Settle();

    private static void Lcs(Draft draft) =>
        draft.Key().Key().Options(
            d => d.Word("LEN"),
            d => d.Word("IDX"),
            d => d.Word("MINMATCHLEN").Integer(),
            d => d.Word("WITHMATCHLEN"));

    private static void Pairs(Draft draft)
    {
        int count = draft.Random.Next(1, 5);
        for (int i = 0; i < count; i++) draft.Key().Value();
    }

    private static void SetRange(Draft draft)
    {
        draft.Key();
        // Offsets between these and the limit would have both servers fill hundreds of megabytes.
        string[] refused = ["536870912", "536870911999", "9223372036854775807", "-1", "-9223372036854775808", "4294967296"];
        if (draft.Chance(6)) draft.Add(draft.Pick(refused));
        else draft.Small(0, draft.Chance(10) ? 1500 : 60);
        draft.Value();
    }
}
