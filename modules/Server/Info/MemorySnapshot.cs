using System.Globalization;
using ModularKv.Abstractions;

namespace ModularKv.Server.Info;

/// <summary>The server's memory at one moment, in the terms that INFO memory, MEMORY STATS and MEMORY DOCTOR share.</summary>
internal readonly struct MemorySnapshot
{
    private static readonly string[] OverheadParts = ["tables", "clients", "managed"];

    /// <summary>Reads it. Walks the clients: not for the hot path.</summary>
    public MemorySnapshot(IServer server)
    {
        Used = server.Memory.UsedBytes;
        Peak = Math.Max(Used, server.Memory.PeakBytes);
        Startup = server.Memory.StartupBytes;
        Fragmented = server.Memory.FragmentedBytes;
        Resident = Environment.WorkingSet;
        Parts = server.Memory.Breakdown();
        foreach (Client client in server.Clients.All)
        {
            bool isReplica = client.Flags.HasFlag(ClientFlags.Replica) && !client.Flags.HasFlag(ClientFlags.Monitor);
            if (isReplica) ReplicaClients += client.MemoryBytes; else NormalClients += client.MemoryBytes;
        }

        // The managed heap's share does not come from the allocator.
        Allocated = Math.Max(0, Used - Parts.GetValueOrDefault("managed"));
        Active = Allocated + Fragmented;
        Committed = Math.Max(Active, server.Memory.CommittedBytes);
        foreach (string part in OverheadParts) Overhead += Parts.GetValueOrDefault(part);
        Overhead = Math.Clamp(Overhead, Math.Min(Startup, Used), Used);
        Dataset = Used - Overhead;
        for (int i = 0; i < server.Databases.Count; i++) Keys += server.Databases.CountOf(i);
    }

    public long Used { get; }

    public long Peak { get; }

    public long Startup { get; }

    /// <summary>In use, of what the allocator handed out.</summary>
    public long Allocated { get; }

    /// <summary>That, and what only evacuation frees.</summary>
    public long Active { get; }

    /// <summary>Taken from the system by the allocator.</summary>
    public long Committed { get; }

    /// <summary>What evacuation could give back.</summary>
    public long Fragmented { get; }

    /// <summary>The process's resident memory.</summary>
    public long Resident { get; }

    /// <summary>All that is not keys and values: tables, client buffers, the managed heap.</summary>
    public long Overhead { get; }

    public long Dataset { get; }

    public long Keys { get; }

    public long NormalClients { get; }

    public long ReplicaClients { get; }

    public IReadOnlyDictionary<string, long> Parts { get; }

    /// <summary>The data's share of what was allocated since the start, in percent.</summary>
    public double DatasetPercent => Used > Startup ? 100.0 * Dataset / (Used - Startup) : 0;

    public double PeakPercent => Peak > 0 ? 100.0 * Used / Peak : 0;

    /// <summary>Quotient that is 0 instead of infinite.</summary>
    public static double Ratio(long of, long to) => to > 0 ? (double)of / to : 0;

    /// <summary>1.50M and the like. Source: bytesToHuman.</summary>
    public static string Human(long bytes)
    {
        const string Units = "KMGTP";
        if (bytes < 1024) return bytes.ToString(CultureInfo.InvariantCulture) + "B";
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit + 1 < Units.Length)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString("F2", CultureInfo.InvariantCulture) + Units[unit];
    }
}
