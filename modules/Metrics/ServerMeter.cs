using System.Diagnostics.Metrics;
using ModularKv.Abstractions;
using ModularKv.Metrics.Samples;

namespace ModularKv.Metrics;

/// <summary>
/// The meter "ModularKv": one observable instrument for each metric. Instruments are read on any thread, and the server's state only on the
/// loop's, so that they read a snapshot that the loop has taken: on demand for a scrape, at most once a second for other listeners.
/// </summary>
internal sealed class ServerMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ModularKv";

    /// <summary>A snapshot of this age is replaced when somebody reads it, milliseconds.</summary>
    private const long FreshMs = 1000;

    private static readonly string[] Everything = ["everything"];

    private readonly IServer _server;
    private readonly Meter _meter = new(Name);
    private readonly HashSet<string> _known = [];
    private readonly Lock _adding = new();
    private volatile Snapshot _snapshot = Snapshot.Empty;
    private long _takenAtMs;
    private int _refreshing;

    public ServerMeter(IServer server) => _server = server;

    /// <summary>The meter itself, for a listener that wants this one and no other of that name.</summary>
    public Meter Meter => _meter;

    /// <summary>Has the loop take a snapshot, makes the samples of it and an instrument of each new metric. Any thread.</summary>
    /// <exception cref="TimeoutException">The loop was busy for too long.</exception>
    public async Task<Snapshot> RefreshAsync(TimeSpan patience)
    {
        var taken = new TaskCompletionSource<(string, CommandTimes[])>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Scheduler.Post(() =>
        {
            try
            {
                taken.SetResult((_server.Info.Render(Everything), CommandTimes.Copy(_server.Commands)));
            }
            catch (Exception e) when (e is not InvariantException)
            {
                taken.SetException(e); // the fault of a module's section: it is the scrape that fails, not the loop
            }
        });
        (string info, CommandTimes[] times) = await taken.Task.WaitAsync(patience).ConfigureAwait(false);
        Snapshot snapshot = InfoReader.Read(info, times.SelectMany(time => time.Samples()));
        _snapshot = snapshot;
        Volatile.Write(ref _takenAtMs, Environment.TickCount64);
        foreach (Family family in snapshot.Families) Publish(family);
        return snapshot;
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Publish(Family family)
    {
        lock (_adding)
        {
            if (!_known.Add(family.Name)) return;
        }

        if (family.IsCounter) _meter.CreateObservableCounter(family.Name, () => Observe(family), null, family.Help);
        else _meter.CreateObservableGauge(family.Name, () => Observe(family), null, family.Help);
    }

    private IEnumerable<Measurement<double>> Observe(Family family)
    {
        if (Environment.TickCount64 - Volatile.Read(ref _takenAtMs) > FreshMs) RefreshLater();
        foreach (Sample sample in _snapshot.Of(family)) yield return new Measurement<double>(sample.Value, sample.Labels);
    }

    // The reader gets what there is; the next one gets the new values.
    private void RefreshLater()
    {
        if (Interlocked.Exchange(ref _refreshing, 1) != 0) return;
        _ = RefreshAsync(Timeout.InfiniteTimeSpan).ContinueWith(
            done =>
            {
                _ = done.Exception; // looked at: a failed refresh leaves the old values
                Volatile.Write(ref _refreshing, 0);
            },
            TaskScheduler.Default);
    }
}
