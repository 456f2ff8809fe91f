using System.Net;
using System.Net.Sockets;
using ModularKv.TestKit;

namespace ModularKv.Migration.Tests;

/// <summary>Keys on their way between this server and others.</summary>
public sealed class MigrateTests
{
    private static readonly string[][] DataSet =
    [
        ["SET", "text", "value"], ["SET", "number", "12345"], ["SETRANGE", "large", "200000", "end"], ["RPUSH", "list", "a", "2", "c"],
        ["SADD", "numbers", "1", "2", "70000"], ["SADD", "words", "a", "b"], ["ZADD", "scores", "1", "a", "2.5", "b"],
        ["HSET", "hash", "f", "v", "g", "2"], ["XADD", "stream", "1-1", "f", "v"], ["XGROUP", "CREATE", "stream", "g", "0"],
        ["SETBIT", "bits", "1000", "1"], ["PFADD", "log", "a", "b", "c"],
    ];

    [Fact]
    public void Replies_are_those_of_redis()
    {
        using ServerProcess target = ServerProcess.StartRedis();
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using SideBySide both = new(ours, redis);
        string port = target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string host = "127.0.0.1";
        object[][] calls =
        [
            ["MIGRATE", host, port, "none", "0"], ["MIGRATE", host, port, "none", "0", "1000"], ["SET", "k", "v"], ["SET", "l", "v"],
            ["MIGRATE", host, port, "k", "x", "1000"], ["MIGRATE", host, port, "k", "0", "x"],
            ["MIGRATE", host, port, "k", "x", "x", "NO"],
            ["MIGRATE", host, port, "k", "0", "1000", "AUTH"], ["MIGRATE", host, port, "k", "0", "1000", "AUTH2", "a"],
            ["MIGRATE", host, port, "k", "0", "1000", "KEYS", "k"], ["MIGRATE", host, port, "", "0", "1000", "KEYS"],
            ["MIGRATE", host, port, "", "0", "1000", "KEYS", "none", "nor"],
            ["MIGRATE", host, "0", "k", "0", "1000"], ["MIGRATE", host, "99999", "k", "0", "1000"],
            ["MIGRATE", host, "x", "k", "0", "1000"],
            ["MIGRATE", "no such host", port, "k", "0", "1000"],
            ["MIGRATE", host, port, "k", "0", "0", "COPY", "REPLACE"], ["MIGRATE", host, port, "k", "0", "1000", "COPY"],
            ["MIGRATE", host, port, "k", "99", "1000", "COPY"], ["MIGRATE", host, port, "k", "3", "1000", "COPY", "replace"],
            ["MIGRATE", host, port, "k", "0", "1000", "AUTH", "secret"],
            ["MIGRATE", host, port, "k", "0", "1000", "AUTH2", "who", "secret"],
            ["MIGRATE", host, port, "k", "0", "1000", "REPLACE"], ["EXISTS", "k"],
            ["MIGRATE", host, port, "", "0", "1000", "REPLACE", "KEYS", "none", "l", "k"], ["DBSIZE"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "", "0", "5", "AUTH", "keys", "KEYS", "a", "b"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "k", "0", "5", "COPY"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "k", "0", "5", "KEYS", "a"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "k", "0", "5", "KEYS"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "", "0", "5", "KEYS"],
            ["COMMAND", "GETKEYS", "MIGRATE", host, port, "", "0", "5", "AUTH", "keys", "KEYS"],
        ];
        foreach (object[] call in calls) both.Same(call);
    }

    [Fact]
    public void Every_type_goes_to_redis_and_back()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient here = ours.Connect(), there = redis.Connect();
        foreach (string[] command in DataSet) Assert.False(here.Call([.. command]).IsError);
        here.Call("PEXPIREAT", "text", "9000000000000");
        string digest = here.Call("DEBUG", "DIGEST").Text;
        object[] keys = [.. DataSet.Select(command => command[0] == "XGROUP" ? command[2] : command[1]).Distinct()];

        Assert.Equal("OK", here.Call(["MIGRATE", "127.0.0.1", redis.Port, "", 0, 5000, "KEYS", .. keys]).Text);
        Assert.Equal(0, here.Call("DBSIZE").Integer);
        Assert.Equal(digest, there.Call("DEBUG", "DIGEST").Text);
        Assert.Equal("1", here.Info("stats", "migrate_cached_sockets"));

        Assert.Equal("OK", there.Call(["MIGRATE", "127.0.0.1", ours.Port, "", 0, 5000, "KEYS", .. keys]).Text);
        Assert.Equal(digest, here.Call("DEBUG", "DIGEST").Text);
        Assert.True(here.Call("PTTL", "text").Integer > 1000);
    }

    [Fact]
    public void Only_acknowledged_keys_go_and_the_log_deletes_them()
    {
        using ServerProcess target = ServerProcess.StartOurs();
        using ServerProcess ours = ServerProcess.StartOurs("--appendonly", "yes", "--appendfsync", "always");
        using RespClient here = ours.Connect(), there = target.Connect();
        here.Call("MSET", "a", "1", "b", "2", "c", "3");
        there.Call("SET", "b", "busy");
        Reply reply = here.Call("MIGRATE", "127.0.0.1", target.Port, "", 0, 5000, "KEYS", "a", "b", "c", "a");
        Assert.Equal("ERR Target instance replied with error: BUSYKEY Target key name already exists.", reply.Text);
        Assert.Equal("b", Assert.Single(here.Call("KEYS", "*").Items).Text);
        Assert.Equal("busy", there.Call("GET", "b").Text);
        Assert.Equal("3", there.Call("GET", "c").Text);
        string log = File.ReadAllText(Path.Combine(ours.Directory, "appendonlydir", "appendonly.aof.1.incr.aof"));
        Assert.EndsWith("*3\r\n$3\r\nDEL\r\n$1\r\na\r\n$1\r\nc\r\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_connection_that_died_is_opened_again()
    {
        using ServerProcess target = ServerProcess.StartOurs();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient here = ours.Connect();
        here.Call("MSET", "a", "1", "b", "2");
        Assert.Equal("OK", here.Call("MIGRATE", "127.0.0.1", target.Port, "a", 0, 5000).Text);
        target.Restart();
        Assert.Equal("OK", here.Call("MIGRATE", "127.0.0.1", target.Port, "b", 0, 5000).Text);
        using RespClient there = target.Connect();
        Assert.Equal("2", there.Call("GET", "b").Text);
        Assert.Equal("1", here.Info("stats", "migrate_cached_sockets"));
    }

    [Fact]
    public void A_target_that_is_silent_leaves_the_keys_where_they_are()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient here = ours.Connect();
        here.Call("SET", "k", "v");
        Reply reply = here.Call("MIGRATE", "127.0.0.1", port, "k", 0, 50);
        Assert.Equal("IOERR error or timeout reading to target instance", reply.Text);
        here.Call("SETRANGE", "big", 50_000_000, "x");
        here.Call("CONFIG", "SET", "rdbcompression", "no");
        reply = here.Call("MIGRATE", "127.0.0.1", port, "big", 0, 50);
        Assert.Equal("IOERR error or timeout writing to target instance", reply.Text);
        Assert.Equal(2, here.Call("DBSIZE").Integer);
        Assert.Equal("0", here.Info("stats", "migrate_cached_sockets"));
    }

    [Fact]
    public void It_works_inside_transactions_and_scripts()
    {
        using ServerProcess target = ServerProcess.StartOurs();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient here = ours.Connect(), there = target.Connect();
        here.Call("MSET", "a", "1", "b", "2");
        here.Call("MULTI");
        here.Call("MIGRATE", "127.0.0.1", target.Port, "a", 0, 5000);
        here.Call("EXISTS", "a");
        IReadOnlyList<Reply> replies = here.Call("EXEC").Items;
        Assert.Equal("OK", replies[0].Text);
        Assert.Equal(0, replies[1].Integer);
        Reply reply = here.Call("EVAL", "return redis.call('MIGRATE', '127.0.0.1', ARGV[1], KEYS[1], 0, 5000)", 1, "b", target.Port);
        Assert.Equal("OK", reply.Text);
        Assert.Equal(2, there.Call("DBSIZE").Integer);
    }
}
