namespace ModularKv.Monitoring.Latency;

/// <summary>The latest samples of one event: at most one a second, its longest. Source: latencyAddSample.</summary>
internal sealed class LatencySeries
{
    /// <summary>Samples kept. Source: LATENCY_TS_LEN.</summary>
    public const int SamplesMax = 160;

    private readonly LatencySample[] _samples = new LatencySample[SamplesMax];
    private int _next;
    private int _count;

    /// <summary>The longest since the series began, in milliseconds.</summary>
    public long MaxMs { get; private set; }

    /// <summary>Number of samples.</summary>
    public int Count => _count;

    /// <summary>The newest one. The series is never empty.</summary>
    public LatencySample Last => this[_count - 1];

    /// <summary>A sample, 0 is the oldest.</summary>
    public LatencySample this[int index] => _samples[(_next + SamplesMax - _count + index) % SamplesMax];

    /// <summary>Adds a sample.</summary>
    public void Add(long unixSeconds, long milliseconds)
    {
        MaxMs = Math.Max(MaxMs, milliseconds);
        ref LatencySample last = ref _samples[(_next + SamplesMax - 1) % SamplesMax];
        if (_count > 0 && last.UnixSeconds == unixSeconds)
        {
            if (milliseconds > last.Milliseconds) last = new LatencySample(unixSeconds, milliseconds);
            return;
        }

        _samples[_next] = new LatencySample(unixSeconds, milliseconds);
        _next = (_next + 1) % SamplesMax;
        _count = Math.Min(_count + 1, SamplesMax);
    }
}

/// <summary>One second's longest run of an event.</summary>
internal readonly record struct LatencySample(long UnixSeconds, long Milliseconds);
