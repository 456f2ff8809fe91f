using System.Buffers.Text;
using System.Globalization;

namespace ModularKv.Lua.Libraries;

/// <summary>Numbers as C's printf writes them with <c>%.Ng</c>.</summary>
internal static class GeneralText
{
    /// <summary>Bytes that any number with up to 17 digits takes at most.</summary>
    public const int BytesMax = 40;

    /// <summary>Writes a number with so many significant digits (1 to 17).</summary>
    /// <returns>Bytes written.</returns>
    public static int Format(double value, int digits, Span<byte> to)
    {
        if (!double.IsFinite(value)) return FormatSpecial(value, to);
        double limit = digits >= 15 ? 1e15 : PowerOfTen(digits);
        if (Math.Abs(value) < limit && value == Math.Truncate(value) && !(value == 0 && double.IsNegative(value)))
        {
            Utf8Formatter.TryFormat((long)value, to, out int length);
            return length;
        }

        return FormatGeneral(value, digits, to);
    }

    /// <summary>A number as <c>tostring</c> writes it.</summary>
    public static ReadOnlySpan<byte> Written(double value, Span<byte> to) => to[..Format(value, 14, to)];

    private static double PowerOfTen(int exponent)
    {
        double power = 1;
        for (int i = 0; i < exponent; i++) power *= 10;
        return power;
    }

    private static int FormatSpecial(double value, Span<byte> to)
    {
        ReadOnlySpan<byte> text = double.IsNaN(value) ? "nan"u8 : "inf"u8;
        int at = 0;
        if (double.IsNegative(value)) to[at++] = (byte)'-';
        text.CopyTo(to[at..]);
        return at + 3;
    }

    private static int FormatGeneral(double value, int digits, Span<byte> to)
    {
        Span<byte> scientific = stackalloc byte[BytesMax];
        Span<char> format = ['E', (char)('0' + ((digits - 1) / 10)), (char)('0' + ((digits - 1) % 10))];
        value.TryFormat(scientific, out int length, format, CultureInfo.InvariantCulture);
        scientific = scientific[..length];
        int at = 0;
        if (scientific[0] == '-')
        {
            to[at++] = (byte)'-';
            scientific = scientific[1..];
        }

        int mark = scientific.IndexOf((byte)'E');
        Utf8Parser.TryParse(scientific[(mark + 1)..], out int exponent, out _);
        Span<byte> mantissa = stackalloc byte[BytesMax];
        int count = 0;
        foreach (byte digit in scientific[..mark])
        {
            if (digit != '.') mantissa[count++] = digit;
        }

        while (count > 1 && mantissa[count - 1] == '0') count--;
        return at + (exponent < -4 || exponent >= digits
            ? Exponential(mantissa[..count], exponent, to[at..])
            : Plain(mantissa[..count], exponent, to[at..]));
    }

    private static int Exponential(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> to)
    {
        int at = 0;
        to[at++] = mantissa[0];
        if (mantissa.Length > 1)
        {
            to[at++] = (byte)'.';
            mantissa[1..].CopyTo(to[at..]);
            at += mantissa.Length - 1;
        }

        to[at++] = (byte)'e';
        to[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Utf8Formatter.TryFormat(Math.Abs(exponent), to[at..], out int length, new System.Buffers.StandardFormat('D', 2));
        return at + length;
    }

    private static int Plain(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> to)
    {
        int at = 0;
        if (exponent < 0)
        {
            to[at++] = (byte)'0';
            to[at++] = (byte)'.';
            for (int i = -1; i > exponent; i--) to[at++] = (byte)'0';
            mantissa.CopyTo(to[at..]);
            return at + mantissa.Length;
        }

        for (int i = 0; i < mantissa.Length || i <= exponent; i++)
        {
            if (i == exponent + 1) to[at++] = (byte)'.';
            to[at++] = i < mantissa.Length ? mantissa[i] : (byte)'0';
        }

        return at;
    }
}
