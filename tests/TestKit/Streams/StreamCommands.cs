namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the streams group: entries. Ids are given, so that both servers hold the same ones.</summary>
public static class StreamCommands
{
    // No star: as a whole id of XADD it is the clock, which two servers read at different times.
    private static readonly string[] BadIds =
    [
        "", "-", "+", "abc", "1-", "-1", "1--1", "1-2-3", "1-*", "18446744073709551616", "18446744073709551616-0", "1-18446744073709551616",
        "+5", " 5", "007-007", "(5", "1\0x", "$", ">", "0-0", "1.5",
    ];

    private static readonly string[] EdgeIds =
    [
        "0-1", "18446744073709551615-18446744073709551615", "18446744073709551615-18446744073709551614", "18446744073709551615",
        "9223372036854775807-9223372036854775807", "9223372036854775808-0", "5000-18446744073709551615",
    ];

    private static readonly string[] Fields = ["a", "b", "field", "12", "-7", "long field name", ""];

    /// <summary>XADD to XTRIM.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("XADD", 40, Add),
        new("XLEN", 3, d => d.StreamKey()),
        new("XRANGE", 8, d => Range(d, "-", "+")),
        new("XREVRANGE", 8, d => Range(d, "+", "-")),
        new("XDEL", 8, d => Ids(d.StreamKey(), 1, 5)),
        new("XTRIM", 5, d => Trim(d.StreamKey())),
        new("XSETID", 2, SetId),
        new("XREAD", 6, Read),
        new("XINFO", 5, Info),
        new("DEL", 3, d => d.StreamKey()),
        new("COPY", 1, d => d.StreamKey().StreamKey().Options(o => o.Word("REPLACE"))),
        new("DEBUG", 2, d => { d.Add("DIGEST-VALUE").StreamKey(); d.MayBeMutated = false; }),
        new("CONFIG", 1, d => { Config(d); d.MayBeMutated = false; }),
    ];

    /// <summary>One of a few keys, so that streams grow.</summary>
    internal static Draft StreamKey(this Draft draft) => draft.Chance(12) ? draft.Key() : draft.Add("ks" + draft.Random.Next(3));

    /// <summary>An id, mostly one that an entry may have.</summary>
    internal static Draft Id(this Draft draft) => draft.Random.Next(16) switch
    {
        0 => draft.Add(draft.Pick(BadIds)),
        1 when draft.Chance(4) => draft.Add(draft.Pick(EdgeIds)),
        2 => draft.Add(draft.Random.Next(1, 60)),
        _ => draft.Add($"{draft.Ms()}-{draft.Random.Next(4)}"),
    };

    // Small ones more often, so that a stream is not at its end after a few entries.
    private static int Ms(this Draft draft) => draft.Random.Next(1, draft.Random.Next(2, 61));

    /// <summary>Several ids.</summary>
    internal static Draft Ids(this Draft draft, int min, int max)
    {
        for (int i = draft.Random.Next(min, max + 1); i > 0; i--) draft.Id();
        return draft;
    }

    /// <summary>An end of a range.</summary>
    internal static Draft End(this Draft draft, string edge) => draft.Random.Next(6) switch
    {
        0 or 1 => draft.Add(edge),
        2 => draft.Add($"({draft.Random.Next(0, 60)}-{draft.Random.Next(4)}"),
        3 => draft.Add("(" + draft.Pick(draft.Chance(2) ? BadIds : EdgeIds)),
        _ => draft.Id(),
    };

    private static void Add(Draft draft)
    {
        draft.StreamKey();
        if (draft.Chance(12)) draft.Word("NOMKSTREAM");
        if (draft.Chance(6)) Trim(draft);
        if (draft.Chance(30)) draft.Word("LIMIT").Small(-1, 20);

        // Ids that grow over the whole run, so that most of them are taken.
        switch (draft.Random.Next(12))
        {
            case 0:
                draft.Id();
                break;
            case 1 or 2 or 3:
                draft.Add($"{draft.Ms()}-*");
                break;
            case 4 when draft.Chance(20):
                draft.Add(draft.Pick(EdgeIds));
                break;
            default:
                draft.Add($"{draft.Ms()}-{(draft.Chance(2) ? "*" : draft.Random.Next(4))}");
                break;
        }

        int pairs = draft.Chance(3) ? draft.Random.Next(1, 5) : 2;
        for (int i = 0; i < pairs; i++) draft.Add(draft.Chance(4) ? draft.Pick(Fields) : Fields[i]).Value();
        if (draft.Chance(20)) draft.Add("odd");

        // A mutation may take the id's place for a star.
        draft.MayBeMutated = false;
    }

    private static void Trim(Draft draft)
    {
        bool byLength = draft.Chance(2);
        draft.Word(byLength ? "MAXLEN" : "MINID");
        if (draft.Chance(2)) draft.Add(draft.Pick(["=", "~", "~"]));
        if (byLength) draft.Small(-1, 40);
        else draft.Id();
        if (draft.Chance(4)) draft.Word("LIMIT").Small(-1, 30);
    }

    private static void Range(Draft draft, string first, string second)
    {
        draft.StreamKey().End(first).End(second);
        if (draft.Chance(3)) draft.Word("COUNT").Small(-2, 12);
    }

    private static void SetId(Draft draft) =>
        draft.StreamKey().Id().Options(
            d => d.Word("ENTRIESADDED").Small(-1, 200),
            d => d.Word("MAXDELETEDID").Id());

    private static void Read(Draft draft)
    {
        draft.Options(d => d.Word("COUNT").Small(-1, 6));
        int streams = draft.Random.Next(1, 4);
        draft.Word("STREAMS");
        for (int i = 0; i < streams; i++) draft.StreamKey();
        for (int i = 0; i < streams; i++)
        {
            // A plus is of 7.4.
            if (draft.Chance(5)) draft.Add(draft.Pick(["$", ">", "0", "0-0"]));
            else draft.Add($"{draft.Random.Next(1, 60)}-{draft.Random.Next(4)}");
        }

        if (draft.Chance(15)) draft.Add("odd");
    }

    private static void Info(Draft draft)
    {
        draft.OneOf("STREAM", "STREAM", "GROUPS").StreamKey();
        draft.MayBeMutated = false;
    }

    private static void Config(Draft draft)
    {
        draft.Add("SET");
        if (draft.Chance(2)) draft.Add("stream-node-max-entries").Add(draft.Pick(["0", "1", "3", "10", "100", "200"]));
        else draft.Add("stream-node-max-bytes").Add(draft.Pick(["0", "1", "100", "1000", "4096"]));
    }
}
