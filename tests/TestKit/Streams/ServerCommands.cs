namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the server group, as far as replies are the same on two servers.</summary>
public static class ServerCommands
{
    /// <summary>COMMAND to TIME.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("SET", 12, d => d.Key().Value()),
        new("SET", 4, d => d.Key().Value().Word("EX").Relative(milliseconds: false)),
        new("DEL", 2, d => d.Key()),
        new("SELECT", 4, d => d.Small(0, StreamRun.Databases - 1)),
        new("DBSIZE", 4, d => { }),
        new("FLUSHDB", 1, Flush),
        new("FLUSHALL", 1, Flush),
        new("SWAPDB", 3, d => d.Small(0, StreamRun.Databases - 1).Small(0, StreamRun.Databases - 1)),
        new("SWAPDB", 1, d => d.Add(d.Pick(["0", "16", "-1", "abc", "9223372036854775808"])).Add(d.Pick(["0", "16", "-1", "abc"]))),
        new("TIME", 1, d => { }),
        new("LOLWUT", 1, Lolwut),
        new("CONFIG", 10, Config),
        new("COMMAND", 10, CommandCommand),
        new("MEMORY", 3, Memory),
        new("DEBUG", 8, Debug),
        new("INFO", 4, Info),
        new("SLOWLOG", 3, SlowLog),
        new("LATENCY", 3, Latency),
        new("LASTSAVE", 1, d => { }, Feature.Persistence),
        new("DUMP", 1, d => d.Add("no such key"), Feature.Persistence),
    ];

    /// <summary>Commands whose COMMAND INFO is asked for: the strings, generic, connection and server groups.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. StringCommands.Table.Concat(KeyCommands.Table).Select(production => production.Name).Distinct(),
        "PING", "ECHO", "AUTH", "HELLO", "RESET", "QUIT", "FLUSHDB", "FLUSHALL", "SWAPDB", "TIME", "LOLWUT",
    ];

    // Values that change no other reply of the streams, or change it alike on both servers.
    private static readonly (string Name, string[] Values)[] Parameters =
    [
        ("maxmemory", ["0", "10gb", "20000mb", "10GB", "30000000k", "abc", "", "-1"]),
        ("maxmemory-policy", ["noeviction", "allkeys-lru", "volatile-ttl", "volatile-random", "NOEVICTION", "nothing", ""]),
        ("maxmemory-samples", ["5", "10", "0", "-1", "abc"]),
        ("timeout", ["0", "10000", "-1", "abc", "99999999999"]),
        ("tcp-keepalive", ["300", "0", "60", "-1"]),
        ("hz", ["10", "50", "0", "abc"]),
        ("lfu-log-factor", ["10", "0", "-1"]),
        ("lfu-decay-time", ["1", "0", "abc"]),
        ("slowlog-log-slower-than", ["10000", "-1", "0", "abc"]),
        ("slowlog-max-len", ["128", "0", "-1"]),
        ("latency-monitor-threshold", ["0", "100", "-1"]),
        ("notify-keyspace-events", ["", "KEA", "Kg$", "AKE", "Elshzxet", "Q", "g"]),
        ("lazyfree-lazy-eviction", ["yes", "no", "YES", "maybe", ""]),
        ("lazyfree-lazy-expire", ["yes", "no", "1"]),
        ("lazyfree-lazy-user-del", ["yes", "no", "true"]),
        ("lazyfree-lazy-user-flush", ["yes", "no"]),
        ("databases", ["16", "1"]),
        ("no-such-parameter", ["1"]),
    ];

    private static readonly string[] ParameterPatterns =
        ["maxmemory*", "lazyfree-*", "lfu-*", "hz*", "no-such*", "", "slowlog-???-*", "LFU-*"];

    private static readonly string[] DebugTypes =
        ["string", "integer", "double", "null", "array", "set", "map", "attrib", "push", "verbatim", "true", "false", "bignum", "nothing"];

    private static void SlowLog(Draft draft)
    {
        switch (draft.Random.Next(5))
        {
            case 0: draft.Word("LEN"); break;
            case 1: draft.Word("RESET"); break;
            case 2: draft.Word("GET").Add(draft.Pick(["-2", "x", "", "0", "9223372036854775808"])); break;
            case 3: draft.Word("GET").Small(-1, 3); break;
            default: draft.OneOf("HELP", "NOTHING"); break;
        }
    }

    private static void Latency(Draft draft)
    {
        switch (draft.Random.Next(6))
        {
            case 0: draft.Word("HISTORY").Add("nothing"); break;
            case 1: draft.Word("RESET").Add("nothing"); break;
            case 2: draft.Word("GRAPH").Add("nothing"); break;
            case 3: draft.Word("HISTOGRAM").Add(draft.Pick(["nothing", "", "no|thing", "set|x"])); break;
            case 4: draft.Word("LATEST"); break;
            default: draft.OneOf("HELP", "NOTHING", "DOCTOR"); break;
        }
    }

    private static void Flush(Draft draft)
    {
        if (draft.Chance(2)) draft.OneOf("SYNC", "ASYNC", "NOTHING");
    }

    private static void Lolwut(Draft draft)
    {
        if (draft.Chance(2)) draft.Word("VERSION").Add(draft.Pick(["5", "6", "7", "0", "-1", "abc"]));
        for (int i = draft.Random.Next(0, 4); i > 0; i--) draft.Small(-1, 5);
    }

    private static void Config(Draft draft)
    {
        draft.MayBeMutated = false;
        (string name, string[] values) = draft.Pick(Parameters);
        switch (draft.Random.Next(9))
        {
            case 0 or 1 or 2: draft.Word("GET").Word(name); break;
            case 3: draft.Word("GET").Add(draft.Pick(ParameterPatterns)); break;
            case 4: draft.Word("GET").Add(name).Add("timeout").Add("no-such*").Add(name); break;
            case 5: draft.Word("SET").Word(name).Add(draft.Pick(values)); break;
            case 6: draft.Word("SET").Add(name).Add(draft.Pick(values)).Add("timeout").Add(draft.Pick(["0", "20000", "abc"])); break;
            case 7: draft.OneOf("RESETSTAT", "NOTHING", "HELP", "GET", "SET"); break;
            default: draft.Word("SET").Add(name); break;
        }
    }

    private static void CommandCommand(Draft draft)
    {
        switch (draft.Random.Next(8))
        {
            case 0: draft.Word("COUNT"); break;
            case 1 or 2: draft.Word("INFO").Word(draft.Pick(Known)); break;
            case 3: draft.Word("INFO").Word(draft.Pick(Known)).Word(draft.Pick(Known)).Add("no-such-command"); break;
            case 4: List(draft.Word("LIST")); break;
            case 5: draft.OneOf("HELP", "NOTHING"); break;
            default: KeysOf(draft.OneOf("GETKEYS", "GETKEYSANDFLAGS")); break;
        }
    }

    private static void List(Draft draft)
    {
        if (draft.Chance(2)) return;
        draft.Word("FILTERBY");
        if (draft.Chance(2)) draft.Word("PATTERN").Add(draft.Pick(["get*", "x*", "*", "nothing"]));
        else draft.OneOf("ACLCAT", "MODULE", "NOTHING").Add(draft.Pick(["read", "write", "nothing"]));
    }

    private static void KeysOf(Draft draft)
    {
        draft.MayBeMutated = false;
        Production production = draft.Pick(draft.Chance(2) ? StringCommands.Table : KeyCommands.Table);
        draft.Word(production.Name);
        production.Write(draft);
        draft.After.Clear();
        if (!draft.Chance(6)) return;
        List<byte[]> shorter = [.. draft.Arguments];
        if (shorter.Count > 3) shorter.RemoveAt(shorter.Count - 1);
        draft.Replace(shorter);
    }

    private static void Memory(Draft draft)
    {
        draft.Word("USAGE").Key();
        if (draft.Chance(3)) draft.Word("SAMPLES").Add(draft.Pick(["0", "5", "-1", "abc"]));
    }

    private static void Debug(Draft draft)
    {
        draft.MayBeMutated = false;
        switch (draft.Random.Next(10))
        {
            case 0 or 1 or 2: draft.Word("PROTOCOL").Word(draft.Pick(DebugTypes)); break;
            case 3: draft.Word("DIGEST"); break;
            case 4: draft.Word("DIGEST-VALUE").ManyKeys(0, 3); break;
            case 5: draft.OneOf("OBJECT", "SDSLEN").Key(); break;
            case 6: draft.Word("SET-ACTIVE-EXPIRE").Add(draft.Pick(["0", "1"])); break;
            case 7: draft.Word("ERROR").Add(draft.Pick(["ERR mine", "CODE text", "plain"])); break;
            case 8: draft.Word("POPULATE").Add(draft.Random.Next(0, 4)).Add("ka"); break;
            default: draft.OneOf("NOTHING", "SLEEP").Add("0"); break;
        }
    }

    private static void Info(Draft draft)
    {
        int count = draft.Random.Next(0, 3);
        string[] sections = ["keyspace", "keyspace", "server", "clients", "memory", "stats", "cpu", "replication", "nothing", ""];
        for (int i = 0; i < count; i++) draft.Word(draft.Pick(sections));
    }
}
