using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>Operations and bytes per second over the last samples, as INFO's instantaneous fields.</summary>
internal sealed class RateMeter
{
    /// <summary>Samples in the window, 100 ms apart. Source: STATS_METRIC_SAMPLES.</summary>
    private const int Samples = 16;

    private readonly (long Ms, long Commands, long Input, long Output)[] _window = new (long, long, long, long)[Samples];
    private int _next;

    /// <summary>Takes a sample and publishes the rates.</summary>
    public void Sample(long nowMs, ServerStatistics statistics)
    {
        (long ms, long commands, long input, long output) = _window[_next];
        _window[_next] = (nowMs, statistics.CommandsProcessed, statistics.NetInputBytes, statistics.NetOutputBytes);
        _next = (_next + 1) % Samples;
        double seconds = (nowMs - ms) / 1000.0;
        if (ms == 0 || seconds <= 0) return;
        statistics.Rates = (
            Math.Max(0, (statistics.CommandsProcessed - commands) / seconds),
            Math.Max(0, (statistics.NetInputBytes - input) / seconds / 1024),
            Math.Max(0, (statistics.NetOutputBytes - output) / seconds / 1024));
    }
}
