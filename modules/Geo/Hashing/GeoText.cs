using ModularKv.Abstractions;

namespace ModularKv.Geo.Hashing;

/// <summary>Positions, distances and hashes as Redis writes them.</summary>
internal static class GeoText
{
    /// <summary>Characters of a geohash.</summary>
    public const int HashLength = 11;

    /// <summary>Room for a coordinate or a distance.</summary>
    public const int NumberLengthMax = 48;

    /// <summary>Decimals of a coordinate at most.</summary>
    private const int CoordinateDecimals = 17;

    private const int DistanceDecimals = 4;

    private static ReadOnlySpan<byte> Alphabet => "0123456789bcdefghjkmnpqrstuvwxyz"u8;

    /// <summary>
    /// Writes the usual geohash of a position, which divides latitudes from -90 to 90; the last character has no bits left and is 0.
    /// </summary>
    public static void WriteHash(Span<byte> to, GeoPoint point)
    {
        ulong bits = GeoCell.Of(point, GeoRange.AllLatitudes, GeoCell.StepMax).Bits;
        for (int i = 0; i < HashLength - 1; i++) to[i] = Alphabet[(int)(bits >> (52 - (i + 1) * 5)) & 0x1F];
        to[HashLength - 1] = Alphabet[0];
    }

    /// <summary>Writes a distance with four decimals and returns the length. Source: fixedpoint_d2string.</summary>
    public static int WriteDistance(Span<byte> to, double distance)
    {
        const long Scale = 10_000;

        // Beyond the range of 64 bits: what the conversion gives on x86-64.
        double scaled = Math.Round(distance * Scale, MidpointRounding.ToEven);
        long value = scaled < long.MaxValue ? (long)scaled : long.MinValue;
        int at = 0;
        if (value < 0) to[at++] = (byte)'-';
        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        at += NumberText.Write(to[at..], (long)(magnitude / Scale));
        to[at++] = (byte)'.';
        WriteDigits(to.Slice(at, DistanceDecimals), magnitude % Scale);
        return at + DistanceDecimals;
    }

    /// <summary>
    /// Writes a coordinate with all its decimals up to the 17th, correctly rounded, without zeros at the end. Source: ld2string.
    /// </summary>
    /// <param name="to">At least <see cref="NumberLengthMax"/> bytes.</param>
    /// <param name="degrees">At most 180 either way.</param>
    public static int WriteCoordinate(Span<byte> to, double degrees)
    {
        const ulong Scale = 100_000_000_000_000_000;
        double magnitude = Math.Abs(degrees);
        ulong whole = (ulong)magnitude;
        ulong decimals = Round(magnitude - whole, Scale);
        if (decimals == Scale)
        {
            decimals = 0;
            whole++;
        }

        int at = 0;
        if (degrees < 0 && (whole | decimals) != 0) to[at++] = (byte)'-';
        at += NumberText.Write(to[at..], (long)whole);
        if (decimals == 0) return at;
        to[at++] = (byte)'.';
        WriteDigits(to.Slice(at, CoordinateDecimals), decimals);
        at += CoordinateDecimals;
        while (to[at - 1] == '0') at--;
        return at;
    }

    /// <summary>A fraction below 1 times a scale, rounded to the nearest and from the middle to the even, as printf does.</summary>
    private static ulong Round(double fraction, ulong scale)
    {
        if (fraction == 0) return 0;
        long bits = BitConverter.DoubleToInt64Bits(fraction);
        int exponent = (int)(bits >> 52);
        if (exponent == 0) return 0;
        int shift = 1075 - exponent;
        if (shift >= 127) return 0;
        UInt128 product = (UInt128)(ulong)((bits & ((1L << 52) - 1)) | (1L << 52)) * scale;
        UInt128 half = UInt128.One << (shift - 1);
        UInt128 rest = product & ((UInt128.One << shift) - 1);
        ulong result = (ulong)(product >> shift);
        return rest > half || (rest == half && (result & 1) == 1) ? result + 1 : result;
    }

    private static void WriteDigits(Span<byte> to, ulong value)
    {
        for (int i = to.Length - 1; i >= 0; i--, value /= 10) to[i] = (byte)('0' + value % 10);
    }
}
