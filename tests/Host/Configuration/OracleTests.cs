using System.Diagnostics;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Tests.Configuration;

/// <summary>The same files, command lines and CONFIG commands given to redis-server 7.0.15, answers compared.</summary>
public sealed class OracleTests
{
    private const string Executable = "/usr/bin/redis-server";

    /// <summary>What differs on purpose: the directory and socket of the test, and Debian's build-time defaults.</summary>
    private static readonly string[] NotCompared = ["dir", "unixsocket", "port", "save", "pidfile"];

    public static TheoryData<string[]> CommandLines => new(
        [],
        ["--maxmemory 700mb", "--maxmemory-policy volatile-lru"],
        ["loglevel", "verbose", "--maxmemory '700mb'"],
        ["--proc-title-template", "--my--title--template", "--loglevel", "verbose"],
        ["--proc-title-template --my--title--template", "--loglevel verbose"],
        ["--save", "--loglevel", "verbose"],
        ["--loglevel", "verbose", "--save"],
        ["--save", "", "--loglevel", "verbose"],
        ["--shutdown-on-sigint", "nosave", "force", "now", "--shutdown-on-sigterm", "nosave force"],
        ["--hash-max-ziplist-entries", "20", "--HZ", "9999", "--oom-score-adj-values", "0 1 +2"],
        ["--client-output-buffer-limit", "pubsub", "1mb", "2k", "3", "--maxmemory-clients", "50%"],
        ["--notify-keyspace-events", "KEgz$lshxetdm", "--latency-tracking-info-percentiles", "50.10 99.999 1"],
        ["--requirepass", "a b\"c'\\\t", "--unixsocketperm", "0755", "--maxmemory", "kb"],
        ["--replicaof", "no", "one"],
        ["--port"],
        ["--port", "6379", "6380"],
        ["--port", "--loglevel", "verbose"],
        ["--port", "--bla", "--loglevel", "verbose"],
        ["--logfile", "--my--log--file", "--loglevel", "--bla"],
        ["--shutdown-on-sigint"],
        ["--shutdown-on-sigint", "now force", "--shutdown-on-sigterm"],
        ["--shutdown-on-sigint", "save nosave"],
        ["--replicaof", "127.0.0.1", "abc"],
        ["--replicaof", "--127.0.0.1", "--abc"],
        ["--maxmemory", "1x"],
        ["--maxclients", "-1"],
        ["--databases", "007"],
        ["--appendfilename", "a/b"],
        ["--unixsocketperm", "999"],
        ["--save", "1"],
        ["--client-output-buffer-limit", "normal 1 2"],
        ["--nonsense", "1"],
        ["--timeout", "'1"]);

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task A_command_line_means_what_it_means_to_redis(string[] arguments)
    {
        Assert.SkipUnless(System.IO.File.Exists(Executable), "redis-server is not installed");
        string directory = Directory.CreateTempSubdirectory("modularkv").FullName;
        string socket = Path.Join(directory, "s");
        string head = $"unixsocket {socket}\nport 0\ndir {directory}\nsave 900 1\n";
        await System.IO.File.WriteAllTextAsync(Path.Join(directory, "redis.conf"), head);

        var ours = new ConfigurationFixture();
        IReadOnlyList<ConfigurationError> errors = ours.Load(head, arguments);
        using Process server = Start(Executable, [Path.Join(directory, "redis.conf"), .. arguments]);
        try
        {
            if (errors.Count > 0)
            {
                string theirs = await server.StandardError.ReadToEndAsync();
                string reason = errors[0].Reason.Split(", did you mean")[0];
                Assert.Contains($">>> '{errors[0].Line}'\n{reason}", theirs);
                return;
            }

            for (int i = 0; i < 100 && !System.IO.File.Exists(socket) && !server.HasExited; i++) await Task.Delay(50);
            Assert.False(server.HasExited, "redis-server refused what we accepted");
            Dictionary<string, string> expected = await ConfigGet(socket);
            Dictionary<string, string> actual = ours.Get("*");
            foreach ((string name, string value) in expected)
            {
                Assert.True(actual.ContainsKey(name), $"unknown parameter {name}");
                bool compared = !NotCompared.Contains(name) || (name == "save" && arguments.Length > 0);
                if (compared) Assert.Equal($"{name} {value}", $"{name} {actual[name]}");
            }
        }
        finally
        {
            if (!server.HasExited) server.Kill();
            await server.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<Dictionary<string, string>> ConfigGet(string socket)
    {
        using Process client = Start("/usr/bin/redis-cli", ["-s", socket, "config", "get", "*"], ("REDISCLI_AUTH", "a b\"c'\\\t"));
        string[] lines = (await client.StandardOutput.ReadToEndAsync()).Split('\n');
        var found = new Dictionary<string, string>();
        for (int i = 0; i + 1 < lines.Length; i += 2) found[lines[i]] = lines[i + 1];
        return found;
    }

    private static Process Start(string program, string[] arguments, (string Name, string Value)? variable = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (variable is { } set) info.Environment[set.Name] = set.Value;
        return Process.Start(info)!;
    }
}
