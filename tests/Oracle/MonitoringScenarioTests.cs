using System.Text.RegularExpressions;
using ModularKv.TestKit;

namespace ModularKv.Oracle.Tests;

/// <summary>What SLOWLOG keeps and MONITOR shows of the same commands, on both servers.</summary>
public sealed class MonitoringScenarioTests(ServerPair servers)
{
    private static readonly string[] Commands =
    [
        "SET a 1", "INCRBYFLOAT a 1.5", "GETSET a 5", "SADD s a b c", "SPOP s 10", "EXPIRE a 100", "SETEX e 10 v", "GEOADD g 1 2 x",
        "SELECT 2", "SET b 1", "SELECT 0", "MULTI", "SET c 1", "INCR c", "CONFIG GET port", "EXEC", "MULTI", "SET d 1", "DISCARD",
        "NOSUCH x", "GET", "PING", "ECHO hello", "LPUSH a x", "EXEC", "WATCH a", "UNWATCH", "CLIENT SETNAME me", "CLIENT NO-EVICT on",
        "AUTH somebody secret", "AUTH secret", "HELLO 2 AUTH somebody secret", "HELLO 2", "CONFIG SET masterauth secret",
        "CONFIG SET masterauth secret hz 10", "CONFIG SET no-such secret masterauth secret", "CONFIG SET masterauth", "OBJECT HELP",
        "BLPOP nothing 0.01", "DEBUG JMAP", "SUBSCRIBE ch", "UNSUBSCRIBE ch", "PUBLISH ch message",
        "DEL a b c", "TIME", "DBSIZE", "COMMAND COUNT",
        "MEMORY USAGE a", "SLOWLOG LEN", "SLOWLOG GET -2", "SLOWLOG GET x", "SLOWLOG GET 1 2", "SLOWLOG NOTHING", "LATENCY HISTORY nothing",
        "LATENCY RESET nothing", "LATENCY GRAPH nothing", "LATENCY LATEST", "LATENCY LATEST x", "LATENCY GRAPH", "LATENCY NOTHING",
    ];

    [Fact]
    public void The_slow_log_keeps_the_same()
    {
        string[] theirs = SlowLogOf(servers.Theirs), ours = SlowLogOf(servers.Ours);
        Assert.Equal(theirs, ours);
    }

    [Fact]
    public void Monitor_shows_the_same()
    {
        string[] theirs = MonitoredOn(servers.Theirs), ours = MonitoredOn(servers.Ours);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [InlineData("MONITOR", "PING", "MONITOR", "PING", "RESET", "PING")]
    [InlineData("MULTI", "MONITOR", "EXEC", "PING")]
    [InlineData("MONITOR", "CLIENT REPLY OFF", "PING", "CLIENT REPLY ON", "PING")]
    [InlineData("MONITOR", "MULTI", "SET a b", "EXEC", "PING")]
    public void A_client_that_monitors_itself_reads_the_same(params string[] commands)
    {
        string[] theirs = Conversation(servers.Theirs, commands), ours = Conversation(servers.Ours, commands);
        Assert.Equal(theirs, ours);
    }

    private static string[] Conversation(ServerProcess server, string[] commands)
    {
        using RespClient client = server.Connect();
        foreach (string command in commands) client.Send(command.Split(' '));
        client.Send("ECHO", "the end");
        client.FinishSending();
        string text = System.Text.Encoding.Latin1.GetString(client.ReadToEnd());
        return [.. text.Split("\r\n").Select(Neutral)];
    }

    private static string[] MonitoredOn(ServerProcess server)
    {
        using RespClient monitor = server.Connect();
        Assert.Equal("OK", monitor.Call("MONITOR").Text);
        Run(server, "ECHO the-end");
        List<string> lines = [];
        do
        {
            lines.Add(Neutral(monitor.Read().Text));
        }
        while (!lines[^1].Contains("the-end", StringComparison.Ordinal));

        return [.. lines];
    }

    private static string[] SlowLogOf(ServerProcess server)
    {
        using RespClient control = server.Connect();
        control.Call("CONFIG", "SET", "slowlog-max-len", "1000", "slowlog-log-slower-than", "0");
        control.Call("SLOWLOG", "RESET");
        Run(server, "SET long " + new string('x', 200), "SADD many " + string.Join(' ', Enumerable.Range(0, 60)));
        Reply log = control.Call("SLOWLOG", "GET", "-1");
        control.Call("CONFIG", "SET", "slowlog-max-len", "128", "slowlog-log-slower-than", "10000");
        return [.. log.Items.Select(Shown).Reverse()];
    }

    private static string Shown(Reply entry) => entry.Items[5].Text + ": " + string.Join(' ', entry.Items[3].Items.Select(a => a.Text));

    private static void Run(ServerProcess server, params string[] last)
    {
        using RespClient client = server.Connect();
        client.Call("FLUSHALL");
        foreach (string command in Commands.Concat(last)) client.Call(command.Split(' '));
    }

    // Two clocks, and two addresses.
    private static string Neutral(string line) => Regex.Replace(line, @"\d+\.\d{6} \[(\d+) [^\]]+\]", "TIME [$1 ADDRESS]");
}
