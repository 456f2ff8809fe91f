using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>What redis-server writes, or reads, is read here to the same data set.</summary>
public sealed class RedisFilesTests
{
    [Theory]
    [InlineData("yes", "-2", "128")]
    [InlineData("no", "-1", "128")]
    [InlineData("no", "3", "0")]
    [InlineData("yes", "-5", "1000000")]
    public void What_redis_saves_is_loaded(string compression, string nodes, string entries)
    {
        using ServerProcess redis = ServerProcess.StartRedis("--rdbcompression", compression, "--list-max-listpack-size", nodes,
            "--hash-max-listpack-entries", entries, "--zset-max-listpack-entries", entries, "--set-max-intset-entries", entries);
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient from = redis.Connect(), to = ours.Connect();
        foreach (object[] command in Samples.Commands()) Assert.False(from.Call(command).IsError, $"{command[0]} {command[1]}");
        Assert.Equal("OK", from.Call("SAVE").Text);
        File.Copy(Path.Combine(redis.Directory, "dump.rdb"), Path.Combine(ours.Directory, "dump.rdb"), overwrite: true);
        Reload(to, ours);
        Assert.Equal(from.Call("DEBUG", "DIGEST").Text, to.Call("DEBUG", "DIGEST").Text);
        Assert.Equal(from.Call("DBSIZE").Text, to.Call("DBSIZE").Text);
        Assert.InRange(to.Call("PTTL", "s:expires").Integer, 90_000_000, 100_000_000);
    }

    [Fact]
    public void What_redis_dumps_is_restored()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs("--sanitize-dump-payload", "yes");
        using RespClient from = redis.Connect(), to = ours.Connect();
        foreach (object[] command in Samples.Commands()) from.Call(command);
        foreach (Reply key in from.Call("KEYS", "*").Items)
        {
            long ttl = Math.Max(0, from.Call("PTTL", key.Bytes).Integer);
            Reply restored = to.Call("RESTORE", key.Bytes, ttl.ToString(CultureInfo.InvariantCulture), from.Call("DUMP", key.Bytes).Bytes);
            Assert.True(restored.Text == "OK", $"{key.Text}: {restored}");
            string theirs = from.Call("DEBUG", "DIGEST-VALUE", key.Bytes).Items[0].Text;
            Assert.Equal(theirs, to.Call("DEBUG", "DIGEST-VALUE", key.Bytes).Items[0].Text);
        }
    }

    [Fact]
    public void Forms_of_old_versions_are_read_as_redis_reads_them()
    {
        ImageBuilder image = new();
        foreach ((string name, byte[] value) in Samples.Old()) image.Key(value[0], name).Bytes(value.AsSpan(1));
        byte[] bytes = image.End();
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient from = redis.Connect(), to = ours.Connect();
        File.WriteAllBytes(Path.Combine(redis.Directory, "dump.rdb"), bytes);
        File.WriteAllBytes(Path.Combine(ours.Directory, "dump.rdb"), bytes);
        Reload(from, redis);
        Reload(to, ours);
        foreach ((string name, byte[] _) in Samples.Old())
        {
            Assert.Equal(from.Call("TYPE", name).Text, to.Call("TYPE", name).Text);
            string theirs = from.Call("DEBUG", "DIGEST-VALUE", name).Items[0].Text;
            Assert.True(theirs == to.Call("DEBUG", "DIGEST-VALUE", name).Items[0].Text, name);
        }
    }

    /// <summary>The suite's own files, where a copy of it is at hand: they are not part of this repository.</summary>
    [Fact]
    public void The_suites_files_are_read_as_redis_reads_them()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string assets = Path.Combine(home, ".cache", "modularkv-suites", "7.0.15", "tests", "assets");
        if (!Directory.Exists(assets)) Assert.Skip("the Tcl suite has not been fetched");
        foreach (string file in Directory.GetFiles(assets, "*.rdb"))
        {
            // Refused by both, which ends a Redis.
            if (file.EndsWith("corrupt_ziplist.rdb", StringComparison.Ordinal)) continue;
            using ServerProcess redis = ServerProcess.StartRedis();
            using ServerProcess ours = ServerProcess.StartOurs();
            using RespClient from = redis.Connect(), to = ours.Connect();
            File.Copy(file, Path.Combine(redis.Directory, "dump.rdb"));
            File.Copy(file, Path.Combine(ours.Directory, "dump.rdb"));
            Reload(from, redis);
            Reload(to, ours);
            Assert.Equal(from.Call("DEBUG", "DIGEST").Text, to.Call("DEBUG", "DIGEST").Text);
            Assert.Equal(from.Call("DBSIZE").Text, to.Call("DBSIZE").Text);
        }
    }

    internal static void Reload(RespClient client, ServerProcess server)
    {
        Reply reply = client.Call("DEBUG", "RELOAD", "NOSAVE");
        Assert.True(reply.Text == "OK", $"{reply}\n{server.Log}");
    }
}
