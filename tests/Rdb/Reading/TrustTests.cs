using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>Whose payloads are checked deeply, and the count of that.</summary>
public sealed class TrustTests
{
    /// <summary>The same as redis-server counts, for clients with the flag and without.</summary>
    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    [InlineData("clients")]
    public void Deep_checks_are_counted_as_redis_counts_them(string sanitize)
    {
        using ServerProcess redis = ServerProcess.StartRedis("--sanitize-dump-payload", sanitize);
        using ServerProcess ours = ServerProcess.StartOurs("--sanitize-dump-payload", sanitize);
        List<long> counted = [];
        foreach (ServerProcess server in (ServerProcess[])[redis, ours])
        {
            using RespClient client = server.Connect();
            byte[][] payloads = Payloads(client);
            client.Call("ACL", "SETUSER", "trusted", "on", "nopass", "~*", "&*", "+@all", "skip-sanitize-payload");
            client.Call("ACL", "SETUSER", "other", "on", "nopass", "~*", "&*", "+@all", "sanitize-payload");
            foreach (string user in (string[])["default", "trusted", "other"])
            {
                Assert.Equal("OK", client.Call("AUTH", user, "any").Text);
                foreach (byte[] payload in payloads) Assert.Equal("OK", client.Call("RESTORE", "copy", 0, payload, "REPLACE").Text);
                counted.Add(Count(client));
            }

            Assert.Equal("OK", client.Call("CONFIG", "RESETSTAT").Text);
            Assert.Equal(0, Count(client));
        }

        Assert.Equal(counted[..3], counted[3..]);
        Assert.Equal(sanitize == "no", counted[2] == 0);
    }

    [Fact]
    public void Resetting_statistics_forgets_saves()
    {
        using ServerProcess ours = ServerProcess.StartOurs("--appendonly", "yes");
        using RespClient client = ours.Connect();
        Assert.Equal("OK", client.Call("SAVE").Text);
        Assert.Equal("1", client.Info("persistence", "rdb_saves"));
        Assert.Equal("OK", client.Call("CONFIG", "RESETSTAT").Text);
        Assert.Equal("0", client.Info("persistence", "rdb_saves"));
        Assert.Equal("0", client.Info("persistence", "aof_rewrites"));
    }

    /// <summary>With rdb-version 11 a consumer's active time survives; with 10 there is no place for it.</summary>
    [Theory]
    [InlineData(10, 19, 2)]
    [InlineData(11, 21, 20)]
    [InlineData(12, 21, 20)]
    public void Newer_versions_have_newer_forms(int version, byte stream, byte set)
    {
        using ServerProcess ours = ServerProcess.StartOurs(
            "--rdb-version", version.ToString(CultureInfo.InvariantCulture), "--set-max-listpack-entries", "128");
        using RespClient client = ours.Connect();
        client.Call("XADD", "stream", "1-1", "f", "v");
        client.Call("XGROUP", "CREATE", "stream", "g", "0");
        client.Call("XGROUP", "CREATECONSUMER", "stream", "g", "idle");
        client.Call("SADD", "set", "a", "b", "3");
        string digest = client.Call("DEBUG", "DIGEST").Text;
        byte[] dump = client.Call("DUMP", "stream").Bytes;
        Assert.Equal(stream, dump[0]);
        Assert.Equal(version, dump[^10]);
        Assert.Equal(set, client.Call("DUMP", "set").Bytes[0]);
        Assert.Equal("OK", client.Call("DEBUG", "RELOAD").Text);
        Assert.Equal(digest, client.Call("DEBUG", "DIGEST").Text);
        Reply consumer = client.Call("XINFO", "CONSUMERS", "stream", "g").Items[0];
        int inactive = consumer.Items.Select(item => item.Text).ToList().IndexOf("inactive");
        Assert.Equal(version >= 11, consumer.Items[inactive + 1].Integer == -1);
    }

    [Fact]
    public void A_save_that_is_made_to_fail_is_tried_again()
    {
        using ServerProcess ours = ServerProcess.StartOurs("--rdb-key-save-delay", "1000000");
        using RespClient client = ours.Connect();
        client.Call("DEBUG", "POPULATE", 100);
        client.Call("BGSAVE");
        Assert.Equal("OK", client.Call("DEBUG", "FAIL-SAVE").Text);
        while (client.Info("persistence", "rdb_bgsave_in_progress") == "1") Thread.Sleep(1);
        Assert.Equal("err", client.Info("persistence", "rdb_last_bgsave_status"));
        client.Call("CONFIG", "SET", "rdb-key-save-delay", "0");
        client.Call("BGSAVE");
        while (client.Info("persistence", "rdb_bgsave_in_progress") == "1") Thread.Sleep(1);
        Assert.Equal("ok", client.Info("persistence", "rdb_last_bgsave_status"));
    }

    private static long Count(RespClient client)
        => long.Parse(client.Info("stats", "dump_payload_sanitizations"), CultureInfo.InvariantCulture);

    private static byte[][] Payloads(RespClient client)
    {
        client.Call("SET", "text", "v");
        client.Call("HSET", "hash", "f", "v");
        client.Call("ZADD", "scores", "1", "a");
        client.Call("SADD", "numbers", "1", "2");
        client.Call("SADD", "words", "a");
        client.Call("CONFIG", "SET", "list-max-listpack-size", "2");
        client.Call("RPUSH", "list", "a", "b", "c", "d", "e");
        client.Call("CONFIG", "SET", "stream-node-max-entries", "2");
        for (int i = 1; i <= 5; i++) client.Call("XADD", "stream", $"{i}-1", "f", "v");
        string[] keys = ["text", "hash", "scores", "numbers", "words", "list", "stream"];
        return [.. keys.Select(key => client.Call("DUMP", key).Bytes)];
    }
}
