using System.Diagnostics;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Monitoring.Tests;

/// <summary>The modes of Debian's redis-cli that look at a server as a whole.</summary>
public sealed class RedisCliTests : IDisposable
{
    private const string LineBuffered = "/usr/bin/stdbuf";

    private readonly ServerProcess server = ServerProcess.StartOurs();

    public void Dispose() => server.Dispose();

    [Fact]
    public void Bigkeys_finds_the_same_as_with_redis_server()
    {
        Peers.RequireRedisCli();
        using ServerProcess redis = ServerProcess.StartRedis();
        Fill(server);
        Fill(redis);
        string ours = Run(server, "", "--bigkeys");
        Assert.Contains("Biggest string found '\"s7\"' has 700 bytes", ours, StringComparison.Ordinal);
        Assert.Equal(Summary(Run(redis, "", "--bigkeys")), Summary(ours));
    }

    [Fact]
    public void Memkeys_finds_the_largest_keys()
    {
        Peers.RequireRedisCli();
        Fill(server);
        string ours = Run(server, "", "--memkeys");
        Assert.Contains("Biggest string found '\"s7\"' has", ours, StringComparison.Ordinal);
        Assert.Contains("Biggest   list found '\"l7\"' has", ours, StringComparison.Ordinal);
        Assert.Contains("Sampled 24 keys in the keyspace!", ours, StringComparison.Ordinal);
        Assert.Contains("bytes", Run(server, "", "--memkeys-samples", "10"), StringComparison.Ordinal);
    }

    [Fact]
    public void Hotkeys_finds_what_is_asked_for_often()
    {
        Peers.RequireRedisCli();
        Fill(server);
        using RespClient client = server.Connect();
        Assert.Contains("LFU", Run(server, "", "--hotkeys"), StringComparison.Ordinal);
        client.Call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
        for (int i = 0; i < 2000; i++) client.Call("GET", "s3");
        string found = Run(server, "", "--hotkeys").Split('\n').First(line => line.StartsWith("hot key found", StringComparison.Ordinal));
        Assert.Contains("s3", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_lists_the_same_keys_as_with_redis_server()
    {
        Peers.RequireRedisCli();
        using ServerProcess redis = ServerProcess.StartRedis();
        Fill(server);
        Fill(redis);
        foreach (string[] options in (string[][])[["--scan"], ["--scan", "--pattern", "?3"], ["--scan", "--count", "5"]])
        {
            Assert.Equal(Sorted(Run(redis, "", options)), Sorted(Run(server, "", options)));
        }
    }

    [Fact]
    public void Pipe_takes_a_mass_of_commands()
    {
        Peers.RequireRedisCli();
        StringBuilder commands = new();
        for (int i = 0; i < 50_000; i++) commands.Append($"*3\r\n$3\r\nSET\r\n$6\r\n{i:D6}\r\n$1\r\nx\r\n");
        commands.Append("*1\r\n$6\r\nNOSUCH\r\n");
        string ours = Run(server, commands.ToString(), "--pipe");
        Assert.Contains("errors: 1, replies: 50001", ours, StringComparison.Ordinal);
        using RespClient client = server.Connect();
        Assert.Equal(50_000, client.Call("DBSIZE").Integer);
    }

    [Fact]
    public void Latency_samples_once_when_nobody_watches()
    {
        Peers.RequireRedisCli();
        string[] values = Run(server, "", "--latency", "-i", "0.2").Trim().Split(' ');
        Assert.Equal(4, values.Length);
        Assert.True(long.Parse(values[3]) > 0);
    }

    // These run until they are ended.
    [Theory]
    [InlineData("keys       mem      clients", "--stat", "-i", "0.05")]
    [InlineData("seconds range", "--latency-history", "-i", "0.1")]
    [InlineData("---------------------------------------------", "--latency-dist", "-i", "0.1")]
    [InlineData("Gets/sec", "--lru-test", "1000")]
    public void An_endless_mode_shows_what_it_sees(string expected, params string[] options)
    {
        Peers.RequireRedisCli();
        Assert.SkipUnless(File.Exists(LineBuffered), $"{LineBuffered} is not installed: redis-cli would keep its output back");
        using RespClient client = server.Connect();
        client.Call("CONFIG", "SET", "maxmemory", "500mb");
        using Process cli = Start(LineBuffered, ["-oL", Peers.RequireRedisCli(), "-p", server.Port.ToString(), .. options]);
        StringBuilder seen = new();
        char[] buffer = new char[4096];
        while (!seen.ToString().Contains(expected, StringComparison.Ordinal))
        {
            int read = cli.StandardOutput.Read(buffer);
            if (read == 0) break;
            seen.Append(buffer, 0, read);
        }

        cli.Kill();
        cli.WaitForExit();
        Assert.Contains(expected, seen.ToString(), StringComparison.Ordinal);
    }

    private static void Fill(ServerProcess server)
    {
        using RespClient client = server.Connect();
        for (int i = 0; i < 8; i++)
        {
            client.Call("SET", "s" + i, new string('x', i * 100));
            client.Call((object[])["RPUSH", "l" + i, .. Enumerable.Range(0, (i * 50) + 1).Select(n => n.ToString())]);
            client.Call((object[])["HSET", "h" + i, .. Enumerable.Range(0, (i * 8) + 2).Select(n => n.ToString())]);
        }
    }

    private static string Summary(string text) => Sorted(text[text.IndexOf("-------- summary", StringComparison.Ordinal)..]);

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));

    private static string Run(ServerProcess server, string input, params string[] options)
    {
        using Process cli = Start(Peers.RequireRedisCli(), ["-p", server.Port.ToString(), .. options]);
        Task<string> output = cli.StandardOutput.ReadToEndAsync();
        Task<string> errors = cli.StandardError.ReadToEndAsync();
        cli.StandardInput.Write(input);
        cli.StandardInput.Close();
        cli.WaitForExit();
        return output.Result + errors.Result;
    }

    private static Process Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
