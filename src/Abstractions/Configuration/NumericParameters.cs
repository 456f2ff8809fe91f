using System.Globalization;

namespace ModularKv.Abstractions.Configuration;

/// <summary>A <c>yes</c> or <c>no</c>.</summary>
public sealed class BoolParameter(string name, bool defaultValue) : Parameter<bool>(name, defaultValue)
{
    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        string text = arguments.Length == 1 ? arguments[0] : "";
        if (text.Equals("yes", StringComparison.OrdinalIgnoreCase)) return Store(true, out error);
        if (text.Equals("no", StringComparison.OrdinalIgnoreCase)) return Store(false, out error);
        error = "argument must be 'yes' or 'no'";
        return SetOutcome.Refused;
    }

    /// <inheritdoc/>
    public override string Format() => Value ? "yes" : "no";
}

/// <summary>A whole number within inclusive limits.</summary>
public sealed class IntegerParameter(string name, long defaultValue, long minimum = long.MinValue, long maximum = long.MaxValue)
    : Parameter<long>(name, defaultValue)
{
    /// <summary>The smallest value allowed.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>The largest value allowed.</summary>
    public long Maximum { get; } = maximum;

    /// <summary>Read and shown in base 8, as file modes are.</summary>
    public bool IsOctal { get; init; }

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        string text = arguments.Length == 1 ? arguments[0] : "";
        bool parsed = IsOctal ? TryParseOctal(text, out long value) : TryParseStrict(text, out value);
        if (!parsed)
        {
            error = IsOctal ? "argument couldn't be parsed as an octal number" : "argument couldn't be parsed into an integer";
            return SetOutcome.Refused;
        }

        if (value < Minimum || value > Maximum)
        {
            error = $"argument must be between {Show(Minimum)} and {Show(Maximum)} inclusive";
            return SetOutcome.Refused;
        }

        return Store(value, out error);
    }

    /// <inheritdoc/>
    public override string Format() => Show(Value);

    /// <summary>Redis's string2ll: no blanks, no plus, no leading zeros, no overflow.</summary>
    internal static bool TryParseStrict(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text is "0") return true;
        ReadOnlySpan<char> digits = text.Length > 0 && text[0] == '-' ? text[1..] : text;
        if (digits.Length == 0 || digits[0] is < '1' or > '9') return false;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryParseOctal(string text, out long value)
    {
        value = 0;
        foreach (char digit in text)
        {
            // 20 octal digits fit into a long; more cannot be within any limit.
            if (digit is < '0' or > '7' || value >> 60 != 0) return false;
            value = (value << 3) + (digit - '0');
        }

        return true;
    }

    private string Show(long number) => IsOctal ? Convert.ToString(number, 8) : number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An amount of memory in bytes, with Redis's units; optionally a percentage, held as a negative number.</summary>
/// <remarks>Amounts above <see cref="long.MaxValue"/> are held as that.</remarks>
public sealed class MemoryParameter(string name, long defaultValue, long minimum = 0, long maximum = long.MaxValue)
    : Parameter<long>(name, defaultValue)
{
    /// <summary>The smallest number of bytes allowed. With <see cref="AllowsPercent"/> the limit is zero bytes.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>The largest number of bytes allowed.</summary>
    public long Maximum { get; } = maximum;

    /// <summary>Accepts <c>0%</c> to <c>100%</c> too; <see cref="Parameter{T}.Value"/> is then minus the percentage.</summary>
    public bool AllowsPercent { get; init; }

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        string text = arguments.Length == 1 ? arguments[0] : "-";
        if (MemorySize.TryParse(text, out long bytes))
        {
            if (bytes >= Minimum && bytes <= Maximum) return Store(bytes, out error);
            error = $"argument must be between {Minimum} and {Maximum} inclusive";
            return SetOutcome.Refused;
        }

        if (AllowsPercent && text.Length > 1 && text[^1] == '%'
            && IntegerParameter.TryParseStrict(text.AsSpan(0, text.Length - 1), out long percent) && percent >= 0)
        {
            if (percent <= 100) return Store(-percent, out error);
            error = "percentage argument must be less or equal to 100";
            return SetOutcome.Refused;
        }

        error = AllowsPercent ? "argument must be a memory or percent value" : "argument must be a memory value";
        return SetOutcome.Refused;
    }

    /// <inheritdoc/>
    public override string Format() => Value < 0
        ? (-Value).ToString(CultureInfo.InvariantCulture) + "%"
        : Value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override string FormatForFile() => Value < 0 ? Format() : MemorySize.Format(Value);
}

/// <summary>Redis's notation for amounts of memory: <c>1k</c> is 1000 bytes, <c>1kb</c> 1024, likewise m, mb, g, gb.</summary>
public static class MemorySize
{
    /// <summary>Parses an amount; no digits at all count as zero, as in Redis. Amounts that do not fit are held as the largest.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;

        long unit = text[digits..].ToLowerInvariant() switch
        {
            "" or "b" => 1,
            "k" => 1000,
            "kb" => 1024,
            "m" => 1000 * 1000,
            "mb" => 1024 * 1024,
            "g" => 1000 * 1000 * 1000,
            "gb" => 1024 * 1024 * 1024,
            _ => 0,
        };

        // Redis copies the digits into a buffer of 128 bytes.
        if (unit == 0 || digits >= 128) return false;
        UInt128 amount = 0;
        foreach (char digit in text.AsSpan(0, digits))
        {
            amount = UInt128.Min((amount * 10) + (uint)(digit - '0'), long.MaxValue);
        }

        bytes = (long)UInt128.Min(amount * (UInt128)unit, long.MaxValue);
        return true;
    }

    /// <summary>The shortest exact notation in gb, mb, kb or plain bytes, as CONFIG REWRITE writes it.</summary>
    public static string Format(long bytes)
    {
        if (bytes == 0) return "0";
        if (bytes % (1L << 30) == 0) return $"{bytes >> 30}gb";
        if (bytes % (1L << 20) == 0) return $"{bytes >> 20}mb";
        return bytes % (1L << 10) == 0 ? $"{bytes >> 10}kb" : bytes.ToString(CultureInfo.InvariantCulture);
    }
}
