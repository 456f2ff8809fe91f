namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the streams group: consumer groups. What tells times is read with them far in the past, or not at all.</summary>
public static class StreamCommandsOfGroups
{
    private const string LongAgo = "1000";

    /// <summary>XACK to XREADGROUP.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("XGROUP", 12, Group),
        new("XREADGROUP", 20, ReadGroup),
        new("XACK", 8, d => d.StreamKey().GroupName().Ids(1, 5)),
        new("XPENDING", 8, Pending),
        new("XCLAIM", 10, Claim),
        new("XAUTOCLAIM", 6, AutoClaim),
        new("XINFO", 4, d => { d.Word("GROUPS").StreamKey(); d.MayBeMutated = false; }),
        new("XINFO", 4, d => { d.Word("CONSUMERS").StreamKey().GroupName(); d.MayBeMutated = false; }),
        new("XINFO", 4, d => d.Word("STREAM").StreamKey().Options(o => o.Word("FULL"), o => o.Word("FULL").Word("COUNT").Small(-1, 9))),
    ];

    private static Draft GroupName(this Draft draft) => draft.Add(draft.Pick(["g", "g", "g", "group two", "", "missing"]));

    private static Draft Consumer(this Draft draft) => draft.Add(draft.Pick(["c", "c", "d", "consumer three", ""]));

    private static void Group(Draft draft)
    {
        switch (draft.Random.Next(10))
        {
            case < 4:
                draft.Word("CREATE").StreamKey().GroupName().Position().Options(
                    d => d.Word("MKSTREAM"),
                    d => d.Word("ENTRIESREAD").Small(-2, 60));
                break;
            case < 6:
                draft.Word("SETID").StreamKey().GroupName().Position().Options(d => d.Word("ENTRIESREAD").Small(-2, 60));
                break;
            case 6 when draft.Chance(3):
                draft.Word("DESTROY").StreamKey().GroupName();
                break;
            case 7:
                draft.Word("DELCONSUMER").StreamKey().GroupName().Consumer();
                break;
            case 8:
                draft.Word("HELP");
                break;
            default:
                draft.Word("CREATECONSUMER").StreamKey().GroupName().Consumer();
                break;
        }
    }

    private static Draft Position(this Draft draft) =>
        draft.Chance(3) ? draft.Add(draft.Pick(["$", "0", "0-0", "-", "+", "*"])) : draft.Id();

    private static void ReadGroup(Draft draft)
    {
        if (!draft.Chance(40)) draft.Word("GROUP").GroupName().Consumer();
        draft.Options(d => d.Word("COUNT").Small(-1, 6), d => d.Word("NOACK"));
        draft.Word("STREAMS");
        int streams = draft.Random.Next(1, 3);
        for (int i = 0; i < streams; i++) draft.StreamKey();
        for (int i = 0; i < streams; i++)
        {
            if (draft.Chance(3)) draft.Add(draft.Pick(["0", "$", "0-0", "5", "abc"]));
            else draft.Add(">");
        }

        draft.MayBeMutated = false;
    }

    private static void Pending(Draft draft)
    {
        draft.StreamKey().GroupName();
        draft.MayBeMutated = false;
        if (draft.Chance(2)) return;

        if (draft.Chance(3)) draft.Word("IDLE").Add(draft.Pick(["0", "1000000000", "99999999999999", "9223372036854775807", "-1", "abc"]));
        draft.End("-").End("+").Small(-1, 9);
        if (draft.Chance(3)) draft.Consumer();
        if (draft.Chance(9)) draft.Consumer();
    }

    private static void Claim(Draft draft)
    {
        draft.StreamKey().GroupName().Consumer().Add(draft.Pick(["0", "0", "0", "-1", "99999999999999", "abc"])).Ids(1, 4).Options(
            d => d.Word("IDLE").Add(draft.Pick(["0", "10", "-5", "abc"])),
            d => d.Word("TIME").Add(draft.Pick([LongAgo, "-1", "99999999999999", "abc"])),
            d => d.Word("RETRYCOUNT").Small(-1, 9),
            d => d.Word("FORCE"),
            d => d.Word("JUSTID"),
            d => d.Word("LASTID").Id(),
            d => d.Word("NOSUCH"));
        draft.MayBeMutated = false;
    }

    private static void AutoClaim(Draft draft)
    {
        draft.StreamKey().GroupName().Consumer().Add(draft.Pick(["0", "0", "0", "-1", "99999999999999", "abc"])).End("-").Options(
            d => d.Word("COUNT").Small(-1, 5),
            d => d.Word("JUSTID"));
        draft.MayBeMutated = false;
    }
}
