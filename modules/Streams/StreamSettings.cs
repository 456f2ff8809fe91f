using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams;

/// <summary>The directives of streams.</summary>
internal sealed class StreamSettings(IModuleRegistry registry)
{
    private const int NodeBytesDefault = 4096;
    private const int NodeEntriesDefault = 100;
    private const long TrimLimitDefault = 10_000;
    private const long TrimLimitMax = 1_000_000;
    private const int TrimNodes = 100;

    private readonly MemoryParameter _nodeBytes = registry.Parameter(new MemoryParameter("stream-node-max-bytes", NodeBytesDefault)
    {
        Description = "Bytes at which a node of a stream is full; 0: no limit.",
    });

    private readonly IntegerParameter _nodeEntries = registry.Parameter(
        new IntegerParameter("stream-node-max-entries", NodeEntriesDefault, 0)
        {
            Description = "Entries at which a node of a stream is full; 0: no limit.",
        });

    /// <summary>When a node is full.</summary>
    public NodeLimits NodeLimits => new(_nodeBytes.Value, _nodeEntries.Value);

    /// <summary>Entries that an approximate trim removes at most where LIMIT is not given: a hundred nodes.</summary>
    public long TrimLimit
    {
        get
        {
            long limit = unchecked(TrimNodes * _nodeEntries.Value);
            return limit <= 0 ? TrimLimitDefault : Math.Min(limit, TrimLimitMax);
        }
    }
}
