using System.Globalization;

namespace ModularKv.Abstractions;

/// <summary>Doubles as C's strtod reads them, because that is what Redis lets through.</summary>
public static class DoubleText
{
    /// <summary>
    /// Reads a whole text as a double: a sign, decimal or hexadecimal, inf or infinity. Refuses an empty text, leading space, what is no
    /// number, not a number, and what does not fit (too large, or so small that nothing is left). Source: string2d.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        // The common cases first: integers and short decimals.
        if (NumberText.TryParse(text, out long integer))
        {
            value = integer;
            return true;
        }

        if (TryParseShort(text, out value)) return true;
        bool negative = text is [(byte)'-', ..];
        if (negative || text is [(byte)'+', ..]) text = text[1..];
        if (!TryParseUnsigned(text, out value)) return false;
        if (negative) value = -value;
        return true;
    }

    /// <summary>
    /// Reads a text as C's strtod and nothing else does: as <see cref="TryParse"/>, but with leading space, nothing at all for 0, a zero
    /// byte for the end, and with what is too large as infinity and what is too small as 0 (bounds of a range of scores).
    /// </summary>
    public static bool TryParseClamped(ReadOnlySpan<byte> text, out double value)
    {
        text = Words.Shown(text);
        value = 0;
        if (text.IsEmpty) return true;
        text = text.TrimStart(" \t\n\v\f\r"u8);
        if (TryParse(text, out value)) return true;
        bool negative = text is [(byte)'-', ..];
        if (negative || text is [(byte)'+', ..]) text = text[1..];
        if (!IsDecimal(text, out _)) return false;
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Styles, CultureInfo.InvariantCulture, out value)) return false;
        if (negative) value = -value;
        return true;
    }

    /// <summary>Up to 15 digits with a point or without: number and power of ten are exact, so one division rounds correctly.</summary>
    private static bool TryParseShort(ReadOnlySpan<byte> text, out double value)
    {
        const int DigitsMax = 15;
        value = 0;
        bool negative = text is [(byte)'-', ..];
        long number = 0;
        int digits = 0, point = -1;
        for (int i = negative ? 1 : 0; i < text.Length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit <= 9)
            {
                number = (number * 10) + digit;
                if (++digits > DigitsMax) return false;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                return false;
            }
        }

        if (digits == 0) return false;
        value = point < 0 ? number : number / PowersOfTen[digits - point];
        if (negative) value = -value;
        return true;
    }

    private static ReadOnlySpan<double> PowersOfTen => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private static bool TryParseUnsigned(ReadOnlySpan<byte> text, out double score)
    {
        if (Words.EqualsIgnoreCase(text, "inf"u8) || Words.EqualsIgnoreCase(text, "infinity"u8))
        {
            score = double.PositiveInfinity;
            return true;
        }

        if (text is [(byte)'0', (byte)'x' or (byte)'X', ..]) return TryParseHexadecimal(text[2..], out score);

        score = 0;
        if (!IsDecimal(text, out bool isZero)) return false;
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Styles, CultureInfo.InvariantCulture, out score)) return false;
        return Fits(score, isZero);
    }

    /// <summary>digits [. digits] [e [sign] digits], at least one digit before the exponent.</summary>
    private static bool IsDecimal(ReadOnlySpan<byte> text, out bool isZero)
    {
        isZero = true;
        int digits = 0;
        bool point = false;
        int i = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && !point)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)text[i])) break;
            if (text[i] != '0') isZero = false;
            digits++;
        }

        if (digits == 0) return false;
        if (i == text.Length) return true;
        if ((text[i] | 0x20) != 'e') return false;
        i++;
        if (i < text.Length && text[i] is (byte)'+' or (byte)'-') i++;
        if (i == text.Length) return false;
        for (; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit((char)text[i])) return false;
        }

        return true;
    }

    private static bool TryParseHexadecimal(ReadOnlySpan<byte> text, out double score)
    {
        score = 0;
        int digits = 0;
        int scale = 0;
        bool point = false;
        int i = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && !point)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiHexDigit((char)text[i])) break;
            score = score * 16 + Convert.ToInt32(((char)text[i]).ToString(), 16);
            if (point) scale -= 4;
            digits++;
        }

        if (digits == 0) return false;
        if (i < text.Length)
        {
            if ((text[i] | 0x20) != 'p') return false;
            if (!int.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent)) return false;
            scale = (int)Math.Clamp((long)scale + exponent, -100_000, 100_000);
        }

        bool isZero = score == 0;
        score = Math.ScaleB(score, scale);
        return Fits(score, isZero);
    }

    private static bool Fits(double score, bool isZero) => isZero || (score != 0 && double.IsFinite(score));
}
