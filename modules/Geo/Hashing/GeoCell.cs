using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ModularKv.Geo.Hashing;

/// <summary>
/// A square of the earth's map: its hash at a precision. Bits of the latitude are the even ones, of the longitude the odd.
/// </summary>
/// <param name="Bits">The hash, twice as many bits as steps.</param>
/// <param name="Step">Halvings of each range; 0 with no bits: no cell.</param>
/// <remarks>The order of all operations on doubles is Redis's, so that scores and positions are the same to the last bit.</remarks>
internal readonly record struct GeoCell(ulong Bits, int Step)
{
    /// <summary>Halvings of a position: two times 26 bits fit into a score.</summary>
    public const int StepMax = 26;

    private const ulong Even = 0x5555555555555555;
    private const ulong Odd = 0xAAAAAAAAAAAAAAAA;

    /// <summary>Stands for no cell.</summary>
    public bool IsNone => Bits == 0 && Step == 0;

    /// <summary>Lowest score of a position inside.</summary>
    public ulong FirstScore => Bits << (2 * (StepMax - Step));

    /// <summary>The score behind the highest of a position inside.</summary>
    public ulong EndScore => (Bits + 1) << (2 * (StepMax - Step));

    /// <summary>The cell of a position.</summary>
    public static GeoCell Of(GeoPoint point, int step) => Of(point, GeoRange.Latitudes, step);

    /// <summary>The cell of a position with another range of latitudes.</summary>
    public static GeoCell Of(GeoPoint point, GeoRange latitudes, int step)
    {
        double latitude = (point.Latitude - latitudes.Min) / (latitudes.Max - latitudes.Min);
        double longitude = (point.Longitude - GeoRange.Longitudes.Min) / (GeoRange.Longitudes.Max - GeoRange.Longitudes.Min);
        latitude *= 1UL << step;
        longitude *= 1UL << step;
        return new GeoCell(Spread((uint)latitude) | (Spread((uint)longitude) << 1), step);
    }

    /// <summary>The middle of the cell that a score names; any double is taken for one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GeoPoint PointOf(double score)
    {
        GeoArea area = new GeoCell(ToBits(score), StepMax).Area;
        double longitude = (area.Longitude.Min + area.Longitude.Max) / 2;
        double latitude = (area.Latitude.Min + area.Latitude.Max) / 2;
        return new GeoPoint(GeoRange.Longitudes.Clamp(longitude), GeoRange.Latitudes.Clamp(latitude));
    }

    /// <summary>The square itself.</summary>
    public GeoArea Area
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            uint latitude = Gather(Bits);
            uint longitude = Gather(Bits >> 1);
            double parts = 1UL << Step;
            GeoRange latitudes = GeoRange.Latitudes;
            GeoRange longitudes = GeoRange.Longitudes;
            double height = latitudes.Max - latitudes.Min;
            double width = longitudes.Max - longitudes.Min;
            return new GeoArea(
                new GeoRange(longitudes.Min + longitude / parts * width, longitudes.Min + unchecked(longitude + 1) / parts * width),
                new GeoRange(latitudes.Min + latitude / parts * height, latitudes.Min + unchecked(latitude + 1) / parts * height));
        }
    }

    /// <summary>The neighbour so many cells to the east (negative: west) and north; around the edges of the map.</summary>
    public GeoCell Move(int east, int north)
    {
        ulong longitude = Bits & Odd;
        ulong latitude = Bits & Even;
        int unused = 64 - Step * 2;

        // The bits between are all set while adding and subtracting, so that a carry goes through.
        if (east > 0) longitude += (Even >> unused) + 1;
        else if (east < 0) longitude = (longitude | (Even >> unused)) - ((Even >> unused) + 1);
        if (north > 0) latitude += (Odd >> unused) + 1;
        else if (north < 0) latitude = (latitude | (Odd >> unused)) - ((Odd >> unused) + 1);
        if (east != 0) longitude &= Odd >> unused;
        if (north != 0) latitude &= Even >> unused;
        return this with { Bits = longitude | latitude };
    }

    // What the conversion gives on x86-64: scores that are no hash may be anything.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ToBits(double score)
    {
        const double TwoTo63 = 9223372036854775808.0;
        if (score is >= 0 and < TwoTo63) return (ulong)(long)score;
        if (score < 0) return score >= -TwoTo63 ? (ulong)(long)score : 1UL << 63;
        return score < 2 * TwoTo63 ? (ulong)(long)(score - TwoTo63) ^ (1UL << 63) : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(uint value)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitDeposit(value, Even);
        ulong x = value;
        x = (x | (x << 16)) & 0x0000FFFF0000FFFF;
        x = (x | (x << 8)) & 0x00FF00FF00FF00FF;
        x = (x | (x << 4)) & 0x0F0F0F0F0F0F0F0F;
        x = (x | (x << 2)) & 0x3333333333333333;
        return (x | (x << 1)) & Even;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Gather(ulong bits)
    {
        if (Bmi2.X64.IsSupported) return (uint)Bmi2.X64.ParallelBitExtract(bits, Even);
        ulong x = bits & Even;
        x = (x | (x >> 1)) & 0x3333333333333333;
        x = (x | (x >> 2)) & 0x0F0F0F0F0F0F0F0F;
        x = (x | (x >> 4)) & 0x00FF00FF00FF00FF;
        x = (x | (x >> 8)) & 0x0000FFFF0000FFFF;
        return (uint)(x | (x >> 16));
    }
}
