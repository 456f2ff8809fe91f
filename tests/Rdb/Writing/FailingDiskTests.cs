using ModularKv.Abstractions;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>Saving on a disk that fails: the old file stays whole, the status says it, the next save goes through.</summary>
public sealed class FailingDiskTests
{
    private const string File = "dump.rdb";

    public static TheoryData<DiskOperation, int> Faults => new()
    {
        { DiskOperation.Create, 1 }, { DiskOperation.Write, 1 }, { DiskOperation.Write, 3 }, { DiskOperation.Sync, 1 },
        { DiskOperation.Rename, 1 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_failing_call_leaves_the_old_file(DiskOperation operation, int number)
    {
        var disk = new SimulatedDisk(17);
        using var server = new LocalServer(disk, "--save", "3600 1");
        Fill(server, 4);
        Assert.Equal("+OK", server.Call("SAVE"));
        byte[] before = disk.ReadAll(File);
        Fill(server, 7);
        string changes = server.Info("rdb_changes_since_last_save");

        disk.FailOnce(operation, number);
        BackgroundSave(server);
        Assert.Equal("err", server.Info("rdb_last_bgsave_status"));
        Assert.Equal(before, disk.ReadAll(File));
        Assert.Equal([File], disk.List(""));
        Assert.Equal(changes, server.Info("rdb_changes_since_last_save"));
        Assert.StartsWith("MISCONF", server.Server.Writes.Refusal, StringComparison.Ordinal);

        disk.FailOnce(operation, number);
        Assert.StartsWith("-ERR", server.Call("SAVE"), StringComparison.Ordinal);
        Assert.Equal(before, disk.ReadAll(File));

        disk.Fault = null;
        BackgroundSave(server);
        Assert.Equal("ok", server.Info("rdb_last_bgsave_status"));
        Assert.Equal("0", server.Info("rdb_changes_since_last_save"));
        Assert.Null(server.Server.Writes.Refusal);
        Assert.NotEqual(before, disk.ReadAll(File));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file()
    {
        var disk = new SimulatedDisk(18);
        using var server = new LocalServer(disk);
        Fill(server, 4);
        Assert.Equal("+OK", server.Call("SAVE"));
        byte[] before = disk.ReadAll(File);
        disk.CapacityBytes = before.Length + 100_000;
        BackgroundSave(server);
        Assert.Equal("err", server.Info("rdb_last_bgsave_status"));
        Assert.Equal(before, disk.ReadAll(File));

        // Without save points nobody relies on snapshots: writes go on.
        Assert.Null(server.Server.Writes.Refusal);
    }

    [Fact]
    public void After_a_crash_there_is_the_old_file_or_the_new_one()
    {
        bool old = false, young = false;
        for (ulong seed = 0; seed < 12; seed++)
        {
            var disk = new SimulatedDisk(seed);
            using (var server = new LocalServer(disk))
            {
                server.Call("SET", "k", "old");
                Assert.Equal("+OK", server.Call("SAVE"));
                server.Call("SET", "k", "new");
                int last = disk.Calls + (int)(seed % 7);
                disk.Fault = call => call.Number == last + 1 ? Crashing(disk) : null;
                server.Call("SAVE");
                disk.Fault = null;
                disk.Crash();
            }

            using var next = new LocalServer(disk);
            Assert.True(next.LoadDataset());
            string found = next.Call("GET", "k");
            old |= found.EndsWith("old", StringComparison.Ordinal);
            young |= found.EndsWith("new", StringComparison.Ordinal);
            Assert.Matches("(old|new)$", found);
        }

        Assert.True(old && young);
    }

    [Fact]
    public void Flushing_everything_ends_a_save_and_writes_an_empty_file()
    {
        var disk = new SimulatedDisk(19);
        using var server = new LocalServer(disk, "--save", "3600 1", "--rdb-key-save-delay", "100000000");
        Fill(server, 2);
        Assert.StartsWith("+Background saving started", server.Call("BGSAVE"), StringComparison.Ordinal);
        Assert.Equal("1", server.Info("rdb_bgsave_in_progress"));
        Assert.StartsWith("-ERR Background save already in progress", server.Call("BGSAVE"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR Background save already in progress", server.Call("SAVE"), StringComparison.Ordinal);
        server.Call("CONFIG", "SET", "rdb-key-save-delay", "0");
        server.Call("FLUSHALL");
        server.RunUntil(() => disk.Exists(File));
        Assert.Equal("0", server.Info("rdb_bgsave_in_progress"));
        Assert.Equal("ok", server.Info("rdb_last_bgsave_status"));
        Assert.Equal([File], disk.List(""));
        using var next = new LocalServer(disk);
        Assert.True(next.LoadDataset());
        Assert.Equal(":0", next.Call("DBSIZE"));
    }

    private static IOException Crashing(SimulatedDisk disk)
    {
        disk.Kill();
        return new IOException("the machine is gone");
    }

    private static void Fill(LocalServer server, int megabytes)
    {
        var random = new Random(megabytes);
        byte[] noise = new byte[100_000];
        for (int i = 0; i < megabytes * 10; i++)
        {
            random.NextBytes(noise);
            server.Call("SET", $"k{i}", System.Text.Encoding.Latin1.GetString(noise));
        }
    }

    private static void BackgroundSave(LocalServer server)
    {
        Assert.StartsWith("+Background saving started", server.Call("BGSAVE"), StringComparison.Ordinal);
        server.RunUntil(() => server.Info("rdb_bgsave_in_progress") == "0");
    }
}
