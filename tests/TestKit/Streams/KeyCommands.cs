using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the generic group. Combine with a group that stores something.</summary>
public static class KeyCommands
{
    /// <summary>Glob patterns: plain, classes, ranges, negation, escapes, unclosed, binary.</summary>
    public static IReadOnlyList<string> Patterns { get; } =
    [
        "*", "?", "??", "k*", "*a", "k?", "k[abc]", "k[^abc]", "k[a-d]", "k[d-a]", "k[abc", "k[", "[k]*", "[^k]*", "\\k*", "k\\",
        "user:*", "*:*",
        "{tag}?", "*tag*", "", "**", "*?*", "K*", "l*", "*l*l*l*", "k with*", "*\0*", "k[]a]", "k[\\a-c]", "k[a-]", "nothing",
        "ka", "*\xff",
    ];

    /// <summary>COPY to WAIT.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("SET", 30, d => d.Key().Value()),
        new("SET", 6, d => d.Key().Value().Word("PX").Relative(milliseconds: true)),
        new("MSET", 4, d => d.Key().Value().Key().Value().Key().Value()),
        new("SELECT", 4, d => d.Small(0, StreamRun.Databases - 1)),
        new("COPY", 6, Copy),
        new("DEL", 4, d => d.ManyKeys(1, 4)),
        new("UNLINK", 3, d => d.ManyKeys(1, 4)),
        new("EXISTS", 4, d => d.ManyKeys(1, 5)),
        new("TOUCH", 2, d => d.ManyKeys(1, 5)),
        new("TYPE", 3, d => d.Key()),
        new("RENAME", 5, d => d.Key().Key()),
        new("RENAMENX", 4, d => d.Key().Key()),
        new("MOVE", 4, d => d.Key().Small(-1, StreamRun.Databases)),
        new("EXPIRE", 6, d => Expire(d.Key().Relative(milliseconds: false))),
        new("PEXPIRE", 6, d => Expire(d.Key().Relative(milliseconds: true))),
        new("EXPIREAT", 6, d => Expire(d.Key().Absolute(milliseconds: false))),
        new("PEXPIREAT", 6, d => Expire(d.Key().Absolute(milliseconds: true))),
        new("TTL", 4, d => d.Key()),
        new("PTTL", 4, d => d.Key()),
        new("EXPIRETIME", 3, d => d.Key()),
        new("PEXPIRETIME", 3, d => d.Key()),
        new("PERSIST", 4, d => d.Key()),
        new("RANDOMKEY", 2, d => { }),
        new("KEYS", 4, d => d.Add(d.Pick(Patterns))),
        new("SCAN", 6, Scan),
        new("OBJECT", 6, Object),
        new("SORT", 4, d => Sort(d, store: true)),
        new("SORT_RO", 3, d => Sort(d, store: false)),
        new("WAIT", 1, Wait),
        new("MIGRATE", 2, Migrate, Feature.Migration),
        new("GET", 3, d => d.Key()),
        new("DBSIZE", 2, d => { }),
    ];

    // Nobody listens on port 0: what can be compared without a third server is all that comes before the exchange.
    private static void Migrate(Draft draft)
    {
        draft.Add("127.0.0.1").Add("0");
        if (draft.Chance(2)) draft.Key(); else draft.Add("");
        draft.Small(0, 1).Add(draft.Pick(["0", "1000", "-1", "abc"])).Options(
            d => d.Word("COPY"),
            d => d.Word("REPLACE"),
            d => d.Word("AUTH").Add("secret"),
            d => d.Word("AUTH2").Add("user").Add("secret"));
        if (draft.Chance(3)) draft.Word("KEYS").ManyKeys(0, 3);
        if (draft.Chance(12)) draft.Word("AUTH2").Add("user");
    }

    private static void Copy(Draft draft) =>
        draft.Key().Key().Options(
            d => d.Word("REPLACE"),
            d => d.Word("DB").Small(-1, StreamRun.Databases - 1));

    private static void Expire(Draft draft)
    {
        if (draft.Chance(2)) draft.OneOf("NX", "XX", "GT", "LT");
        if (draft.Chance(6)) draft.OneOf("NX", "XX", "GT", "LT");
        if (draft.Chance(30)) draft.Junk();
        draft.Settle();
    }

    private static void Scan(Draft draft)
    {
        string[] cursors = ["1", "12345", "-1", "abc", "", "18446744073709551615", "18446744073709551616", "0x0", " 0"];
        if (draft.Chance(6)) draft.Add(draft.Pick(cursors));
        else draft.Add("0");
        draft.Options(
            d => d.Word("MATCH").Add(d.Pick(Patterns)),
            d => d.Word("COUNT").Add(d.Pick(["1", "2", "10", "1000", "0", "-1", "abc", "", "9223372036854775808", "100000"])),
            d => d.Word("TYPE").OneOf("string", "list", "set", "zset", "hash", "stream", "nothing", ""));
    }

    private static void Object(Draft draft)
    {
        draft.OneOf("ENCODING", "ENCODING", "ENCODING", "REFCOUNT", "IDLETIME", "FREQ", "HELP", "NOTHING");
        if (!draft.Arguments[1].AsSpan().SequenceEqual("HELP"u8)) draft.Key();
    }

    private static void Sort(Draft draft, bool store)
    {
        List<Action<Draft>> options =
        [
            d => d.Word("BY").Add(d.Pick(["nosort", "k*", "*", "user:*", "k*->field", ""])),
            d => d.Word("LIMIT").Integer().Integer(),
            d => d.Word("GET").Add(d.Pick(["#", "k*", "*", "k*->field", "nothing"])),
            d => d.OneOf("ASC", "DESC"),
            d => d.Word("ALPHA"),
        ];
        if (store) options.Add(d => d.Word("STORE").Key());
        draft.Key().Options([.. options]);

        // The order of equal weights is not defined, and a list would keep it.
        if (SortReplies.IsUnordered(draft.Finish()) && draft.Arguments.Any(argument => Word(argument) == "STORE"))
        {
            draft.Replace(draft.Arguments.Where(argument => Word(argument) != "ALPHA"));
            draft.MayBeMutated = false;
        }
    }

    private static string Word(byte[] argument) => Encoding.Latin1.GetString(argument).ToUpperInvariant();

    private static void Wait(Draft draft)
    {
        // Never WAIT n 0 with n > 0: that waits for ever. And seldom at all: Redis looks at timeouts ten times a second.
        if (!draft.Chance(8)) draft.Add("0").Add(draft.Pick(["0", "1", "100", "abc", "-1", ""]));
        else draft.Add(draft.Pick(["1", "5", "abc"])).Add(draft.Pick(["1", "3", "-1", "abc", "9223372036854775808"]));
        draft.MayBeMutated = false;
    }
}
