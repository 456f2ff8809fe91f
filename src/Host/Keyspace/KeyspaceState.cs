using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Keyspace;

/// <summary>Who must be told before an existing record changes.</summary>
[Flags]
internal enum KeyspaceHooks
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>A snapshot walk is active.</summary>
    Snapshot = 1,

    /// <summary>An observer wants old values.</summary>
    OldValues = 2,
}

/// <summary>What all databases of a server share: clock, counters, switches.</summary>
internal sealed class KeyspaceState : IDisposable
{
    private KeyspaceHooks _hooks;

    /// <summary>Makes the shared part of a keyspace.</summary>
    public KeyspaceState(KeyspaceOptions options, ServerStatistics statistics, IKeyspaceSink sink)
    {
        Options = options;
        Statistics = statistics;
        Sink = sink;
        Observers = new KeyObservers(this);
        Types = new DataTypes(this);
        Background = new BackgroundFree();
        LazyFree = new LazyFree(this);
        Snapshots = new SnapshotWalk(this, new ChunkPool());
        Blocks = new MemoryHeap("blocks", new MemoryHeapOptions { Checking = options.Checking, HugePages = options.HugePages });
        Random = options.Seed;
    }

    /// <summary>Fixed settings.</summary>
    public KeyspaceOptions Options { get; }

    /// <summary>Time and access clocks.</summary>
    public KeyspaceClock Clock { get; } = new();

    /// <summary>The server's counters.</summary>
    public ServerStatistics Statistics { get; }

    /// <summary>Hears of expired and missed keys.</summary>
    public IKeyspaceSink Sink { get; }

    /// <summary>The registered key observers.</summary>
    public KeyObservers Observers { get; }

    /// <summary>The registered data types.</summary>
    public DataTypes Types { get; }

    /// <summary>The thread that gives large memory back.</summary>
    public BackgroundFree Background { get; }

    /// <summary>Values and databases that are freed by pieces.</summary>
    public LazyFree LazyFree { get; }

    /// <summary>The snapshot walk.</summary>
    public SnapshotWalk Snapshots { get; }

    /// <summary>The heap for values that own memory outside their record.</summary>
    public MemoryHeap Blocks { get; }

    /// <summary>Keys that a walk found expired and that go when it has stopped.</summary>
    public KeyList ExpiredKeys { get; } = new();

    /// <summary>The databases that have been asked for, in that order.</summary>
    public List<DatabaseStore> Stores { get; } = [];

    /// <summary>Who must be told before an existing record changes.</summary>
    public KeyspaceHooks Hooks => _hooks;

    /// <summary>The parity bit of new records. Outside a walk every record has it.</summary>
    public bool Parity { get; set; }

    /// <summary>State of the generator for RANDOMKEY, samples and LFU counters.</summary>
    public ulong Random;

    /// <summary>A replica hides expired keys but leaves removing them to its primary.</summary>
    public bool IsReplica { get; set; }

    /// <summary>CLIENT PAUSE: nothing changes by itself, so expired keys are hidden and kept.</summary>
    public bool ExpiryPaused { get; set; }

    /// <summary>Expired keys are like others: while a primary's or a file's commands run, and for DEBUG.</summary>
    public bool SeesExpired { get; set; }

    /// <summary>The running command leaves access clocks alone (CLIENT NO-TOUCH).</summary>
    public bool KeepsAccessClocks { get; set; }

    /// <summary>lazyfree-lazy-expire.</summary>
    public bool LazyExpire { get; set; }

    /// <summary>lazyfree-lazy-server-del: values that a write replaces are freed as by UNLINK.</summary>
    public bool LazyServerDelete { get; set; }

    /// <summary>An observer listens to events, "keymiss" and "new" among them.</summary>
    public bool WantsEvents { get; set; }

    /// <summary>Whether an expired key is removed when it is met.</summary>
    public bool RemovesExpired => !(IsReplica | ExpiryPaused);

    /// <summary>64 random bits; not for secrets.</summary>
    public ulong NextRandom()
    {
        ulong z = Random += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>Ends the walk and the threads and gives all memory back. Values' own objects are not told.</summary>
    public void Dispose()
    {
        Snapshots.Dispose();
        foreach (DatabaseStore store in Stores) store.Content.Dispose();
        Background.Dispose();
        Blocks.Dispose();
        ExpiredKeys.Dispose();
    }

    internal void SetHook(KeyspaceHooks hook, bool on) => _hooks = on ? _hooks | hook : _hooks & ~hook;
}
