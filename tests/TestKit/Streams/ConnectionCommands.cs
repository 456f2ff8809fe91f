namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the connection group: what one client can do to itself without stopping the conversation.</summary>
public static class ConnectionCommands
{
    /// <summary>AUTH to SELECT.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("PING", 6, Ping),
        new("ECHO", 5, d => d.Value()),
        new("SELECT", 5, d => d.Small(-1, StreamRun.Databases - 1)),
        new("SELECT", 2, d => d.Add(d.Pick(["16", "-1", "999999999999", "9223372036854775808", "abc", "", "1.5"]))),
        new("HELLO", 8, Hello),
        new("AUTH", 4, Auth),
        new("CLIENT", 30, Client),
        new("RESET", 2, d => { }),
        new("QUIT", 1, Quit),
        new("SET", 3, d => d.Key().Value()),
        new("GET", 3, d => d.Key()),
        new("NOSUCHCOMMAND", 2, d => { if (d.Chance(2)) d.Value().Value(); }),
        new("", 1, d => { }),
    ];

    private static readonly string[] ClientNames = ["", "one", "two-2", "with space", "new\nline", "tab\t", "ünï", "~", "!", "a\0b"];

    private static readonly Production[] Clients =
    [
        new("ID", 2, d => { }),
        new("INFO", 2, d => { }),
        new("LIST", 2, d => d.Options(
            d => d.Word("TYPE").OneOf("normal", "pubsub", "replica", "slave", "nothing"),
            d => d.Word("ID").Add("999999"))),
        new("GETNAME", 4, d => { }),
        new("SETNAME", 6, d => d.Add(d.Pick(ClientNames))),
        new("GETREDIR", 2, d => { }, Feature.Tracking),
        new("TRACKINGINFO", 2, d => { }, Feature.Tracking),
        new("TRACKING", 2, d => d.Add(d.Pick(["off", "OFF", "maybe", ""])), Feature.Tracking),
        new("CACHING", 1, d => d.OneOf("YES", "NO", "MAYBE"), Feature.Tracking),
        new("NO-EVICT", 2, d => d.OneOf("ON", "OFF", "MAYBE")),
        new("PAUSE", 1, Pause),
        new("UNPAUSE", 1, d => { }),
        new("REPLY", 1, d => d.OneOf("ON", "MAYBE")),
        new("UNBLOCK", 3, d => Unblock(d)),
        new("KILL", 4, Kill),
        new("HELP", 1, d => { }),
        new("NOTHING", 1, d => { }),
        new("", 1, d => { }),
    ];

    private static void Ping(Draft draft)
    {
        if (draft.Chance(2)) draft.Value();
    }

    private static void Hello(Draft draft)
    {
        if (draft.Chance(8)) return;
        draft.Add(draft.Pick(["2", "3", "2", "3", "1", "4", "0", "-1", "abc", "", "2.0", "9223372036854775808"]));
        draft.Options(
            d => d.Word("SETNAME").Add(d.Pick(ClientNames)),
            d => d.Word("AUTH").Add(d.Pick(["default", "nobody", ""])).Add("secret"));
    }

    private static void Auth(Draft draft)
    {
        if (draft.Chance(2)) draft.Add(draft.Pick(["default", "nobody", "", "\0"]));
        draft.Add(draft.Pick(["secret", "", "\xff"]));
    }

    private static void Client(Draft draft)
    {
        Production subcommand = draft.Weighted(Clients);
        draft.Word(subcommand.Name);
        subcommand.Write(draft);
    }

    private static void Pause(Draft draft)
    {
        // A pause ends with the next tick of a server's clock, up to 100 ms later: a few are enough.
        draft.Add(draft.Chance(8) ? draft.Pick(["0", "1"]) : draft.Pick(["-1", "abc", "", "9223372036854775808"]));
        if (draft.Chance(2)) draft.OneOf("WRITE", "ALL", "NOTHING");
        draft.MayBeMutated = false;
    }

    private static void Unblock(Draft draft)
    {
        draft.Add(draft.Pick(["999999", "-1", "abc", ""]));
        if (draft.Chance(2)) draft.OneOf("TIMEOUT", "ERROR", "NOTHING");
    }

    /// <summary>Only filters that match nobody: the tests' own connections must live.</summary>
    private static void Kill(Draft draft)
    {
        draft.MayBeMutated = false;
        switch (draft.Random.Next(7))
        {
            case 0: draft.Add("127.0.0.1:1"); break;
            case 1: draft.Add(draft.Pick(["", "abc", "1.2.3.4"])); break;
            case 2: draft.Word("ID").Add(draft.Pick(["999999", "0", "-1", "abc", ""])); break;
            case 3: draft.Word("ADDR").Add("127.0.0.1:1").Word("SKIPME").OneOf("yes", "no", "maybe"); break;
            case 4: draft.Word("TYPE").OneOf("pubsub", "replica", "slave", "nothing"); break;
            case 5: draft.Word("USER").Add("nobody"); break;
            default: draft.Word("NOTHING").Add("x"); break;
        }
    }

    private static void Quit(Draft draft)
    {
        if (draft.Chance(3)) draft.Value();
        draft.MayBeMutated = false;
    }
}
