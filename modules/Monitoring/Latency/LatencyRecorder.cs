using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Monitoring.Latency;

/// <summary>Collects what took longer than latency-monitor-threshold: commands, and the events that others report.</summary>
internal sealed class LatencyRecorder(IServer server, IntegerParameter thresholdMs) : CommandObserver
{
    private readonly Dictionary<string, LatencySeries> _series = new(StringComparer.Ordinal);

    /// <summary>The threshold in milliseconds; 0: nothing is recorded.</summary>
    public long ThresholdMs => thresholdMs.Value;

    /// <summary>Seconds, Unix time.</summary>
    public long NowSeconds => server.Clock.UnixMicros() / 1_000_000;

    /// <summary>The events seen since the last reset.</summary>
    public IReadOnlyDictionary<string, LatencySeries> Series => _series;

    /// <summary>Takes up the parameter.</summary>
    public string? Apply()
    {
        const long MillisecondsMax = long.MaxValue / 1000;
        long micros = Math.Min(thresholdMs.Value, MillisecondsMax) * 1000;
        ThresholdMicros = micros == 0 ? Nothing : micros;
        server.Statistics.Latency.RecordFrom(micros, micros == 0 ? null : Record);
        return null;
    }

    /// <summary>Stops listening.</summary>
    public void Stop() => server.Statistics.Latency.RecordFrom(long.MaxValue, null);

    /// <summary>Forgets an event's samples. False: there were none.</summary>
    public bool Reset(string name) => _series.Remove(name);

    /// <summary>Forgets all samples.</summary>
    /// <returns>Number of events.</returns>
    public int ResetAll()
    {
        int count = _series.Count;
        _series.Clear();
        return count;
    }

    /// <inheritdoc/>
    public override void Executed(in CommandContext call, long micros)
    {
        bool isServed = call.IsRetry || call.IsTimedOut;
        bool isFast = (call.Command.Flags & CommandFlags.Fast) != 0;
        Record(isServed ? "command-unblocking" : isFast ? "fast-command" : "command", micros);
    }

    private void Record(string name, long micros)
    {
        if (!_series.TryGetValue(name, out LatencySeries? series)) _series.Add(name, series = new LatencySeries());
        series.Add(NowSeconds, micros / 1000);
    }
}
