namespace ModularKv.TestKit.Streams;

/// <summary>Grammar of pub/sub: one client that subscribes, publishes to itself where the protocol lets it, and asks.</summary>
public static class PubSubCommands
{
    private static readonly string[] Channels = ["a", "b", "news.art", "news.it", "", "with space", "[x]", "\0bin\r\n"];
    private static readonly string[] Patterns = ["*", "a", "news.*", "news.??", "[ab]", "n[^x]ws*", "\\[x\\]", ""];

    /// <summary>All commands of the group. Each subscribes to one thing at a time: one reply for a command.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("SUBSCRIBE", 6, d => One(d, Channels)),
        new("UNSUBSCRIBE", 6, d => One(d, Channels)),
        new("PSUBSCRIBE", 3, d => One(d, Patterns)),
        new("PUNSUBSCRIBE", 5, d => One(d, Patterns)),
        new("SSUBSCRIBE", 4, d => One(d, Channels)),
        new("SUNSUBSCRIBE", 5, d => One(d, Channels)),
        new("PUBLISH", 14, d => d.Add(d.Pick(Channels)).Value()),
        new("SPUBLISH", 8, d => d.Add(d.Pick(Channels)).Value()),
        new("PUBSUB", 14, Ask),
        new("PING", 3, d => { if (d.Chance(2)) d.Value(); }),
        new("RESET", 2, d => { }),
        new("CLIENT", 3, d => d.Word("INFO")),
        new("GET", 2, d => d.Key()),
    ];

    private static void One(Draft draft, string[] names)
    {
        draft.MayBeMutated = false;
        draft.Add(draft.Pick(names));
    }

    private static void Ask(Draft draft)
    {
        switch (draft.Random.Next(8))
        {
            case 0: draft.Word("CHANNELS"); break;
            case 1: draft.Word("CHANNELS").Add(draft.Pick(Patterns)); break;
            case 2: draft.Word("NUMSUB").Add(draft.Pick(Channels)).Add(draft.Pick(Channels)); break;
            case 3: draft.Word("NUMPAT"); break;
            case 4: draft.Word("SHARDCHANNELS"); break;
            case 5: draft.Word("SHARDNUMSUB").Add(draft.Pick(Channels)); break;
            case 6: draft.Word("HELP"); break;
            default: draft.Word("NOTHING"); break;
        }
    }
}
