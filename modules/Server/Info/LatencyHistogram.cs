namespace ModularKv.Server.Info;

/// <summary>Reads the kernel's latency histograms: element i counts calls of [2^i, 2^(i+1)) nanoseconds.</summary>
internal static class LatencyHistogram
{
    /// <summary>The time within which so many percent of the calls ended, in microseconds: the upper end of their element.</summary>
    public static double MicrosAt(long[] histogram, double percentile)
    {
        long calls = histogram.Sum();
        if (calls == 0) return 0;
        long wanted = Math.Max(1, (long)Math.Ceiling(calls * Math.Clamp(percentile, 0, 100) / 100));
        long seen = 0;
        for (int i = 0; i < histogram.Length; i++)
        {
            seen += histogram[i];
            if (seen >= wanted) return (Math.Pow(2, i + 1) - 1) / 1000;
        }

        return 0;
    }
}
