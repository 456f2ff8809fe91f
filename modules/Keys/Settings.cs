using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Keys;

/// <summary>The server's parameters that the commands of this module obey. Reading one is a field read; loop thread only.</summary>
internal sealed class Settings(IModuleRegistry registry)
{
    private readonly Parameter<bool>? _lazyUserDelete = registry.Configuration.Find("lazyfree-lazy-user-del") as Parameter<bool>;
    private readonly Parameter<bool>? _lazyExpire = registry.Configuration.Find("lazyfree-lazy-expire") as Parameter<bool>;
    private readonly Parameter? _policy = registry.Configuration.Find("maxmemory-policy");
    private readonly Parameter<long>? _memoryMax = registry.Configuration.Find("maxmemory") as Parameter<long>;
    private Parameter<bool>? _cluster;

    /// <summary>Whether DEL frees as UNLINK does.</summary>
    public bool LazyUserDelete => _lazyUserDelete is { Value: true };

    /// <summary>Whether a key that EXPIRE finds to be past is freed later, and propagated as UNLINK.</summary>
    public bool LazyExpire => _lazyExpire is { Value: true };

    /// <summary>Whether access counters are kept instead of access times.</summary>
    public bool IsLfu => _policy is not null && _policy.Format().Contains("lfu", StringComparison.Ordinal);

    /// <summary>
    /// Whether Redis would share objects of small integers: not where each key needs an access clock of its own.
    /// </summary>
    public bool SharesIntegers => _memoryMax is not { Value: > 0 }
        || !(IsLfu || _policy?.Format().EndsWith("-lru", StringComparison.Ordinal) == true);

    /// <summary>Whether the server is part of a cluster: one database, and keys of other slots live elsewhere.</summary>
    public bool IsCluster
    {
        get
        {
            // Looked up late: a cluster module may take the placeholder over after this module was configured.
            _cluster ??= registry.Configuration.Find("cluster-enabled") as Parameter<bool>;
            return _cluster is { Value: true };
        }
    }
}
