namespace ModularKv.Host.Keyspace;

/// <summary>The keyspace's time: read once per loop iteration (or command), so that a lookup costs a load and not a system call.</summary>
internal sealed class KeyspaceClock
{
    /// <summary>Counter of a new key under an LFU policy. Source: LFU_INIT_VAL.</summary>
    public const int FrequencyAtStart = 5;

    /// <summary>Highest LFU counter.</summary>
    public const int FrequencyMax = 255;

    private const uint LruMask = (1u << 24) - 1;
    private const int FrequencyBits = 8;

    // Under LFU every read takes the slow path: no 24-bit clock equals this.
    private const uint Never = uint.MaxValue;

    private bool _usesFrequency;

    /// <summary>Unix time in milliseconds.</summary>
    public long UnixMs { get; private set; }

    /// <summary>Seconds, 24 bits: wraps around after 194 days.</summary>
    public uint LruSeconds { get; private set; }

    /// <summary>What a key's access clock must be after a read; a value that no clock has where only the slow path knows (LFU).</summary>
    public uint Touched { get; private set; }

    /// <summary>The access clock of a new key.</summary>
    public uint Fresh { get; private set; }

    /// <summary>lfu-log-factor: how fast the counter saturates.</summary>
    public int LogFactor { get; set; } = 10;

    /// <summary>lfu-decay-time: minutes after which the counter loses one; 0: never.</summary>
    public int DecayMinutes { get; set; } = 1;

    /// <summary>
    /// Whether access clocks are LFU counters (an lfu maxmemory-policy). Clocks of existing keys are not converted, as in Redis.
    /// </summary>
    public bool UsesFrequency
    {
        get => _usesFrequency;
        set
        {
            _usesFrequency = value;
            Update(UnixMs);
        }
    }

    private uint Minutes => (uint)(UnixMs / 60_000) & 0xFFFF;

    /// <summary>Sets the time. Called by the loop.</summary>
    public void Update(long unixMs)
    {
        UnixMs = unixMs;
        LruSeconds = (uint)(unixMs / 1000) & LruMask;
        Touched = _usesFrequency ? Never : LruSeconds;
        Fresh = _usesFrequency ? FrequencyClock(FrequencyAtStart) : LruSeconds;
    }

    /// <summary>Seconds since the access that an LRU clock remembers.</summary>
    public long IdleSeconds(uint clock) => (LruSeconds - clock) & LruMask;

    /// <summary>The LRU clock of a key that was last used so many seconds ago.</summary>
    public uint ClockOfIdle(long seconds) => (LruSeconds - (uint)Math.Clamp(seconds, 0, LruMask)) & LruMask;

    /// <summary>An LFU clock's counter, less what it has lost since its last access. Source: LFUDecrAndReturn.</summary>
    public int Frequency(uint clock)
    {
        int counter = (int)(clock & FrequencyMax);
        if (DecayMinutes == 0) return counter;
        uint elapsed = (Minutes - (clock >> FrequencyBits)) & 0xFFFF;
        return (int)Math.Max(0, counter - (elapsed / DecayMinutes));
    }

    /// <summary>The LFU clock of a counter as of now.</summary>
    public uint FrequencyClock(int counter) => (Minutes << FrequencyBits) | (uint)Math.Clamp(counter, 0, FrequencyMax);

    /// <summary>The clock after one more access.</summary>
    /// <param name="clock">The clock before.</param>
    /// <param name="random">64 uniform bits: the counter is logarithmic because it counts by chance. Source: LFULogIncr.</param>
    public uint AfterAccess(uint clock, ulong random)
    {
        if (!_usesFrequency) return LruSeconds;
        int counter = Frequency(clock);
        if (counter < FrequencyMax)
        {
            int above = Math.Max(0, counter - FrequencyAtStart);
            double chance = 1.0 / (((double)above * LogFactor) + 1);
            if ((random >> 11) * (1.0 / (1ul << 53)) < chance) counter++;
        }

        return FrequencyClock(counter);
    }
}
