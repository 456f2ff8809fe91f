namespace ModularKv.Abstractions;

/// <summary>The kernel's counters, in INFO's words. Plain fields: they are raised on the hot path.</summary>
public sealed class ServerStatistics
{
#pragma warning disable CS1591 // INFO's names, see redis.io/commands/info
    public long ConnectionsReceived;
    public long ConnectionsRejected;
    public long CommandsProcessed;
    public long NetInputBytes;
    public long NetOutputBytes;
    public long KeyspaceHits;
    public long KeyspaceMisses;
    public long ExpiredKeys;
    public long ExpiredSubkeys;
    public long ExpiredStalePercent;
    public long ExpiredTimeCapReached;
    public long ExpireCycleMicros;
    public long EvictedKeys;
    public long EvictedClients;
    public long EvictedScripts;
    public long EvictionExceededMicros;
    public long LazyFreedObjects;
    public long ErrorReplies;
    public long ReadsProcessed;
    public long WritesProcessed;
    public long QueryBufferLimitDisconnections;
    public long OutputBufferLimitDisconnections;
    public long UnauthorizedAuth;
    public long UnauthorizedCommands;
    public long UnauthorizedKeys;
    public long UnauthorizedChannels;
    public long ReplyBufferShrinks;
    public long ReplyBufferExpands;
    public long DefragmentedBlocks;
    public long DefragmentationMicros;
    public long TotalForks;
#pragma warning restore CS1591

    /// <summary>Since when memory has been above maxmemory, monotonic microseconds; 0: it is not.</summary>
    public long EvictionExceededSince;

    /// <summary>Iterations of the event loop.</summary>
    public long LoopIterations;

    /// <summary>Microseconds spent working in them (not waiting).</summary>
    public long LoopMicros;

    /// <summary>The longest one since the last reset, in microseconds.</summary>
    public long LongestLoopMicros;

    /// <summary>CPU time of the loop's thread in the costliest one, in microseconds: without what the machine did meanwhile.</summary>
    public long LongestLoopCpuMicros;

    /// <summary>What the longest one was doing: "commands", "expire", …</summary>
    public string LongestLoopStage = "";

    /// <summary>Errors by code, for INFO errorstats.</summary>
    public Dictionary<string, long> Errors { get; } = [];

    /// <summary>Where work is reported that kept the loop busy for long.</summary>
    public LatencyEvents Latency { get; } = new();

    /// <summary>Commands per second, input and output kilobytes per second over the last seconds.</summary>
    public (double Commands, double InputKb, double OutputKb) Rates { get; internal set; }

    /// <summary>Counters of modules are set to zero with these (CONFIG RESETSTAT).</summary>
    public event Action? WasReset;

    /// <summary>Sets what CONFIG RESETSTAT resets to zero.</summary>
    public void Reset()
    {
        ConnectionsReceived = ConnectionsRejected = CommandsProcessed = NetInputBytes = NetOutputBytes = 0;
        KeyspaceHits = KeyspaceMisses = ExpiredKeys = ExpiredSubkeys = ExpiredStalePercent = ExpiredTimeCapReached = ExpireCycleMicros = 0;
        EvictedKeys = EvictedClients = EvictedScripts = EvictionExceededMicros = LazyFreedObjects =
            ErrorReplies = ReadsProcessed = WritesProcessed = 0;
        QueryBufferLimitDisconnections = OutputBufferLimitDisconnections = UnauthorizedAuth = 0;
        UnauthorizedCommands = UnauthorizedKeys = UnauthorizedChannels = 0;
        ReplyBufferShrinks = ReplyBufferExpands = DefragmentedBlocks = DefragmentationMicros = TotalForks = 0;
        LoopIterations = LoopMicros = LongestLoopMicros = LongestLoopCpuMicros = 0;
        LongestLoopStage = "";
        Errors.Clear();
        WasReset?.Invoke();
    }
}
