using ModularKv.TestKit;

namespace ModularKv.Monitoring.Tests;

/// <summary>SLOWLOG and LATENCY on a server of their own.</summary>
public sealed class SlowLogTests : IDisposable
{
    private readonly ServerProcess server = ServerProcess.StartOurs("--slowlog-log-slower-than", "0", "--latency-monitor-threshold", "50");

    public void Dispose() => server.Dispose();

    [Fact]
    public void The_directives_of_the_file_count_from_the_start()
    {
        using RespClient client = server.Connect();
        client.Call("SLOWLOG", "RESET");
        client.Call("SET", "a", "1");
        Assert.Equal(["SLOWLOG RESET", "SET a 1"], Commands(client.Call("SLOWLOG", "GET")).Reverse());
    }

    [Fact]
    public void An_entry_names_its_client()
    {
        using RespClient client = server.Connect();
        client.Call("CLIENT", "SETNAME", "somebody");
        client.Call("GET", "a");
        Reply entry = client.Call("SLOWLOG", "GET", "1").Items[0];
        Assert.Equal(6, entry.Items.Count);
        Assert.Equal(client.LocalAddress, entry.Items[4].Text);
        Assert.Equal("somebody", entry.Items[5].Text);
        Assert.InRange(entry.Items[1].Integer, 1_700_000_000, 10_000_000_000);
    }

    [Fact]
    public void A_pipeline_of_fast_commands_above_the_threshold_is_timed_one_by_one_afterwards()
    {
        // One reply of 64 MB takes longer than a millisecond to copy; together in one batch nobody can tell which it was.
        using RespClient client = server.Connect();
        client.Call("CONFIG", "SET", "slowlog-log-slower-than", "1000");
        client.Call("SETRANGE", "large", 64 << 20, "x");
        client.Call("SLOWLOG", "RESET");
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 4; i++) client.Send("GET", "large");
            client.ReadMany(4);
        }

        Assert.Contains("GET large", Commands(client.Call("SLOWLOG", "GET")));
    }

    [Fact]
    public void A_blocked_command_is_logged_once_when_it_is_served()
    {
        using RespClient waiting = server.Connect();
        using RespClient client = server.Connect();
        client.Call("SLOWLOG", "RESET");
        waiting.Send("BLPOP", "list", "0");
        while (!client.Call("INFO", "clients").Text.Contains("blocked_clients:1", StringComparison.Ordinal)) Thread.Sleep(5);
        Assert.DoesNotContain("BLPOP list 0", Commands(client.Call("SLOWLOG", "GET", "-1")));
        client.Call("RPUSH", "list", "a");
        waiting.Read();
        Assert.Single(Commands(client.Call("SLOWLOG", "GET", "-1")), "BLPOP list 0");
    }

    [Fact]
    public void Secrets_are_not_kept()
    {
        using RespClient client = server.Connect();
        client.Call("SLOWLOG", "RESET");
        client.Call("AUTH", "user", "open-sesame");
        client.Call("HELLO", "2", "AUTH", "user", "open-sesame");
        client.Call("CONFIG", "SET", "requirepass", "open-sesame", "requirepass", "open-sesame");
        client.Call("CONFIG", "SET", "masterauth", "open-sesame");
        string[] kept = [.. Commands(client.Call("SLOWLOG", "GET", "-1"))];
        Assert.DoesNotContain(kept, command => command.Contains("sesame", StringComparison.Ordinal));
        Assert.Contains("HELLO 2 AUTH (redacted) (redacted)", kept);
        Assert.Contains("CONFIG SET masterauth (redacted)", kept);
    }

    [Fact]
    public void A_long_command_is_a_latency_event()
    {
        using RespClient client = server.Connect();
        client.Call("LATENCY", "RESET");
        client.Call("DEBUG", "SLEEP", "0.1");
        Reply latest = client.Call("LATENCY", "LATEST");
        Reply sleep = latest.Items.Single(item => item.Items[0].Text == "command");
        Assert.True(sleep.Items[3].Integer >= 100);
        Assert.Equal(sleep.Items[1].Integer, client.Call("LATENCY", "HISTORY", "command").Items[^1].Items[0].Integer);
        Assert.StartsWith("command - high ", client.Call("LATENCY", "GRAPH", "command").Text, StringComparison.Ordinal);
        Assert.Contains("command:", client.Call("LATENCY", "DOCTOR").Text, StringComparison.Ordinal);
        Assert.Equal(1, client.Call("LATENCY", "RESET", "command", "no-such-event").Integer);
    }

    [Fact]
    public void The_histogram_counts_every_call_and_rises()
    {
        using RespClient client = server.Connect();
        client.Call("CONFIG", "RESETSTAT");
        for (int i = 0; i < 300; i++) client.Call("SET", "a", "b");
        Reply set = client.Call("LATENCY", "HISTOGRAM", "set", "nothing", "client|nothing").Items[1];
        Assert.Equal(300, set.Items[1].Integer);
        long[] pairs = [.. set.Items[3].Items.Select(item => item.Integer)];
        Assert.Equal(300, pairs[^1]);
        long[][] buckets = [.. pairs.Chunk(2)];
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.True(pair.First[0] < pair.Second[0] && pair.First[1] < pair.Second[1]));
        Assert.All(buckets, bucket => Assert.Contains(bucket[0], Ends));
    }

    // What redis-server 7.0.15 shows: powers of two in nanoseconds, with the last of the values that count as the same.
    private static readonly long[] Ends =
        [1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227, 8454, 16908, 33816, 67633, 135266, 270532, 541065, 1082130];

    private static IEnumerable<string> Commands(Reply log) =>
        log.Items.Select(entry => string.Join(' ', entry.Items[3].Items.Select(argument => argument.Text)));
}
