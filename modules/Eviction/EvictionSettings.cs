using ModularKv.Abstractions.Configuration;

namespace ModularKv.Eviction;

/// <summary>How the next key to go is chosen.</summary>
internal enum Choice
{
    /// <summary>None goes.</summary>
    None,

    /// <summary>The one not used for the longest.</summary>
    LeastRecent,

    /// <summary>The one used least often.</summary>
    LeastFrequent,

    /// <summary>The one that expires first.</summary>
    FirstToExpire,

    /// <summary>Any.</summary>
    Random,
}

/// <summary>What the operator set, read again after each CONFIG SET.</summary>
internal sealed class EvictionSettings(IConfiguration configuration)
{
    /// <summary>Up to here the time limit rises evenly. Source: evictionTimeLimitUs.</summary>
    private const int EvenTenacity = 10;

    /// <summary>From here on there is no time limit.</summary>
    private const int NoLimitTenacity = 100;

    private const long MicrosPerStep = 50;
    private const double StepFactor = 1.15;

    /// <summary>Below this a client could not even be told why. Source: getClientEvictionLimit.</summary>
    private const long ClientBytesMin = 128 * 1024;

    private const int PercentMax = 100;

    /// <summary>More are not looked at for one key to go: the database hands out no more at a time.</summary>
    private const int SamplesMax = 64;

    /// <summary>Called after the values were read.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>maxmemory, bytes; 0: no limit.</summary>
    public long MemoryBytesMax { get; private set; }

    /// <summary>maxmemory-policy: what decides.</summary>
    public Choice Choice { get; private set; }

    /// <summary>maxmemory-policy volatile-*: only keys with a time to live.</summary>
    public bool OnlyExpiring { get; private set; }

    /// <summary>maxmemory-samples.</summary>
    public int Samples { get; private set; } = 5;

    /// <summary>lazyfree-lazy-eviction.</summary>
    public bool FreesLazily { get; private set; }

    /// <summary>Time of one eviction, microseconds (maxmemory-eviction-tenacity).</summary>
    public long MicrosMax { get; private set; }

    /// <summary>Bytes of all clients (maxmemory-clients); 0: no limit.</summary>
    public long ClientBytesMax { get; private set; }

    /// <summary>Reads the values, now and after each change.</summary>
    public void Start()
    {
        configuration.Changed += Refresh;
        Read();
    }

    /// <summary>Follows no more.</summary>
    public void Stop() => configuration.Changed -= Refresh;

    private void Refresh(IReadOnlyList<Parameter> changed) => Read();

    private void Read()
    {
        string policy = configuration.Find("maxmemory-policy")?.Format() ?? "noeviction";
        OnlyExpiring = policy.StartsWith("volatile-", StringComparison.Ordinal);
        Choice = policy[(policy.IndexOf('-') + 1)..] switch
        {
            "lru" => Choice.LeastRecent,
            "lfu" => Choice.LeastFrequent,
            "ttl" => Choice.FirstToExpire,
            "random" => Choice.Random,
            _ => Choice.None,
        };
        Samples = (int)Math.Min(Number("maxmemory-samples", 5), SamplesMax);
        FreesLazily = configuration.Find("lazyfree-lazy-eviction") is BoolParameter { Value: true };
        MicrosMax = MicrosOf(Number("maxmemory-eviction-tenacity", EvenTenacity));
        MemoryBytesMax = Number("maxmemory", 0);
        ClientBytesMax = ClientBytesOf(Number("maxmemory-clients", 0), MemoryBytesMax);
        Changed();
    }

    private long Number(string name, long absent) => configuration.Find(name) is Parameter<long> parameter ? parameter.Value : absent;

    /// <summary>Half a millisecond at 10, about two minutes at 99.</summary>
    internal static long MicrosOf(long tenacity)
    {
        if (tenacity <= EvenTenacity) return MicrosPerStep * tenacity;
        if (tenacity >= NoLimitTenacity) return long.MaxValue;
        return (long)(MicrosPerStep * EvenTenacity * Math.Pow(StepFactor, tenacity - EvenTenacity));
    }

    /// <summary>Bytes of a limit that may be given as a percentage (negative) of maxmemory; of no maxmemory it is no limit.</summary>
    internal static long ClientBytesOf(long value, long memoryBytesMax)
    {
        long bytes = value >= 0 ? value : (long)((Int128)memoryBytesMax * -value / PercentMax);
        return bytes == 0 ? 0 : Math.Max(bytes, ClientBytesMin);
    }
}
