using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Monitoring.Latency;
using ModularKv.Monitoring.Live;
using ModularKv.Monitoring.SlowLog;

namespace ModularKv.Monitoring;

/// <summary>What the server is doing and what took it long: SLOWLOG, LATENCY, MONITOR. The rows stand in Tables.</summary>
[Module("monitoring", "1.0.0", ApiLevel.Current, Summary = "What the server does and what took long: SLOWLOG, LATENCY, MONITOR")]
public sealed class MonitoringModule : IModule
{
    private SlowLogRecorder? _slowLog;
    private LatencyRecorder? _latency;
    private MonitorFeed? _feed;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IntegerParameter slowerThan = registry.Parameter(new IntegerParameter("slowlog-log-slower-than", 10000, -1)
        { Description = "Microseconds from which a command is in the slow log; -1: none." });
        IntegerParameter lengthMax = registry.Parameter(new IntegerParameter("slowlog-max-len", 128, 0)
        { Description = "Entries of the slow log." });
        IntegerParameter threshold = registry.Parameter(new IntegerParameter("latency-monitor-threshold", 0, 0)
        { Description = "Milliseconds from which LATENCY keeps an event; 0: none." });
        _slowLog = new SlowLogRecorder(slowerThan, lengthMax);
        slowerThan.Apply = lengthMax.Apply = _slowLog.Apply;
        _latency = new LatencyRecorder(registry.Server, threshold);
        threshold.Apply = _latency.Apply;
        _feed = new MonitorFeed();

        registry.Command(Tables.SlowLog(new SlowLogCommands(_slowLog)));
        registry.Command(Tables.Latency(new LatencyCommands(_latency), new HistogramCommand(registry.Server)));
        registry.Command(Tables.Live(_feed));
        registry.Observe(_slowLog);
        registry.Observe(_latency);
        registry.Observe(_feed);
        registry.Observe(new ClientObserver(_feed));
        registry.Intercept(new MonitorGate());
        registry.Info("Monitoring", 1150, Describe, InfoVisibility.Module);
    }

    /// <inheritdoc/>
    public void Start(IServer server)
    {
        _slowLog?.Apply();
        _latency?.Apply();
    }

    /// <inheritdoc/>
    public void Stop() => _latency?.Stop();

    private void Describe(InfoWriter info)
    {
        info.Line("monitors", _feed!.Count);
        info.Line("slowlog_length", _slowLog!.Count);
        info.Line("slowlog_last_id", _slowLog.Last.Id);
        info.Line("slowlog_last_duration_us", _slowLog.Last.Micros);
        foreach ((string name, LatencySeries series) in _latency!.Series)
        {
            info.Line("latency_event_" + name, string.Create(CultureInfo.InvariantCulture,
                $"time={series.Last.UnixSeconds},latest_ms={series.Last.Milliseconds},max_ms={series.MaxMs}"));
        }
    }
}
