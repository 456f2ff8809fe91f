namespace ModularKv.Host.Commands;

/// <summary>What the operator set for execution. Refreshed by the server when the configuration changes.</summary>
internal sealed class ExecutionSettings
{
    /// <summary>maxmemory, bytes; 0: none.</summary>
    public long MemoryBytesMax;

    /// <summary>Whether the clients' memory is above maxmemory-clients.</summary>
    public bool ClientsAreOver;

    /// <summary>latency-tracking.</summary>
    public bool TracksLatency = true;

    /// <summary>
    /// Whether a command behind an enable-*-command directive may run, by its name and whether the client is local; null: it may.
    /// </summary>
    public Func<string, bool, string?> ProtectedRefusal = (_, _) => null;

    /// <summary>Whether a data set is being loaded.</summary>
    public bool IsLoading;
}
