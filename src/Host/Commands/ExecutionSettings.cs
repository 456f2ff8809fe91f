using ModularKv.Abstractions;

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

    /// <summary>What holds the loop and what commands get meanwhile: the error of the first that does not allow them.</summary>
    public List<LongWorkRefusal> LongWork { get; } = [];

    /// <summary>Why writes are refused, first come first; empty: they are not.</summary>
    public List<WriteRefusal> WriteRefusals { get; } = [];
}

/// <summary>The error for commands without one of the flags.</summary>
internal sealed record LongWorkRefusal(byte[] Error, CommandFlags Allowed);

/// <summary>The error for write commands, and for PING where it is to be seen by monitoring.</summary>
internal sealed record WriteRefusal(byte[] Error, bool PingToo);
