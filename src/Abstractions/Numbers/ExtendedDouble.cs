using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace ModularKv.Abstractions;

/// <summary>
/// An x87 extended number: sign, 64-bit mantissa, 15-bit exponent. Redis computes INCRBYFLOAT and HINCRBYFLOAT in this type (C's long
/// double on x86-64), so results equal to the last printed digit need the same rounding: to nearest, ties to even, once per operation.
/// </summary>
/// <remarks>Exact through <see cref="BigInteger"/>; allocates. Not for hot paths. NaN is never held: nothing that yields it is
/// accepted.</remarks>
public readonly struct ExtendedDouble
{
    /// <summary>Enough bytes for <see cref="Format"/>: 4933 digits, the point, 17 decimals, the sign.</summary>
    public const int FormatBytesMax = 5 * 1024;

    /// <summary>Texts of this length or more are refused. Source: MAX_LONG_DOUBLE_CHARS.</summary>
    private const int TextBytesMax = 5 * 1024;

    private const int MantissaBits = 64;

    /// <summary>Weight of the lowest bit of a denormal number.</summary>
    private const int ExponentMin = -16445;

    /// <summary>Numbers from 2 to this power on are infinite.</summary>
    private const int MagnitudeBitsMax = 16384;

    private const int Decimals = 17;

    /// <summary>Beyond any exponent that matters, and far from overflowing an int when digits are counted on top of it.</summary>
    private const int ExponentTextMax = 100_000_000;

    private static readonly BigInteger DecimalScale = BigInteger.Pow(10, Decimals);

    private readonly ulong _mantissa;
    private readonly int _exponent;
    private readonly bool _negative;
    private readonly bool _infinite;

    private ExtendedDouble(bool negative, ulong mantissa, int exponent, bool infinite = false)
    {
        _negative = negative;
        _mantissa = mantissa;
        _exponent = exponent;
        _infinite = infinite;
    }

    /// <summary>False for plus and minus infinity.</summary>
    public bool IsFinite => !_infinite;

    /// <summary>The nearest double, or one of its neighbours; infinite where it is too large for one.</summary>
    public double ToDouble()
    {
        double magnitude = _infinite ? double.PositiveInfinity : Math.ScaleB(_mantissa, _exponent);
        return _negative ? -magnitude : magnitude;
    }

    /// <summary>The integer; every 64-bit integer fits exactly.</summary>
    public static ExtendedDouble FromInteger(long value) =>
        new(value < 0, value < 0 ? 0 - (ulong)value : (ulong)value, 0);

    /// <summary>Adds; rounds to nearest, ties to even.</summary>
    /// <returns>False: the sum is no number (infinities of both signs).</returns>
    public static bool TryAdd(ExtendedDouble left, ExtendedDouble right, out ExtendedDouble sum)
    {
        sum = left._infinite ? left : right;
        if (left._infinite && right._infinite) return left._negative == right._negative;
        if (left._infinite || right._infinite) return true;
        int exponent = Math.Min(left._exponent, right._exponent);
        BigInteger total = left.Scaled(exponent) + right.Scaled(exponent);
        sum = Round(total.Sign < 0, BigInteger.Abs(total), exponent, false);
        return true;
    }

    private BigInteger Scaled(int exponent)
    {
        BigInteger value = (BigInteger)_mantissa << (_exponent - exponent);
        return _negative ? -value : value;
    }

    /// <summary>magnitude · 2^exponent to 64 bits of mantissa, or fewer for denormal numbers.</summary>
    /// <param name="negative">The sign.</param>
    /// <param name="magnitude">Not negative.</param>
    /// <param name="exponent">Power of two of its lowest bit.</param>
    /// <param name="sticky">Something not zero stands below the lowest bit; then at least two bits must be cut, or the sticky bit would
    /// decide alone.</param>
    private static ExtendedDouble Round(bool negative, BigInteger magnitude, int exponent, bool sticky)
    {
        if (magnitude.IsZero) return new(negative, 0, 0);
        long bits = (long)magnitude.GetBitLength();
        long cut = Math.Max(bits - MantissaBits, ExponentMin - (long)exponent);
        if (cut > bits + 1) return new(negative, 0, 0);
        if (cut > 0)
        {
            magnitude = CutToEven(magnitude, (int)cut, sticky);
            exponent += (int)cut;
            bits = (long)magnitude.GetBitLength();

            // Rounding up carried into a 65th bit: the lowest bit is zero then.
            if (bits > MantissaBits)
            {
                magnitude >>= 1;
                exponent++;
                bits--;
            }
        }

        if (bits + exponent > MagnitudeBitsMax) return new(negative, 0, 0, infinite: true);
        return magnitude.IsZero ? new(negative, 0, 0) : new(negative, (ulong)magnitude, exponent);
    }

    /// <summary>Drops low bits, rounding to nearest, ties to even.</summary>
    private static BigInteger CutToEven(BigInteger value, int bits, bool sticky)
    {
        BigInteger kept = value >> bits;
        BigInteger dropped = value - (kept << bits);
        int side = dropped.CompareTo(BigInteger.One << (bits - 1));
        bool up = side > 0 || (side == 0 && (sticky || !kept.IsEven));
        return up ? kept + 1 : kept;
    }

    /// <summary>
    /// Reads what C's strtold reads, as Redis restricts it: the whole text, no leading space, not NaN, no overflow, no underflow to
    /// zero.
    /// </summary>
    /// <remarks>Decimal and hexadecimal forms and infinity, any case. Source: string2ld.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> text, out ExtendedDouble value)
    {
        value = default;
        if (text.Length is 0 or >= TextBytesMax) return false;
        if (NumberText.TryParse(text, out long integer))
        {
            value = FromInteger(integer);
            return true;
        }

        bool negative = text[0] == (byte)'-';
        if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (Words.EqualsIgnoreCase(text, "inf"u8) || Words.EqualsIgnoreCase(text, "infinity"u8))
        {
            value = new(negative, 0, 0, infinite: true);
            return true;
        }

        bool hexadecimal = text.Length > 2 && text[0] == (byte)'0' && (text[1] | 0x20) == 'x';
        if (!TrySplit(hexadecimal ? text[2..] : text, hexadecimal, out BigInteger digits, out int exponent)) return false;
        if (digits.IsZero)
        {
            value = new(negative, 0, 0);
            return true;
        }

        value = hexadecimal ? Round(negative, digits, exponent, false) : FromDecimal(negative, digits, exponent);

        // Not zero on paper but zero in the mantissa is underflow, and infinite without being called so is overflow.
        return value is { _infinite: false, _mantissa: not 0 };
    }

    /// <summary>Digits with an optional point, and an exponent of ten (or of two behind hexadecimal digits).</summary>
    private static bool TrySplit(ReadOnlySpan<byte> text, bool hexadecimal, out BigInteger digits, out int exponent)
    {
        StringBuilder collected = new(text.Length + 1);

        // A leading zero keeps BigInteger from taking the first hexadecimal digit for a sign.
        collected.Append('0');
        int at = 0, pointAt = -1;
        for (; at < text.Length; at++)
        {
            byte c = text[at];
            if (c == (byte)'.' && pointAt < 0) pointAt = collected.Length;
            else if (hexadecimal ? char.IsAsciiHexDigit((char)c) : char.IsAsciiDigit((char)c)) collected.Append((char)c);
            else break;
        }

        digits = default;
        exponent = 0;
        if (collected.Length == 1) return false;
        if (at < text.Length && !TryExponent(text[at..], hexadecimal ? (byte)'p' : (byte)'e', out exponent)) return false;
        if (pointAt >= 0) exponent -= (collected.Length - pointAt) * (hexadecimal ? 4 : 1);
        NumberStyles style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        digits = BigInteger.Parse(collected.ToString(), style, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, byte mark, out int exponent)
    {
        exponent = 0;
        if ((text[0] | 0x20) != mark) return false;
        text = text[1..];
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.Length == 0) return false;
        foreach (byte c in text)
        {
            if (!char.IsAsciiDigit((char)c)) return false;
            exponent = Math.Min(exponent * 10 + (c - '0'), ExponentTextMax);
        }

        if (negative) exponent = -exponent;
        return true;
    }

    private static ExtendedDouble FromDecimal(bool negative, BigInteger digits, int exponent)
    {
        // 0.301 is a little less than log10(2): the bounds are wide of the real ones, and only there to keep the powers small.
        double magnitude = digits.GetBitLength() * 0.301 + exponent;
        if (magnitude > 5100) return new(negative, 0, 0, infinite: true);
        if (magnitude < -5200) return new(negative, 0, 0);
        if (exponent >= 0) return Round(negative, digits * BigInteger.Pow(10, exponent), 0, false);

        // A quotient of some 66 bits (fewer for denormal numbers), so that at least two bits are cut and the remainder only breaks ties.
        BigInteger divisor = BigInteger.Pow(10, -exponent);
        long shift = Math.Max(digits.GetBitLength() - divisor.GetBitLength() - (MantissaBits + 2), ExponentMin - 2);
        if (shift < 0) digits <<= (int)-shift;
        else divisor <<= (int)shift;
        BigInteger quotient = BigInteger.DivRem(digits, divisor, out BigInteger remainder);
        return Round(negative, quotient, (int)shift, !remainder.IsZero);
    }

    /// <summary>
    /// Writes the number as C's %.17Lf, without trailing zeros and without a bare point: what clients see. Infinite: inf, -inf.
    /// </summary>
    /// <param name="to">At least <see cref="FormatBytesMax"/> bytes.</param>
    /// <returns>The number of bytes.</returns>
    /// <remarks>Source: ld2string, LD_STR_HUMAN; "-0" is written as "0".</remarks>
    public int Format(Span<byte> to)
    {
        Invariant.Check(to.Length >= FormatBytesMax, "an extended number needs room for all its digits");
        if (_infinite) return Encoding.ASCII.GetBytes(_negative ? "-inf" : "inf", to);
        if (_exponent == 0)
        {
            Utf8Formatter.TryFormat(_mantissa, _negative && _mantissa != 0 ? to[1..] : to, out int written);
            if (!_negative || _mantissa == 0) return written;
            to[0] = (byte)'-';
            return written + 1;
        }

        BigInteger scaled = _mantissa * DecimalScale;
        scaled = _exponent > 0 ? scaled << _exponent : CutToEven(scaled, -_exponent, false);
        if (scaled.IsZero) return Encoding.ASCII.GetBytes("0", to);
        ReadOnlySpan<char> digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        ReadOnlySpan<char> fraction = digits[^Decimals..].TrimEnd('0');
        int length = 0;
        if (_negative) to[length++] = (byte)'-';
        length += Encoding.ASCII.GetBytes(digits[..^Decimals], to[length..]);
        if (fraction.Length == 0) return length;
        to[length++] = (byte)'.';
        return length + Encoding.ASCII.GetBytes(fraction, to[length..]);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        byte[] text = new byte[FormatBytesMax];
        return Encoding.ASCII.GetString(text, 0, Format(text));
    }
}
