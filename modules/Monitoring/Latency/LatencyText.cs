using System.Globalization;
using System.Text;

namespace ModularKv.Monitoring.Latency;

/// <summary>LATENCY GRAPH and LATENCY DOCTOR as text.</summary>
internal static class LatencyText
{
    private const int Columns = 80;
    private const int Rows = 4;
    private const int SecondsPerMinute = 60;
    private const int SecondsPerHour = 3600;
    private const int SecondsPerDay = 86400;

    // What to look at when an event is slow, by its name.
    private static readonly (string Event, string Advice)[] Advices =
    [
        ("command", "Slow commands: SLOWLOG GET shows which. Replace commands that are O(N) on large values, or take them in parts."),
        ("command", "Deleting or replacing large values counts too: UNLINK instead of DEL, and the directives lazyfree-lazy-*."),
        ("fast-command", "Commands that are always fast took long: the machine was busy elsewhere (swapping, other processes, a noisy "
            + "neighbour), or their replies were large."),
        ("command-unblocking", "Serving clients that were blocked took long: many wait for the same key, or what they move is large."),
        ("expire-cycle", "Many keys expire at the same time: spread their times to live, or lower active-expire-effort."),
        ("eviction-cycle", "Eviction takes long: more memory, smaller values, or lazyfree-lazy-eviction yes."),
        ("eviction-del", "Evicted values are large: lazyfree-lazy-eviction yes frees them between commands."),
        ("active-defrag-cycle", "Moving values takes long: CONFIG SET activedefrag no for as long as latency matters most."),
        ("aof-", "Writing the append-only file waits for the disk: appendfsync everysec or no, no-appendfsync-on-rewrite yes, or a "
            + "faster disk."),
    ];

    /// <summary>The graph of an event. Source: latencyCommandGenSparkeline.</summary>
    public static string Graph(string name, LatencySeries series, long nowSeconds)
    {
        long max = 0, min = long.MaxValue;
        var samples = new List<(long Value, string Label)>(series.Count);
        for (int i = 0; i < series.Count; i++)
        {
            LatencySample sample = series[i];
            max = Math.Max(max, sample.Milliseconds);
            min = Math.Min(min, sample.Milliseconds);
            samples.Add((sample.Milliseconds, Age(nowSeconds - sample.UnixSeconds)));
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name} - high {max} ms, low {min} ms (all time high {series.MaxMs} ms)\n");
        text.Append('-', Columns).Append('\n');
        Sparkline.Render(text, samples, Columns, Rows);
        return text.ToString();
    }

    /// <summary>The report about all events.</summary>
    public static string Doctor(LatencyRecorder recorder)
    {
        if (recorder.Series.Count == 0)
        {
            return recorder.ThresholdMs == 0
                ? "Latency is not being monitored. CONFIG SET latency-monitor-threshold <milliseconds> turns it on: every event that takes "
                    + "as long is kept then. Take a threshold that your clients would notice, for instance 100.\n"
                : "No latency event was recorded so far. Ask again after the server has been under its usual load for a while.\n";
        }

        var text = new StringBuilder("Latency events of this server:\n\n");
        int number = 0;
        foreach ((string name, LatencySeries series) in recorder.Series)
        {
            number++;
            text.Append(CultureInfo.InvariantCulture, $"{number}. {name}: {Describe(series, recorder.NowSeconds)}\n");
        }

        text.Append('\n');
        foreach ((string name, string advice) in Advices)
        {
            if (recorder.Series.Keys.Any(seen => name.EndsWith('-') ? seen.StartsWith(name, StringComparison.Ordinal) : seen == name))
            {
                text.Append("- ").Append(advice).Append('\n');
            }
        }

        if (recorder.ThresholdMs == 0) text.Append("- Monitoring is off by now: these events are old.\n");
        return text.ToString();
    }

    // Source: analyzeLatencyForEvent.
    private static string Describe(LatencySeries series, long nowSeconds)
    {
        double sum = 0, deviation = 0;
        for (int i = 0; i < series.Count; i++) sum += series[i].Milliseconds;
        double average = sum / series.Count;
        for (int i = 0; i < series.Count; i++) deviation += Math.Abs(series[i].Milliseconds - average);
        double period = Math.Max(1, nowSeconds - series[0].UnixSeconds) / (double)series.Count;
        return string.Create(CultureInfo.InvariantCulture,
            $"{series.Count} latency spikes (average {average:F0} ms, mean deviation {deviation / series.Count:F0} ms, ")
            + string.Create(CultureInfo.InvariantCulture, $"one in {period:F2} s). The worst of all took {series.MaxMs} ms.");
    }

    private static string Age(long seconds) => seconds switch
    {
        < SecondsPerMinute => seconds.ToString(CultureInfo.InvariantCulture) + "s",
        < SecondsPerHour => (seconds / SecondsPerMinute).ToString(CultureInfo.InvariantCulture) + "m",
        < SecondsPerDay => (seconds / SecondsPerHour).ToString(CultureInfo.InvariantCulture) + "h",
        _ => (seconds / SecondsPerDay).ToString(CultureInfo.InvariantCulture) + "d",
    };
}
