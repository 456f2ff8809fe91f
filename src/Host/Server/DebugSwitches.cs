using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>What DEBUG reaches into.</summary>
internal sealed class DebugSwitches(
    KeyspaceState keyspace, ActiveExpireCycle expire, Databases databases, ReplicationIdentity identity) : IServerDebug
{
    private readonly Dictionary<string, DebugSubcommand> _subcommands = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IReadOnlyCollection<DebugSubcommand> Subcommands => _subcommands.Values;

    /// <summary>Adds a module's subcommand. Dispose to take it out.</summary>
    /// <exception cref="ModuleException">The name is taken.</exception>
    public IDisposable Add(DebugSubcommand row)
    {
        if (!_subcommands.TryAdd(row.Name, row)) throw new ModuleException($"the subcommand {row.Name} of DEBUG is already registered");
        return new Undo(() => _subcommands.Remove(row.Name));
    }

    /// <inheritdoc/>
    public bool ActiveExpire
    {
        get => expire.Enabled;
        set => expire.Enabled = value;
    }

    /// <inheritdoc/>
    public bool AllowAccessExpired
    {
        get => keyspace.SeesExpired;
        set => keyspace.SeesExpired = value;
    }

    /// <inheritdoc/>
    public bool PauseCron { get; set; }

    /// <inheritdoc/>
    public void Sleep(long micros) => Thread.Sleep(TimeSpan.FromMicroseconds(micros));

    /// <inheritdoc/>
    public string TableStatistics(int database)
    {
        KeyTable table = databases.Store(database).Content.Table;
        return string.Create(CultureInfo.InvariantCulture,
            $"[Dictionary HT]\nHash table 0 stats (main hash table):\n table size: {table.BucketCount * 7}\n"
            + $" number of elements: {table.Count}\n"
            + $" buckets: {table.BucketCount}\n overflow buckets: {table.OverflowBuckets}\n bytes: {table.MemoryBytes}\n");
    }

    /// <inheritdoc/>
    public string ReplicationId => identity.Id;

    /// <inheritdoc/>
    public void ChangeReplicationId() => identity.Change();

    /// <inheritdoc/>
    public void CollectGarbage() => GC.Collect();

    /// <summary>Reports and ends; wired by the running server.</summary>
    public Action<CrashKind, string> Crashing { get; set; } = (kind, text) => Invariant.Fail($"{kind}: {text}");

    /// <inheritdoc/>
    public void Crash(CrashKind kind, string text) => Crashing(kind, text);
}

/// <summary>The 40 hexadecimal digits by which replicas know this data set.</summary>
internal sealed class ReplicationIdentity
{
    /// <summary>The present id.</summary>
    public string Id { get; private set; } = New();

    /// <summary>Takes a new one.</summary>
    public void Change() => Id = New();

    private static string New() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));
}
