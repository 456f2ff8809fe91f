namespace ModularKv.Host.Keyspace;

/// <summary>Settings of a keyspace that do not change while the server runs.</summary>
internal sealed class KeyspaceOptions
{
    // From here on, a database's share of the address space is what matters: 47 bits for all of them.
    private const int ManyDatabases = 64;
    private const long FewTableBytes = Memory.KeyTable.DefaultReserveBytes;
    private const long ManyTableBytes = 1L << 30;
    private const long ManyHeapBytes = 4L << 30;

    /// <summary>Number of databases (directive "databases").</summary>
    public int Databases { get; init; } = 16;

    /// <summary>Guard bytes and poison in all heaps: tests.</summary>
    public bool Checking { get; init; }

    /// <summary>Ask the system for huge pages.</summary>
    public bool HugePages { get; init; } = true;

    /// <summary>Start of the random sequence.</summary>
    public ulong Seed { get; init; }

    /// <summary>Monotonic microseconds, for time budgets.</summary>
    public Func<long> MonotonicMicros { get; init; } = () => (long)System.Diagnostics.Stopwatch.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>
    /// Address space for one database's table. With many databases, chains lengthen beyond 80 million keys in one of them.
    /// </summary>
    public long TableReserveBytes => Databases <= ManyDatabases ? FewTableBytes : ManyTableBytes;

    /// <summary>Address space for one database's record heap; 0: its own choice. Beyond it, records come from the C library.</summary>
    public long HeapReserveBytes => Databases <= ManyDatabases ? 0 : ManyHeapBytes;
}
