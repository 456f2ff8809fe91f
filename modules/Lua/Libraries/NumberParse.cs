using System.Buffers.Text;
using System.Globalization;

namespace ModularKv.Lua.Libraries;

/// <summary>Reads numbers as C's strtod does: the longest beginning that is one.</summary>
internal static class NumberParse
{
    public static bool TryParsePrefix(ReadOnlySpan<byte> text, out double value, out int used)
    {
        value = 0;
        used = 0;
        int at = 0;
        bool isNegative = false;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-') isNegative = text[at++] == '-';
        ReadOnlySpan<byte> rest = text[at..];
        if (TryWord(rest, out double special, out int wordLength))
        {
            value = isNegative ? -special : special;
            used = at + wordLength;
            return true;
        }

        if (rest.Length > 2 && rest[0] == '0' && (rest[1] | 0x20) == 'x' && char.IsAsciiHexDigit((char)rest[2]))
        {
            used = at + 2 + Hexadecimal(rest[2..], out value);
            if (isNegative) value = -value;
            return true;
        }

        int end = DecimalLength(rest);
        if (end == 0) return false;
        if (!double.TryParse(rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return false;
        if (isNegative) value = -value;
        used = at + end;
        return true;
    }

    private static bool TryWord(ReadOnlySpan<byte> text, out double value, out int length)
    {
        value = double.PositiveInfinity;
        length = 0;
        if (StartsWith(text, "infinity"u8)) length = 8;
        else if (StartsWith(text, "inf"u8)) length = 3;
        if (length == 0 && StartsWith(text, "nan"u8))
        {
            length = 3;
            value = BitConverter.UInt64BitsToDouble(0x7FF8000000000000);
        }

        return length > 0;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
        => text.Length >= word.Length && System.Text.Ascii.EqualsIgnoreCase(text[..word.Length], word);

    private static int DecimalLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && char.IsAsciiDigit((char)text[at])) at++;
        int digits = at;
        if (at < text.Length && text[at] == '.')
        {
            int fraction = at + 1;
            while (fraction < text.Length && char.IsAsciiDigit((char)text[fraction])) fraction++;
            digits += fraction - at - 1;
            at = fraction;
        }

        if (digits == 0) return 0;
        if (at < text.Length && (text[at] | 0x20) == 'e')
        {
            int exponent = at + 1;
            if (exponent < text.Length && text[exponent] is (byte)'+' or (byte)'-') exponent++;
            int first = exponent;
            while (exponent < text.Length && char.IsAsciiDigit((char)text[exponent])) exponent++;
            if (exponent > first) at = exponent;
        }

        return at;
    }

    private static int Hexadecimal(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        int at = 0;
        for (; at < text.Length && char.IsAsciiHexDigit((char)text[at]); at++)
        {
            Utf8Parser.TryParse(text.Slice(at, 1), out int digit, out _, 'x');
            value = (value * 16) + digit;
        }

        return at;
    }
}
