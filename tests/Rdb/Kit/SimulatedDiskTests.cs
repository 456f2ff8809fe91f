using ModularKv.Abstractions;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Kit;

public sealed class SimulatedDiskTests
{
    [Fact]
    public void A_crash_keeps_what_was_synced_and_a_part_of_the_rest()
    {
        var lengths = new HashSet<int>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            var disk = new SimulatedDisk(seed);
            using (DataFile file = disk.Create("a"))
            {
                file.Write("hello"u8);
                file.Sync();
                disk.SyncDirectory("");
                file.Write("world"u8);
                disk.Crash();
                file.Write("lost"u8);
            }

            byte[] left = disk.ReadAll("a");
            Assert.StartsWith("hello", System.Text.Encoding.ASCII.GetString(left), StringComparison.Ordinal);
            Assert.True("helloworld"u8.StartsWith(left));
            lengths.Add(left.Length);
        }

        Assert.Equal([5, 6, 7, 8, 9, 10], lengths.Order());
    }

    [Fact]
    public void A_rename_is_whole_or_not_at_all()
    {
        var found = new HashSet<string>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.Put("dump", "old"u8);
            using (DataFile file = disk.Create("temp"))
            {
                file.Write("new"u8);
                file.Sync();
            }

            disk.Rename("temp", "dump");
            disk.Crash();
            found.Add(System.Text.Encoding.ASCII.GetString(disk.ReadAll("dump")));
        }

        Assert.Equal(["new", "old"], found.Order());
    }

    [Fact]
    public void Calls_fail_when_told_to()
    {
        var disk = new SimulatedDisk(1);
        disk.FailOnce(DiskOperation.Write, 2);
        using DataFile file = disk.Create("a");
        file.Write("1"u8);
        Assert.Throws<IOException>(() => file.Write("2"u8));
        file.Write("3"u8);
        disk.CapacityBytes = 4;
        Assert.Throws<IOException>(() => file.Write("4567"u8));
        Assert.Equal("1345"u8.ToArray(), disk.ReadAll("a"));
        Assert.Equal(["a"], disk.List(""));
    }
}
