using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>What we write is read by redis-server 7.0, and is the data set as it was when the save began.</summary>
public sealed class RealRedisTests
{
    private const string Check = "/usr/bin/redis-check-rdb";

    [Fact]
    public void Redis_loads_every_type_and_encoding_with_the_same_digest()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient client = ours.Connect();
        DataSet.Write(client, seed: 20261122);
        string digest = client.Call("DEBUG", "DIGEST").Text;
        Assert.Equal("OK", client.Call("SAVE").Text);
        AssertRedisLoads(redis, ours, digest);
        CheckFile(Path.Combine(ours.Directory, "dump.rdb"));

        Assert.Equal("OK", client.Call("DEBUG", "RELOAD").Text);
        Assert.Equal(digest, client.Call("DEBUG", "DIGEST").Text);
        ours.Restart();
        using RespClient again = ours.Connect();
        Assert.Equal(digest, again.Call("DEBUG", "DIGEST").Text);
    }

    [Fact]
    public void A_dump_is_the_same_bytes_where_the_encodings_agree()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient left = ours.Connect();
        using RespClient right = redis.Connect();
        DataSet.Write(left, seed: 5);
        DataSet.Write(right, seed: 5);

        // liblzf does not clear its table, so what it makes of a text depends a little on what came before.
        (int compared, int differing, string names) = Compare(left, right);
        Assert.True(differing < compared / 20, names);
        left.Call("CONFIG", "SET", "rdbcompression", "no");
        right.Call("CONFIG", "SET", "rdbcompression", "no");
        (compared, _, names) = Compare(left, right);
        Assert.Equal("", names);
        Assert.True(compared > 100);
    }

    private static (int Compared, int Differing, string Names) Compare(RespClient left, RespClient right)
    {
        int compared = 0;
        var differing = new List<string>();
        foreach (Reply key in right.Call("KEYS", "*").Items)
        {
            // Tables are walked in an order of their own.
            if (right.Call("OBJECT", "ENCODING", key.Bytes).Text == "hashtable") continue;
            compared++;
            if (!right.Call("DUMP", key.Bytes).Raw.SequenceEqual(left.Call("DUMP", key.Bytes).Raw)) differing.Add(key.Text);
        }

        return (compared, differing.Count, string.Join(' ', differing));
    }

    [Fact]
    public void A_background_save_under_writes_is_the_data_set_at_its_start()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs("--rdb-key-save-delay", "20");
        using RespClient client = ours.Connect();
        DataSet.Write(client, seed: 3);
        client.Call("SELECT", "0");
        client.Call("DEBUG", "POPULATE", "20000", "many", "200");
        client.Send("DEBUG", "DIGEST");
        client.Send("BGSAVE");
        string digest = client.Read().Text;
        Assert.Equal("Background saving started", client.Read().Text);
        var random = new Random(8);
        for (int i = 0; client.Info("persistence", "rdb_bgsave_in_progress") == "1"; i++)
        {
            for (int k = 0; k < 100; k++)
            {
                client.Send("SET", $"many:{random.Next(20000)}", $"changed {i}");
                client.Send("DEL", $"many:{random.Next(20000)}");
                client.Send("RPUSH", "l5000", "more");
                client.Send("HDEL", "h5000", $"f{random.Next(5000)}");
                client.Send("SET", $"new:{i}:{k}", "x");
            }

            client.ReadMany(500);
            if (i == 3) client.Call("SWAPDB", "3", "4");
            if (i == 5) client.Call("SELECT", "15");
            if (i == 5) client.Call("FLUSHDB");
            if (i == 5) client.Call("SELECT", "0");
        }

        Assert.Equal("ok", client.Info("persistence", "rdb_last_bgsave_status"));
        Assert.NotEqual("0", client.Info("persistence", "rdb_changes_since_last_save"));
        AssertRedisLoads(redis, ours, digest);
    }

    [Fact]
    public void Save_points_save_and_a_stop_saves()
    {
        using ServerProcess ours = ServerProcess.StartOurs("--save", "1 2");
        using RespClient client = ours.Connect();
        client.Call("MSET", "a", "1", "b", "2");
        client.Call("SET", "c", "3");
        var waited = Stopwatch.StartNew();
        while (client.Info("persistence", "rdb_changes_since_last_save") != "0" && waited.Elapsed < TimeSpan.FromSeconds(60))
        {
            Thread.Sleep(50);
        }

        Assert.Contains("2 changes in 1 seconds. Saving...", ours.Log, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(ours.Directory, "dump.rdb")), ours.Log);
        client.Call("SET", "d", "4");
        ours.Stop(TimeSpan.FromSeconds(30));
        ours.Launch();
        using RespClient again = ours.Connect();
        Assert.Equal("4", again.Call("GET", "d").Text);
    }

    [Fact]
    public void A_broken_file_ends_the_server_with_an_explanation()
    {
        using ServerProcess ours = ServerProcess.StartOurs();
        ours.Kill();
        File.WriteAllText(Path.Combine(ours.Directory, "dump.rdb"), "REDIS0010 nonsense");
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(ours.Launch);
        Assert.Contains("ended with 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Fatal error loading the DB", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertRedisLoads(ServerProcess redis, ServerProcess ours, string digest)
    {
        File.Copy(Path.Combine(ours.Directory, "dump.rdb"), Path.Combine(redis.Directory, "dump.rdb"), overwrite: true);
        using RespClient client = redis.Connect();
        Reply loaded = client.Call("DEBUG", "RELOAD", "NOSAVE");
        Assert.False(loaded.IsError, redis.Log);
        Assert.Equal(digest, client.Call("DEBUG", "DIGEST").Text);
    }

    private static void CheckFile(string path)
    {
        if (!File.Exists(Check)) return;
        var start = new ProcessStartInfo(Check, [path]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && output.Contains("RDB looks OK", StringComparison.Ordinal), output);
    }
}
