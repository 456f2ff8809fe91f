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
        // The common case first: integers.
        if (NumberText.TryParse(text, out long integer))
        {
            value = integer;
            return true;
        }

        bool negative = text is [(byte)'-', ..];
        if (negative || text is [(byte)'+', ..]) text = text[1..];
        if (!TryParseUnsigned(text, out value)) return false;
        if (negative) value = -value;
        return true;
    }

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
