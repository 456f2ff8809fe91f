namespace ModularKv.HyperLogLog.Registers;

/// <summary>From a histogram of registers to the number of elements.</summary>
/// <remarks>
/// Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284. The order of the operations is
/// Redis's, so that the last digit is too.
/// </remarks>
internal static class Estimator
{
    /// <summary>0.5 / ln 2.</summary>
    private const double AlphaInfinity = 0.721347520444481703680;

    /// <summary>Values that a register of six bits can have.</summary>
    public const int HistogramSize = 64;

    /// <summary>The estimate.</summary>
    /// <param name="histogram">How many registers have each value; values above 51 come from corrupt registers and do not count.</param>
    public static long Estimate(ReadOnlySpan<int> histogram)
    {
        const double Registers = HllLayout.Registers;
        double z = Registers * Tau((Registers - histogram[HllLayout.RunMax]) / Registers);
        for (int run = HllLayout.RunMax - 1; run >= 1; run--)
        {
            z += histogram[run];
            z *= 0.5;
        }

        z += Registers * Sigma(histogram[0] / Registers);
        double estimate = Math.Round(AlphaInfinity * Registers * Registers / z, MidpointRounding.AwayFromZero);

        // Without a single valid register: what the conversion gives on x86-64.
        return estimate < long.MaxValue ? (long)estimate : long.MinValue;
    }

    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        double y = 1;
        double z = x;
        double before;
        do
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }
        while (before != z);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        double y = 1;
        double z = 1 - x;
        double before;
        do
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (before != z);
        return z / 3;
    }
}
