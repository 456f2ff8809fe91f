using System.Globalization;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>How much unsent output a class of clients may pile up.</summary>
/// <param name="HardBytes">Disconnect at once above this; 0: no limit.</param>
/// <param name="SoftBytes">Disconnect when above this for <paramref name="SoftSeconds"/>; 0: no limit.</param>
/// <param name="SoftSeconds">Seconds above the soft limit.</param>
internal readonly record struct OutputBufferLimit(long HardBytes, long SoftBytes, long SoftSeconds);

/// <summary>The limits of all classes.</summary>
internal readonly record struct OutputBufferLimits(OutputBufferLimit Normal, OutputBufferLimit Replica, OutputBufferLimit PubSub);

/// <summary><c>client-output-buffer-limit class hard soft seconds …</c>: a class that is not named keeps its limits.</summary>
internal sealed class OutputBufferLimitParameter : Parameter<OutputBufferLimits>
{
    private const string WrongCount = "Wrong number of arguments in buffer limit configuration.";
    private const string WrongClass = "Invalid client class specified in buffer limit configuration.";
    private const string WrongNumber = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";

    /// <summary>With Redis's defaults.</summary>
    public OutputBufferLimitParameter() : base("client-output-buffer-limit", new OutputBufferLimits(
        default, new OutputBufferLimit(256 << 20, 64 << 20, 60), new OutputBufferLimit(32 << 20, 8 << 20, 60)))
    {
        Flags = ParameterFlags.MultiArgument;
        Description = "Unsent output, by class of client, that costs the client its connection.";
    }

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        error = WrongCount;
        if (arguments.Length % 4 != 0) return SetOutcome.Refused;

        OutputBufferLimits limits = Value;
        for (int i = 0; i < arguments.Length; i += 4)
        {
            string name = arguments[i].ToLowerInvariant();
            error = WrongClass;
            if (name is not ("normal" or "slave" or "replica" or "pubsub")) return SetOutcome.Refused;

            error = WrongNumber;
            if (!MemorySize.TryParse(arguments[i + 1], out long hard) || !MemorySize.TryParse(arguments[i + 2], out long soft)
                || !CNumber.TryParse(arguments[i + 3], out long seconds) || seconds is < 0 or > int.MaxValue)
            {
                return SetOutcome.Refused;
            }

            var limit = new OutputBufferLimit(hard, soft, seconds);
            limits = name switch
            {
                "normal" => limits with { Normal = limit },
                "pubsub" => limits with { PubSub = limit },
                _ => limits with { Replica = limit },
            };
        }

        return Store(limits, out error);
    }

    /// <inheritdoc/>
    public override string Format() =>
        $"normal {Plain(Value.Normal)} slave {Plain(Value.Replica)} pubsub {Plain(Value.PubSub)}";

    /// <inheritdoc/>
    public override void AppendRewriteLines(ICollection<RewriteLine> lines)
    {
        lines.Add(Line("normal", Value.Normal, Default.Normal));
        lines.Add(Line("replica", Value.Replica, Default.Replica));
        lines.Add(Line("pubsub", Value.PubSub, Default.PubSub));
    }

    private static string Plain(OutputBufferLimit limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{limit.HardBytes} {limit.SoftBytes} {limit.SoftSeconds}");

    private RewriteLine Line(string name, OutputBufferLimit limit, OutputBufferLimit standard) => new(
        $"{Name} {name} {MemorySize.Format(limit.HardBytes)} {MemorySize.Format(limit.SoftBytes)} {limit.SoftSeconds}", limit != standard);
}

/// <summary>Numbers as C's strtoll reads them, which is laxer than Redis's own parser: leading blanks, plus and zeros are fine.</summary>
internal static class CNumber
{
    /// <summary>Parses a decimal number; no digits at all are zero. Too large ones are held as the largest.</summary>
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart(" \t\n\v\f\r");
        bool negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+') rest = rest[1..];
        if (rest.IsEmpty) return text.Length == 0;

        Int128 number = 0;
        foreach (char digit in rest)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            number = Int128.Min((number * 10) + (digit - '0'), long.MaxValue);
        }

        value = negative ? -(long)number : (long)number;
        return true;
    }
}
