using ModularKv.Abstractions;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>A disk that stands still: the walk rests, old values gather up to a limit, and then the save is given up.</summary>
public sealed class QueueLimitTests
{
    private const int ValueBytes = 1 << 20;

    [Fact]
    public void The_walk_rests_while_the_disk_stands_still()
    {
        using Stall stall = new();
        using var server = new LocalServer(stall.Disk);
        Fill(server, 40);
        server.Call("BGSAVE");
        int rounds = 0;
        server.RunUntil(() => rounds++ == 300);
        Assert.Equal("1", server.Info("rdb_bgsave_in_progress"));
        Assert.InRange(long.Parse(server.Info("current_cow_peak")), 3 << 20, 6 << 20);
        Assert.InRange(int.Parse(server.Info("current_save_keys_processed")), 4, 12);
        stall.End();
        server.RunUntil(() => server.Info("rdb_bgsave_in_progress") == "0");
        Assert.Equal("ok", server.Info("rdb_last_bgsave_status"));
    }

    [Theory]
    [InlineData("BGSAVE")]
    [InlineData("BGREWRITEAOF")]
    public void Old_values_beyond_the_limit_end_it_and_nothing_else(string command)
    {
        const int Keys = 300;
        using Stall stall = new();
        using var server = new LocalServer(stall.Disk, "--aof-use-rdb-preamble", "no");
        Fill(server, Keys);
        Assert.StartsWith("+Background", server.Call(command), StringComparison.Ordinal);
        for (int i = 0; i < Keys; i++) Assert.Equal($":{ValueBytes}", server.Call("SETRANGE", $"k{i}", "0", "new"));
        stall.End();
        server.RunUntil(() => server.Info("rdb_bgsave_in_progress") == "0" && server.Info("aof_rewrite_in_progress") == "0");
        Assert.Equal("err", server.Info(command == "BGSAVE" ? "rdb_last_bgsave_status" : "aof_last_bgrewrite_status"));
        Assert.Empty(stall.Disk.List(""));
        if (command == "BGSAVE") Assert.InRange(long.Parse(server.Info("rdb_last_cow_size")), 256L << 20, 260L << 20);
        Assert.StartsWith("$3", server.Call("GETRANGE", $"k{Keys - 1}", "0", "2"), StringComparison.Ordinal);
        Assert.Equal("+OK", server.Call("SAVE"));
    }

    [Theory]
    [InlineData("BGSAVE")]
    [InlineData("BGREWRITEAOF")]
    public void A_value_above_the_limit_is_saved(string command)
    {
        var disk = new SimulatedDisk(3);
        using var server = new LocalServer(disk, "--aof-use-rdb-preamble", "yes", "--proto-max-bulk-len", "1gb");
        server.Call("SETRANGE", "large", (300 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture), "x");
        server.Call("SET", "small", "x");
        server.Call(command);
        server.RunUntil(() => server.Info("rdb_bgsave_in_progress") == "0" && server.Info("aof_rewrite_in_progress") == "0");
        Assert.Equal("ok", server.Info(command == "BGSAVE" ? "rdb_last_bgsave_status" : "aof_last_bgrewrite_status"));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    public void Save_completes_a_rewrite_first(string preamble)
    {
        var disk = new SimulatedDisk(4);
        using var server = new LocalServer(disk, "--aof-use-rdb-preamble", preamble);
        Fill(server, 20);
        Assert.StartsWith("+Background append only file rewriting", server.Call("BGREWRITEAOF"), StringComparison.Ordinal);
        Assert.Equal("1", server.Info("aof_rewrite_in_progress"));
        Assert.Equal("+OK", server.Call("SAVE"));
        Assert.Equal("0", server.Info("aof_rewrite_in_progress"));
        Assert.Equal("ok", server.Info("aof_last_bgrewrite_status"));
        Assert.True(disk.Exists("dump.rdb"));
        server.Call("BGSAVE");
        Assert.Equal("-ERR Background save already in progress", server.Call("SAVE"));
        server.RunUntil(() => server.Info("rdb_bgsave_in_progress") == "0");
        Assert.Equal("ok", server.Info("rdb_last_bgsave_status"));
    }

    [Fact]
    public void A_background_save_keeps_its_directory()
    {
        using ServerProcess server = ServerProcess.StartOurs("--rdb-key-save-delay", "2000", "--enable-protected-configs", "yes");
        using RespClient client = server.Connect();
        for (int i = 0; i < 200; i++) client.Call("SET", $"k{i}", "x");
        string other = Directory.CreateDirectory(Path.Combine(server.Directory, "other")).FullName;
        client.Call("BGSAVE");
        Assert.Equal("OK", client.Call("CONFIG", "SET", "dir", other).Text);
        Assert.Equal("1", client.Info("persistence", "rdb_bgsave_in_progress"));
        client.Call("CONFIG", "SET", "rdb-key-save-delay", "0");
        while (client.Info("persistence", "rdb_bgsave_in_progress") == "1") Thread.Sleep(10);
        Assert.Equal("ok", client.Info("persistence", "rdb_last_bgsave_status"));
        Assert.True(File.Exists(Path.Combine(server.Directory, "dump.rdb")));
        Assert.Empty(Directory.GetFiles(other));
        client.Call("SAVE");
        Assert.True(File.Exists(Path.Combine(other, "dump.rdb")));
    }

    // Noise: what compresses well is written before the disk is asked much.
    private static void Fill(LocalServer server, int keys)
    {
        byte[] noise = new byte[ValueBytes];
        new Random(1).NextBytes(noise);
        string value = System.Text.Encoding.Latin1.GetString(noise);
        for (int i = 0; i < keys; i++) server.Call("SET", $"k{i}", value);
    }

    /// <summary>A disk whose writes wait for the end of the stall.</summary>
    private sealed class Stall : IDisposable
    {
        private readonly ManualResetEventSlim _over = new();

        public Stall() => Disk.Fault = call =>
        {
            if (call.Operation == DiskOperation.Write) _over.Wait();
            return null;
        };

        public SimulatedDisk Disk { get; } = new(2);

        public void End() => _over.Set();

        public void Dispose()
        {
            End();
            Disk.Fault = null;
            _over.Dispose();
        }
    }
}
