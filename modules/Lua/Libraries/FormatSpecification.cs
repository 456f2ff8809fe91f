using System.Buffers.Text;
using System.Globalization;

namespace ModularKv.Lua.Libraries;

/// <summary>One conversion of string.format, with C's meaning of flags, width and precision.</summary>
internal readonly ref struct FormatSpecification
{
    private const int DigitsMax = 512;

    private FormatSpecification(ReadOnlySpan<byte> flags, int width, int precision, byte conversion)
    {
        IsLeft = flags.Contains((byte)'-');
        IsSigned = flags.Contains((byte)'+');
        HasSpace = flags.Contains((byte)' ');
        IsAlternate = flags.Contains((byte)'#');
        IsZeroed = flags.Contains((byte)'0');
        Width = width;
        Precision = precision;
        Conversion = conversion;
    }

    public byte Conversion { get; }

    private bool IsLeft { get; }

    private bool IsSigned { get; }

    private bool HasSpace { get; }

    private bool IsAlternate { get; }

    private bool IsZeroed { get; }

    private int Width { get; }

    private int Precision { get; }

    /// <summary>Reads what follows a percent sign.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, ref int at, out FormatSpecification specification, out string? error)
    {
        specification = default;
        error = null;
        int start = at;
        while (at < text.Length && "-+ #0"u8.Contains(text[at])) at++;
        ReadOnlySpan<byte> flags = text[start..at];
        if (flags.Length >= 6)
        {
            error = "invalid format (repeated flags)";
            return false;
        }

        int width = Digits(text, ref at);
        int precision = -1;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            precision = Math.Max(0, Digits(text, ref at));
        }

        if (at < text.Length && char.IsAsciiDigit((char)text[at]))
        {
            error = "invalid format (width or precision too long)";
            return false;
        }

        byte conversion = at < text.Length ? text[at] : (byte)0;
        at++;
        specification = new FormatSpecification(flags, Math.Max(0, width), precision, conversion);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int at)
    {
        int value = -1;
        for (int i = 0; i < 2 && at < text.Length && char.IsAsciiDigit((char)text[at]); i++)
        {
            value = (Math.Max(0, value) * 10) + (text[at++] - '0');
        }

        return value;
    }

    /// <summary>Adds text in the field's width.</summary>
    public void Pad(ByteBuffer buffer, ReadOnlySpan<byte> text)
    {
        if (!IsLeft) buffer.Add((byte)' ', Width - text.Length);
        buffer.Add(text);
        if (IsLeft) buffer.Add((byte)' ', Width - text.Length);
    }

    /// <summary>%s</summary>
    public void AddText(ByteBuffer buffer, ReadOnlySpan<byte> text)
    {
        // A text of 100 bytes and more is not formatted where no precision is given.
        if (Precision < 0 && text.Length >= 100)
        {
            buffer.Add(text);
            return;
        }

        int zero = text.IndexOf((byte)0);
        if (zero >= 0) text = text[..zero];
        Pad(buffer, Precision >= 0 && Precision < text.Length ? text[..Precision] : text);
    }

    /// <summary>%d</summary>
    public void AddInteger(ByteBuffer buffer, long value)
    {
        Span<byte> digits = stackalloc byte[24];
        ulong magnitude = value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
        Utf8Formatter.TryFormat(magnitude, digits, out int length);
        if (Precision == 0 && value == 0) length = 0;
        AddDigits(buffer, Sign(value < 0), digits[..length], Precision < 0);
    }

    /// <summary>%o %u %x %X</summary>
    public void AddUnsigned(ByteBuffer buffer, ulong value)
    {
        Span<byte> digits = stackalloc byte[24];
        int at = 24;
        uint radix = Conversion switch { (byte)'o' => 8u, (byte)'u' => 10u, _ => 16u };
        ReadOnlySpan<byte> alphabet = Conversion == 'X' ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        for (ulong rest = value; rest != 0; rest /= radix) digits[--at] = alphabet[(int)(rest % radix)];
        if (value == 0 && Precision != 0) digits[--at] = (byte)'0';
        ReadOnlySpan<byte> prefix = default;
        if (IsAlternate && value != 0 && radix == 16) prefix = Conversion == 'X' ? "0X"u8 : "0x"u8;
        if (IsAlternate && radix == 8 && (at == 24 || digits[at] != '0')) digits[--at] = (byte)'0';
        AddDigits(buffer, prefix, digits[at..], Precision < 0);
    }

    /// <summary>%e %E %f %g %G</summary>
    public void AddFloat(ByteBuffer buffer, double value)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        int length;
        double magnitude = Math.Abs(value);
        bool isUpper = Conversion is (byte)'E' or (byte)'G';
        int precision = Precision < 0 ? 6 : Precision;
        if (!double.IsFinite(value))
        {
            ReadOnlySpan<byte> word = double.IsNaN(value) ? (isUpper ? "NAN"u8 : "nan"u8) : isUpper ? "INF"u8 : "inf"u8;
            word.CopyTo(digits);
            AddDigits(buffer, Sign(double.IsNegative(value)), digits[..3], false);
            return;
        }

        if (Conversion == 'f')
        {
            length = Standard(magnitude, 'F', precision, digits);
            if (IsAlternate && precision == 0) digits[length++] = (byte)'.';
        }
        else if (Conversion is (byte)'e' or (byte)'E')
        {
            length = Exponential(magnitude, precision, digits);
        }
        else
        {
            length = GeneralText.Format(magnitude, Math.Clamp(precision, 1, 17), digits);
            if (precision > 17) length = Long(magnitude, precision, digits);
        }

        if (isUpper) System.Text.Ascii.ToUpperInPlace(digits[..length], out _);
        AddDigits(buffer, Sign(double.IsNegative(value)), digits[..length], true);
    }

    private static int Standard(double value, char kind, int precision, Span<byte> to)
    {
        Span<char> format = [kind, (char)('0' + (precision / 10)), (char)('0' + (precision % 10))];
        value.TryFormat(to, out int length, format, CultureInfo.InvariantCulture);
        return length;
    }

    private static int Exponential(double value, int precision, Span<byte> to)
    {
        int length = Standard(value, 'E', precision, to);
        int mark = to[..length].IndexOf((byte)'E');
        to[mark] = (byte)'e';
        // .NET writes three digits of the exponent, C two where that is enough.
        if (to[mark + 2] == '0')
        {
            to[(mark + 3)..length].CopyTo(to[(mark + 2)..]);
            length--;
        }

        return length;
    }

    /// <summary>%g with more digits than a double has.</summary>
    private static int Long(double value, int precision, Span<byte> to)
    {
        Span<byte> scientific = stackalloc byte[DigitsMax];
        int length = Standard(value, 'E', precision - 1, scientific);
        int mark = scientific[..length].IndexOf((byte)'E');
        Utf8Parser.TryParse(scientific[(mark + 1)..length], out int exponent, out _);
        if (exponent < -4 || exponent >= precision) length = Exponential(value, precision - 1, to);
        else length = Standard(value, 'F', Math.Min(99, precision - 1 - exponent), to);
        int tail = to[..length].IndexOf((byte)'e');
        int end = tail < 0 ? length : tail;
        if (!to[..end].Contains((byte)'.')) return length;
        int kept = end;
        while (to[kept - 1] == '0') kept--;
        if (to[kept - 1] == '.') kept--;
        to[end..length].CopyTo(to[kept..]);
        return kept + length - end;
    }

    private ReadOnlySpan<byte> Sign(bool isNegative) => isNegative ? "-"u8 : IsSigned ? "+"u8 : HasSpace ? " "u8 : default;

    private void AddDigits(ByteBuffer buffer, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> digits, bool mayZero)
    {
        bool isInteger = Conversion is (byte)'d' or (byte)'i' or (byte)'o' or (byte)'u' or (byte)'x' or (byte)'X';
        int zeros = isInteger ? Math.Max(0, Precision - digits.Length) : 0;
        int padding = Width - prefix.Length - zeros - digits.Length;
        if (IsZeroed && !IsLeft && mayZero && padding > 0)
        {
            zeros += padding;
            padding = 0;
        }

        if (!IsLeft) buffer.Add((byte)' ', padding);
        buffer.Add(prefix);
        buffer.Add((byte)'0', zeros);
        buffer.Add(digits);
        if (IsLeft) buffer.Add((byte)' ', padding);
    }
}
