using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Commands;

/// <summary>DEBUG: finds the subcommand, and runs those that flip a switch. Source: debug.c.</summary>
internal sealed class DebugCommands
{
    private const double MicrosPerSecond = 1e6;
    private const double SleepSecondsMax = 3600;

    private readonly IServer _server;
    private readonly Dictionary<string, Subcommand> _subcommands;

    public DebugCommands(IServer server)
    {
        _server = server;
        var data = new DebugData(server);
        _subcommands = new(StringComparer.OrdinalIgnoreCase)
        {
            ["help"] = new(2, 2, Help, "", "Lists the subcommands."),
            ["assert"] = new(2, 2, Crash(CrashKind.Assertion, "1 == 2"), "", "Ends the process by a failed assertion."),
            ["change-repl-id"] = new(2, 2, ChangeReplicationId, "", "Takes a new replication id."),
            ["client-eviction"] = new(2, 2, Refuse("ERR maxmemory-clients is disabled."), "", "Clients grouped by memory: not here."),
            ["config-rewrite-force-all"] = new(2, 2, RewriteAll, "", "CONFIG REWRITE with all parameters, defaults included."),
            ["digest"] = new(2, 2, data.Digest, "", "Digest of the whole data set; equal data, equal digest."),
            ["digest-value"] = new(2, int.MaxValue, data.DigestValues, "<key> [<key> ...]", "Digests of values."),
            ["error"] = new(3, 3, Error, "<text>", "Replies an error of that text."),
            ["htstats"] = new(3, 3, data.TableStatistics, "<dbid>", "Statistics of a database's table."),
            ["htstats-key"] = new(3, 3, TableOfKey, "<key>", "Statistics of a value's table."),
            ["gc"] = new(2, 2, CollectGarbage, "", "A full garbage collection; replies the managed heap's bytes after it."),
            ["jmap"] = new(2, 2, CollectGarbage, "", "The same."),
            ["listpack"] = new(3, 3, data.PrintStructure, "<key>", "Checks the encoding; prints nothing here."),
            ["log"] = new(3, 3, Log, "<message>", "Writes to the server's log."),
            ["object"] = new(3, 3, data.Object, "<key>", "Encoding, length in an RDB file and idle time."),
            ["panic"] = new(2, 2, Crash(CrashKind.Panic, "called by user request"), "", "Ends the process by a panic."),
            ["pause-cron"] = new(3, 3, PauseCron, "<0|1>", "Holds the periodic work back."),
            ["populate"] = new(3, 5, data.Populate, "<count> [<prefix>] [<size>]",
                "Makes strings named <prefix>:<number>; not propagated."),
            ["protocol"] = new(3, 3, DebugProtocol.Run, "<type>", "A sample reply: string, integer, double, bignum, null, array, set, map, "
                + "attrib, push, verbatim, true, false."),
            ["quicklist"] = new(3, 4, data.PrintStructure, "<key> [<0|1>]", "Checks the encoding; prints nothing here."),
            ["quicklist-packed-threshold"] = new(3, 3, PackedThreshold, "<size>", "Accepted, without effect."),
            ["replicate"] = new(3, int.MaxValue, Replicate, "<arg> [<arg> ...]",
                "Puts a command into the stream of effects, data unchanged."),
            ["replybuffer"] = new(4, 4, ReplyBuffer, "PEAK-RESET-TIME <never|reset|ms> | RESIZING <0|1>", "Accepted, without effect."),
            ["sdslen"] = new(3, 3, data.StringLengths, "<key>", "Lengths of a key and its string."),
            ["segfault"] = new(2, 2, Crash(CrashKind.SegmentationFault, ""), "", "Ends the process by SIGSEGV."),
            ["set-active-expire"] = new(3, 3, SetActiveExpire, "<0|1>", "The active expire cycle off or on."),
            ["sleep"] = new(3, 3, Sleep, "<seconds>", "Blocks the server; decimals allowed."),
            ["stringmatch-test"] = new(2, 2, MatchTest, "", "Accepted: the matcher has its own tests."),
            ["stringmatch-len"] = new(4, 4, Match, "<pattern> <text>", "Whether a glob pattern matches: 1 or 0."),
        };
        AddAccepted();
        AddMissing();
    }

    /// <summary>DEBUG subcommand [arg ...].</summary>
    public void Run(ref CommandContext call)
    {
        string name = Encoding.Latin1.GetString(call.Argument(1));
        if (Registered(name) is { } row)
        {
            int arguments = call.ArgumentCount - 2;
            if (arguments >= row.ArgumentsMin && arguments <= row.ArgumentsMax) row.Handler(ref call); else Unknown(ref call);
            return;
        }

        if (_subcommands.TryGetValue(name, out Subcommand? found) && call.ArgumentCount >= found.Least && call.ArgumentCount <= found.Most)
        {
            found.Run(ref call);
            return;
        }

        Unknown(ref call);
    }

    /// <summary>A module's own subcommand knows more than the one of that name that stands here for want of it.</summary>
    private DebugSubcommand? Registered(string name)
        => _server.Debug.Subcommands.FirstOrDefault(row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static void Unknown(ref CommandContext call)
    {
        const int ShownMax = 128;
        ReadOnlySpan<byte> name = Words.Shown(call.Argument(1));
        string shown = Encoding.Latin1.GetString(name[..Math.Min(name.Length, ShownMax)]);
        call.Reply.Error(Encoding.Latin1.GetBytes($"ERR unknown subcommand or wrong number of arguments for '{shown}'. Try DEBUG HELP."));
    }

    // Switches of machinery that this server does not have: nothing to flip, and tests that flip them go on.
    private void AddAccepted()
    {
        foreach ((string name, int arguments) in (ReadOnlySpan<(string, int)>)[
            ("drop-cluster-packet-filter", 3), ("leak", 3),
            ("set-skip-checksum-validation", 3)])
        {
            CommandHandler accept = (ref CommandContext call) => call.Reply.Ok();
            _subcommands.Add(name, new(arguments, arguments, accept, "", "Accepted, without effect."));
        }
    }

    private void AddMissing()
    {
        foreach (string name in (ReadOnlySpan<string>)[
            "clusterlink", "crash-and-recover", "loadaof", "mallctl", "mallctl-str", "oom", "restart", "structsize"])
        {
            string text = $"ERR DEBUG {name.ToUpperInvariant()} is not supported by this server";
            _subcommands.Add(name, new(2, int.MaxValue, Refuse(text), "", "Not supported."));
        }
    }

    private static CommandHandler Refuse(string text) => (ref CommandContext call) => call.Reply.Error(text);

    private CommandHandler Crash(CrashKind kind, string text) => (ref CommandContext call) => _server.Debug.Crash(kind, text);

    private void Help(ref CommandContext call)
    {
        var lines = new List<string> { "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:" };
        IEnumerable<(string Name, string Usage, string Summary)> all = _subcommands
            .Where(pair => Registered(pair.Key) is null)
            .Select(pair => (pair.Key, pair.Value.Arguments, pair.Value.Summary))
            .Concat(_server.Debug.Subcommands.Select(row => (row.Name, row.Usage, row.Summary)));
        foreach ((string name, string usage, string summary) in all.OrderBy(row => row.Name, StringComparer.Ordinal))
        {
            lines.Add((name.ToUpperInvariant() + " " + usage).TrimEnd());
            lines.Add("    " + summary);
        }

        SubcommandHelp.Write(call.Reply, lines);
    }

    private void Sleep(ref CommandContext call)
    {
        // As strtod: what is no number counts as 0.
        bool valid = double.TryParse(call.Argument(2), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds);
        if (valid && seconds > 0) _server.Debug.Sleep((long)(Math.Min(seconds, SleepSecondsMax) * MicrosPerSecond));
        call.Reply.Ok();
    }

    private void SetActiveExpire(ref CommandContext call)
    {
        _server.Debug.ActiveExpire = IsOn(ref call, 2);
        call.Reply.Ok();
    }

    private void PauseCron(ref CommandContext call)
    {
        _server.Debug.PauseCron = IsOn(ref call, 2);
        call.Reply.Ok();
    }

    private static bool IsOn(ref CommandContext call, int at) => NumberText.TryParse(call.Argument(at), out long number) && number != 0;

    private void ChangeReplicationId(ref CommandContext call)
    {
        _server.Log.Warning("Changing replication IDs after receiving DEBUG change-repl-id");
        _server.Debug.ChangeReplicationId();
        call.Reply.Ok();
    }

    private void RewriteAll(ref CommandContext call)
    {
        string? error = _server.Configuration.Rewrite(all: true);
        if (error is null) call.Reply.Ok(); else call.Reply.Error(ConfigurationText.Encode(error));
    }

    private static void Error(ref CommandContext call) => call.Reply.Error(call.Argument(2));

    private void Log(ref CommandContext call)
    {
        _server.Log.Warning("DEBUG LOG: " + Encoding.UTF8.GetString(call.Argument(2)));
        call.Reply.Ok();
    }

    private static void TableOfKey(ref CommandContext call)
    {
        const Access Unseen = Access.NoTouch | Access.NoStatistics | Access.NoNotify;
        Entry entry = call.Keys.Find(call.Key(2), Unseen);
        string? text = entry.IsMissing ? null : call.Server.Types.Of(entry).TableStatistics(entry);
        if (entry.IsMissing) call.Reply.Error("ERR no such key"u8);
        else if (text is not null) call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(text));
        else call.Reply.Error("ERR The value stored at the specified key is not represented using an hash table"u8);
    }

    private void CollectGarbage(ref CommandContext call)
    {
        _server.Debug.CollectGarbage();
        call.Reply.Integer(GC.GetTotalMemory(forceFullCollection: false));
    }

    private static void PackedThreshold(ref CommandContext call)
    {
        const long SizeMax = 1L << 32;
        var size = new MemoryParameter("size", 0, 0);
        SetOutcome outcome = size.Set([Encoding.Latin1.GetString(call.Argument(2))], ParameterSource.Command, out _);
        if (outcome != SetOutcome.Refused && size.Value < SizeMax) call.Reply.Ok();
        else call.Reply.Error("ERR argument must be a memory value bigger than 1 and smaller than 4gb"u8);
    }

    private void Replicate(ref CommandContext call)
    {
        if (_server.Propagation.Active)
        {
            EffectBuilder effect = _server.Propagation.Append(call.Client.Database);
            for (int i = 2; i < call.ArgumentCount; i++) effect.Add(call.Argument(i));
            effect.Send();
        }

        call.Reply.Ok();
    }

    private static void ReplyBuffer(ref CommandContext call)
    {
        if (call.ArgumentIs(2, "peak-reset-time"u8))
        {
            bool isWord = call.ArgumentIs(3, "never"u8) || call.ArgumentIs(3, "reset"u8);
            if (isWord || NumberText.TryParse(call.Argument(3), out _)) call.Reply.Ok(); else call.Reply.NotAnInteger();
        }
        else if (call.ArgumentIs(2, "resizing"u8))
        {
            call.Reply.Ok();
        }
        else
        {
            Unknown(ref call);
        }
    }

    // The Tcl suite looks for this very answer.
    private static void MatchTest(ref CommandContext call) => call.Reply.Simple("Apparently Redis did not crash: test passed"u8);

    private static void Match(ref CommandContext call) =>
        call.Reply.Integer(GlobPattern.Matches(call.Argument(2), call.Argument(3)) ? 1 : 0);

    /// <param name="Least">Fewest arguments, the two names included.</param>
    /// <param name="Most">Most arguments.</param>
    /// <param name="Run">The handler.</param>
    /// <param name="Arguments">For HELP.</param>
    /// <param name="Summary">For HELP.</param>
    private sealed record Subcommand(int Least, int Most, CommandHandler Run, string Arguments, string Summary);
}
