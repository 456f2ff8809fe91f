using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Aof.Manifest;
using ModularKv.Aof.Writing;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>Writer and manifest on a disk that loses, tears and fails, from seeds.</summary>
public sealed class CrashSimulationTests
{
    /// <summary>Seeds per policy; a variable of that name asks for more.</summary>
    private static readonly int Runs =
        int.TryParse(Environment.GetEnvironmentVariable("MODULARKV_AOF_SEEDS"), out int runs) ? runs : 1500;

    [Theory]
    [InlineData("always")]
    [InlineData("everysec")]
    [InlineData("no")]
    public void What_was_promised_is_there_after_a_crash(string policy)
    {
        for (int seed = 1; seed <= Runs; seed++) Run(seed, policy);
    }

    // A log of numbered commands over several increments; then power is lost, or the process killed.
    private static void Run(int seed, string policy)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk((ulong)seed);
        var host = new SimulatedHost
        {
            PolicyNow = policy switch { "always" => FsyncPolicy.Always, "no" => FsyncPolicy.No, _ => FsyncPolicy.EverySecond },
            HasTimestamps = random.Next(4) == 0,
        };
        var store = new ManifestStore(disk, host, "dir", "a.aof");
        var manifest = new AofManifest();
        var writer = new LogWriter(host);
        Assert.True(store.TryCreateDirectory());
        Next(disk, store, writer, ref manifest);
        var appended = new List<(long Number, long AtMs, long Offset)>();
        long written = 0;
        try
        {
            if (random.Next(3) == 0) disk.CapacityBytes = random.Next(200, 20_000);
            if (random.Next(3) == 0) disk.FailOnce((DiskOperation)random.Next(8), random.Next(1, 40));
            int steps = random.Next(1, 60);
            for (int step = 0; step < steps; step++)
            {
                Step(random, host, disk, store, writer, ref manifest, appended);
                if (writer.BufferedBytes == 0) written = appended.Count;
            }
        }
        catch (SimulatedHost.ExitException)
        {
            Assert.Equal("always", policy);
        }

        disk.Fault = null;
        disk.CapacityBytes = long.MaxValue;
        long synced = appended.Count(a => a.Offset <= writer.SyncedOffset);
        bool isPower = random.Next(2) == 0;
        if (isPower) disk.Crash(); else disk.Kill();
        long found = Replay(disk, host, seed, policy, mayLackTail: isPower && policy != "always");
        long promised = isPower ? synced : Math.Max(written, synced);
        Assert.True(found >= promised, $"seed {seed}, {policy}: {found} of {appended.Count} commands found, {promised} were promised");
        Assert.True(found <= appended.Count, $"seed {seed}, {policy}: more commands than were written");
    }

    private static void Step(
        Random random, SimulatedHost host, SimulatedDisk disk, ManifestStore store, LogWriter writer, ref AofManifest manifest,
        List<(long Number, long AtMs, long Offset)> appended)
    {
        switch (random.Next(8))
        {
            case 0:
                host.RunJob();
                break;
            case 1:
                host.TimeMs += random.Next(1500);
                writer.Flush(force: false);
                break;
            case 2 when random.Next(4) == 0:
                writer.ForgetDatabase();
                writer.Flush(force: true);
                if (writer.BufferedBytes == 0) Next(disk, store, writer, ref manifest);
                break;
            default:
                for (int i = random.Next(1, 6); i > 0; i--)
                {
                    string text = appended.Count.ToString(CultureInfo.InvariantCulture) + new string('x', random.Next(80));
                    byte[] command = Encoding.ASCII.GetBytes($"*2\r\n$3\r\nADD\r\n${text.Length}\r\n{text}\r\n");
                    writer.Append(random.Next(2), command, host.TimeMs);
                    host.OffsetNow += command.Length;
                    appended.Add((appended.Count, host.TimeMs, host.OffsetNow));
                }

                writer.Flush(force: false);
                if (host.Policy != FsyncPolicy.Always || writer.BufferedBytes > 0) break;
                Assert.Equal(host.Offset, writer.SyncedOffset);
                break;
        }
    }

    // As a rewrite does: the manifest first, then the file is written to.
    private static void Next(SimulatedDisk disk, ManifestStore store, LogWriter writer, ref AofManifest manifest)
    {
        AofManifest next = manifest.Copy();
        try
        {
            DataFile file = disk.Create(store.PathOf(next.NextIncrement("a.aof").Name));
            if (!store.TryPersist(next)) return;
            writer.Open(file, 0);
            manifest = next;
        }
        catch (IOException)
        {
            // Refused by the disk: the log goes on in the old file.
        }
    }

    /// <summary>Reads the log as a loader does; the last file may end within a command.</summary>
    /// <remarks>
    /// A file that the log went over from is synced off the loop: when power is lost before that, its end may lack while something of the
    /// next file is there, as with Redis. Nothing of that was promised.
    /// </remarks>
    private static long Replay(SimulatedDisk disk, SimulatedHost host, int seed, string policy, bool mayLackTail)
    {
        var store = new ManifestStore(disk, host, "dir", "a.aof");
        AofManifest manifest = store.Load();
        long expected = 0;
        AofPart[] parts = [.. manifest.Parts];
        for (int i = 0; i < parts.Length; i++)
        {
            byte[] bytes = disk.ReadAll(store.PathOf(parts[i].Name));
            int at = 0;
            while (TryCommand(bytes, ref at, out string? added))
            {
                if (added is null) continue;
                int digits = added.IndexOf('x');
                long number = long.Parse(digits < 0 ? added : added[..digits], CultureInfo.InvariantCulture);
                if (number > expected && i > 0 && mayLackTail) return expected;
                Assert.True(number == expected, $"seed {seed}, {policy}: command {number} where {expected} belongs");
                expected++;
            }

            // Cut off is what the loader refuses but in the last file; what follows it would be a hole.
            if (at < bytes.Length) return expected;
        }

        return expected;
    }

    private static bool TryCommand(byte[] bytes, ref int at, out string? added)
    {
        added = null;
        int p = at;
        if (p < bytes.Length && bytes[p] == '#')
        {
            int end = Array.IndexOf(bytes, (byte)'\n', p);
            if (end < 0) return false;
            at = end + 1;
            return true;
        }

        if (!TryNumber(bytes, ref p, '*', out int count)) return false;
        string[] words = new string[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryNumber(bytes, ref p, '$', out int length) || p + length + 2 > bytes.Length) return false;
            words[i] = Encoding.ASCII.GetString(bytes, p, length);
            p += length + 2;
        }

        if (words[0] == "ADD") added = words[1];
        at = p;
        return true;
    }

    private static bool TryNumber(byte[] bytes, ref int at, char mark, out int number)
    {
        number = 0;
        if (at >= bytes.Length) return false;
        Assert.Equal(mark, (char)bytes[at]);
        int end = Array.IndexOf(bytes, (byte)'\n', at);
        if (end < 0) return false;
        number = int.Parse(Encoding.ASCII.GetString(bytes, at + 1, end - at - 2), CultureInfo.InvariantCulture);
        at = end + 1;
        return true;
    }
}
