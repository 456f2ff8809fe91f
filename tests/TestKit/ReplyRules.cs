using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ModularKv.TestKit.Streams;

namespace ModularKv.TestKit;

/// <summary>How two replies to one command may differ and still agree.</summary>
/// <param name="Name">The command, or command and subcommand, in upper case.</param>
/// <param name="Reason">Why the bytes may differ.</param>
/// <param name="Agree">True when the replies agree.</param>
/// <param name="Errors">The rule judges error replies too. Without it they must be equal bytes.</param>
public sealed record ReplyRule(string Name, string Reason, Func<Command, Reply, Reply, bool> Agree, bool Errors = false);

/// <summary>The commands whose replies legitimately differ between two servers. Everything else is compared byte for byte.</summary>
public static class ReplyRules
{
    private const int ClockToleranceMs = 5000;

    private const int DescriptionFields = 10;
    private const int CommandFlagsField = 2;
    private const int CategoriesField = 6;
    private const int TipsField = 7;

    private static readonly string[] LaterClientFields = ["lib-name", "lib-ver"];

    private static readonly ReplyRule[] Table =
    [
        new("RANDOMKEY", "the choice is random", SameShape),
        new("KEYS", "the order of the table is not defined", SameItemsInAnyOrder),
        new("SCAN", "cursors are each server's own; a scan from 0 is compared by its whole walk", SameShape),
        new("ZRANK", "WITHSCORE of 7.2", AsksForScore, Errors: true),
        new("ZREVRANK", "as ZRANK", AsksForScore, Errors: true),
        new("ZRANDMEMBER", "the choice is random", SameShape),
        new("ZSCAN", "cursors, and the order of a table, are each server's own", SameShape),
        new("HGETALL", "the order of a table is not defined", SameMapInAnyOrder),
        new("HKEYS", "as HGETALL", SameItemsInAnyOrder),
        new("HVALS", "as HGETALL", SameItemsInAnyOrder),
        new("HRANDFIELD", "the choice is random", SameChoice),
        new("HSCAN", "as SCAN", SameScan),
        new("TIME", "two clocks", SameShape),
        new("LOLWUT", "art, and the version of each server in the last line", SameSignature),
        new("INFO", "counts and addresses; section names must agree, and the keyspace but for its average TTL", SameInfo),
        new("TTL", "two clocks", Within(ClockToleranceMs / 1000)),
        new("PTTL", "two clocks", Within(ClockToleranceMs)),
        new("EXPIRETIME", "two clocks", Within(ClockToleranceMs / 1000)),
        new("PEXPIRETIME", "two clocks", Within(ClockToleranceMs)),
        new("LASTSAVE", "two clocks", SameShape),
        new("HELLO", "client ids, version, list of modules", SameHello),
        new("CLIENT ID", "ids are each server's own", SameShape),
        new("CLIENT INFO", "addresses, ids, buffer sizes, lib-name and lib-ver of 7.2; db, name, user, cmd agree", SameClientLines),
        new("CLIENT LIST", "as CLIENT INFO, and the connections of the tests", SameClientFields),
        new("OBJECT IDLETIME", "two clocks; in Redis all keys of a small integer share one access time", NotIdleLonger),
        new("OBJECT REFCOUNT", "small integers are not shared in Redis when written under an LRU or LFU policy", NotSharedInRedis),
        new("OBJECT ENCODING", "SORT of a small sorted set leaves a skip list in Redis; ours reads it as it is", OnlyUnpackedBySort),
        new("OBJECT FREQ", "the counter grows by chance", SameShape),
        new("MEMORY USAGE", "each allocator's own; only existence must agree", SameShape),
        new("DEBUG OBJECT", "addresses", SameShape),
        new("DEBUG SDSLEN", "allocation sizes", SameShape),
        new("CONFIG GET", "the order of Redis's table is random", SameMapInAnyOrder),
        new("COMMAND (alone)", "modules add commands, and the order of the table is not defined", SameShape),
        new("COMMAND INFO", "subcommands stand in a random order; facts of later versions; without names see COMMAND", SameDescriptions),
        new("COMMAND GETKEYS", "since 7.2 a command without arguments may be asked about", AsksForNameAlone, Errors: true),
        new("COMMAND GETKEYSANDFLAGS", "as COMMAND GETKEYS", AsksForNameAlone, Errors: true),
        new("XPENDING", "two clocks", StreamCommandsRules.SamePending),
        new("XINFO STREAM", "two clocks, active-time of 7.2", StreamCommandsRules.SameInfo),
        new("XINFO CONSUMERS", "two clocks, inactive of 7.2", StreamCommandsRules.SameInfo),
        new("COMMAND HELP", "our own words", SameHelp),
        new("CONFIG HELP", "our own words", SameHelp),
        new("CLIENT HELP", "our own words", SameHelp),
        new("PUBSUB HELP", "our own words", SameHelp),
        new("PUBSUB CHANNELS", "the order of the table is not defined", SameItemsInAnyOrder),
        new("PUBSUB SHARDCHANNELS", "the order of the table is not defined", SameItemsInAnyOrder),
        new("SLOWLOG HELP", "our own words", SameHelp),
        new("SLOWLOG LEN", "how long commands took", SameShape),
        new("SLOWLOG GET", "as SLOWLOG LEN", SameShape),
        new("LATENCY HELP", "our own words", SameHelp),
        new("LATENCY DOCTOR", "our own words", SameShape),
        new("LATENCY HISTOGRAM", "how long commands took", SameShape),
        new("LATENCY LATEST", "how long commands took", SameShape),
        new("COMMAND COUNT", "modules add commands", SameShape),
        new("COMMAND LIST", "modules add commands", SameShape),
        .. Streams.SetReplies.Rules,
        .. Streams.SortReplies.Rules,
    ];

    // What changed after 7.0.15, by the position in a command's description; the facts themselves are compared with their reference.
    private static readonly Dictionary<string, int[]> LaterFacts = new()
    {
        ["wait"] = [CommandFlagsField, CategoriesField],
        ["msetnx"] = [TipsField],
        ["randomkey"] = [TipsField],
        ["scan"] = [TipsField],
    };

    private static readonly Dictionary<string, ReplyRule> ByName = Table.ToDictionary(rule => rule.Name);
    private static readonly Regex Signature = new("Redis ver\\. [0-9]+\\.[0-9]+\\.[0-9]+\n$", RegexOptions.CultureInvariant);
    private static readonly Regex AverageTtl = new("avg_ttl=[0-9]+(,subexpiry=[0-9]+)?", RegexOptions.CultureInvariant);

    /// <summary>The rule for this command, or null when its replies must be equal bytes.</summary>
    public static ReplyRule? For(Command command) =>
        ByName.GetValueOrDefault(command.Word(0))
        ?? ByName.GetValueOrDefault(command.Word(0) + " " + (command.Arguments.Count == 1 ? "(alone)" : command.Word(1)));

    /// <summary>True when the replies agree: equal bytes, or the command's rule agrees.</summary>
    public static bool Agree(Command command, Reply ours, Reply theirs)
    {
        if (ours.Raw.AsSpan().SequenceEqual(theirs.Raw)) return true;
        if (For(command) is not ReplyRule rule) return false;
        return (rule.Errors || (!ours.IsError && !theirs.IsError)) && rule.Agree(command, ours, theirs);
    }

    /// <summary>The replies to EXEC agree: each to its command.</summary>
    /// <param name="queued">The commands that were queued.</param>
    /// <param name="ours">What the server under test replied.</param>
    /// <param name="theirs">What redis-server replied.</param>
    public static bool AgreeAll(IReadOnlyList<Command> queued, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.Items.Count == theirs.Items.Count && ours.Items.Count == queued.Count
        && queued.Select((command, i) => Agree(command, ours.Items[i], theirs.Items[i])).All(agree => agree);

    /// <summary>Same kinds, and null in the same places; lists of bulks may have any length.</summary>
    public static bool SameShape(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind || ours.IsNull != theirs.IsNull) return false;
        return (ours.Items.Count > 0) == (theirs.Items.Count > 0) || ours.Kind == ReplyKind.Array;
    }

    /// <summary>A sorted set that is small here and a skip list there: Redis unpacks it for SORT and never packs it again.</summary>
    public static bool OnlyUnpackedBySort(Command command, Reply ours, Reply theirs) =>
        ours.Text == "listpack" && theirs.Text == "skiplist";

    private static bool SameDescriptions(Command command, Reply ours, Reply theirs) =>
        command.Arguments.Count == 2 ? SameShape(command, ours, theirs) : Canonical(ours) == Canonical(theirs);

    /// <summary>The reply as text, lists of command descriptions (ten fields each) sorted.</summary>
    private static string Canonical(Reply reply)
    {
        if (reply.Items.Count == 0) return Encoding.Latin1.GetString(reply.Raw);
        int[] skipped = reply.Items.Count == DescriptionFields ? LaterFacts.GetValueOrDefault(reply.Items[0].Text, []) : [];
        IEnumerable<string> items = reply.Items.Where((_, place) => !skipped.Contains(place)).Select(Canonical);
        if (reply.Items.All(item => item.Items.Count == DescriptionFields)) items = items.Order(StringComparer.Ordinal);
        return $"{(char)reply.Kind}{reply.Items.Count}({string.Join(' ', items)})";
    }

    private static bool NotIdleLonger(Command command, Reply ours, Reply theirs) =>
        ours.Kind == ReplyKind.Integer && theirs.Kind == ReplyKind.Integer && ours.Integer >= 0
        && ours.Integer <= theirs.Integer + (ClockToleranceMs / 1000);

    // Only this way round: we count every small integer as shared, whatever the policy was when it was written.
    private static bool NotSharedInRedis(Command command, Reply ours, Reply theirs) =>
        ours.Kind == ReplyKind.Integer && theirs.Kind == ReplyKind.Integer && ours.Integer == int.MaxValue && theirs.Integer == 1;

    private static bool AsksForNameAlone(Command command, Reply ours, Reply theirs) =>
        command.Arguments.Count == 3
        && theirs.Text == $"ERR wrong number of arguments for 'command|{command.Word(1).ToLowerInvariant()}' command"
        && !ours.Text.StartsWith("ERR wrong number of arguments", StringComparison.Ordinal);

    private static bool AsksForScore(Command command, Reply ours, Reply theirs) =>
        command.Arguments.Count > 3 && theirs.Text == $"ERR wrong number of arguments for '{command.Word(0).ToLowerInvariant()}' command";

    private static bool SameHelp(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.Items.Concat(theirs.Items).All(line => line.Kind == ReplyKind.Simple)
        && ours.Items[0].Text == theirs.Items[0].Text;

    private static bool SameSignature(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && Signature.IsMatch(ours.Text) && Signature.IsMatch(theirs.Text);

    private static Func<Command, Reply, Reply, bool> Within(long tolerance) => (_, ours, theirs) =>
        ours.Kind == theirs.Kind && ours.Kind == ReplyKind.Integer
        && (ours.Integer < 0) == (theirs.Integer < 0) && Math.Abs(ours.Integer - theirs.Integer) <= tolerance;

    private static bool SameItemsInAnyOrder(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.Items.Count == theirs.Items.Count && Sorted(ours).SequenceEqual(Sorted(theirs));

    /// <summary>As many elements; the same ones where the count asks for all of them.</summary>
    private static bool SameChoice(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.IsNull == theirs.IsNull && ours.Items.Count == theirs.Items.Count
        && (command.Arguments.Count < 3 || command.Word(2).Length < 4 || command.Word(2)[0] == '-'
            || Sorted(ours).SequenceEqual(Sorted(theirs)));

    /// <summary>A walk that begins and ends with this call has the same elements; otherwise each server brings its own part.</summary>
    private static bool SameScan(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.Items.Count == theirs.Items.Count
        && (ours.Items.Count != 2 || command.Word(2) != "0" || ours.Items[0].Text != "0" || theirs.Items[0].Text != "0"
            || SameItemsInAnyOrder(command, ours.Items[1], theirs.Items[1]));

    private static IEnumerable<string> Sorted(Reply reply) =>
        reply.Items.Select(item => Encoding.Latin1.GetString(item.Raw)).Order(StringComparer.Ordinal);

    private static bool SameMapInAnyOrder(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && ours.Items.Count == theirs.Items.Count && Pairs(ours).SequenceEqual(Pairs(theirs));

    private static IEnumerable<string> Pairs(Reply map) =>
        map.Items.Chunk(2).Select(pair => pair[0].Text + "\n" + pair[^1].Text).Order(StringComparer.Ordinal);

    private static bool SameHello(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind || ours.Items.Count != theirs.Items.Count) return false;
        for (int i = 0; i + 1 < ours.Items.Count; i += 2)
        {
            string field = theirs.Items[i].Text;
            if (ours.Items[i].Text != field) return false;
            bool own = field is "id" or "version" or "modules";
            if (!own && !ours.Items[i + 1].Raw.AsSpan().SequenceEqual(theirs.Items[i + 1].Raw)) return false;
            if (ours.Items[i + 1].Kind != theirs.Items[i + 1].Kind) return false;
        }
        return true;
    }

    private static bool SameInfo(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind) return false;
        // Without named sections each server adds those of its own modules.
        if (command.Arguments.Count < 2 || command.Arguments.Skip(1).Any(IsManySections)) return true;
        return InfoLines(ours).SequenceEqual(InfoLines(theirs));
    }

    private static bool IsManySections(byte[] section) =>
        Encoding.Latin1.GetString(section).ToLowerInvariant() is "all" or "everything" or "default" or "modules";

    private static IEnumerable<string> InfoLines(Reply info) =>
        info.Text.Split("\r\n").Where(line => line.StartsWith('#') || Regex.IsMatch(line, "^db[0-9]+:"))
            .Select(line => AverageTtl.Replace(line, "avg_ttl=*"));

    private static bool SameClientLines(Command command, Reply ours, Reply theirs)
    {
        string[] compared = ["name", "db", "sub", "psub", "multi", "cmd", "user", "redir", "resp"];
        Dictionary<string, string> left = ClientFields(ours);
        Dictionary<string, string> right = ClientFields(theirs);
        return SameClientFields(command, ours, theirs)
            && compared.All(field => left.GetValueOrDefault(field) == right.GetValueOrDefault(field));
    }

    private static bool SameClientFields(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind
        && (ClientFields(ours).Keys.SequenceEqual(ClientFields(theirs).Keys)
            || ClientFields(ours).Keys.SequenceEqual(ClientFields(theirs).Keys.Concat(LaterClientFields)));

    private static Dictionary<string, string> ClientFields(Reply lines)
    {
        Dictionary<string, string> fields = [];
        foreach (string field in lines.Text.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) fields[field] = "";
            else fields[field[..equals]] = field[(equals + 1)..];
        }
        return fields;
    }

    /// <summary>All rules, for a listing.</summary>
    public static string Describe() =>
        string.Join('\n', Table.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Name}: {rule.Reason}")));
}
