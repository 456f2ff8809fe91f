using System.Buffers.Text;
using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>Reads arguments that several list commands share; answers the client where they are wrong.</summary>
internal static class ListArguments
{
    private const double MsPerSecond = 1000;

    // From here on a double is no longer a 64-bit integer: Redis's conversion gives the smallest one.
    private const double TooLong = 9.2233720368547758e18;

    private static ReadOnlySpan<byte> OutOfRange => "ERR value is out of range, must be positive"u8;

    /// <summary>LEFT or RIGHT.</summary>
    public static bool TrySide(ref CommandContext call, int at, out bool left)
    {
        left = call.ArgumentIs(at, "left"u8);
        if (left || call.ArgumentIs(at, "right"u8)) return true;
        call.Reply.SyntaxError();
        return false;
    }

    /// <summary>An integer.</summary>
    public static bool TryInteger(ref CommandContext call, int at, out long number)
    {
        if (NumberText.TryParse(call.Argument(at), out number)) return true;
        call.Reply.NotAnInteger();
        return false;
    }

    /// <summary>An integer from <paramref name="least"/> on.</summary>
    public static bool TryAtLeast(ref CommandContext call, int at, long least, ReadOnlySpan<byte> error, out long number)
    {
        if (NumberText.TryParse(call.Argument(at), out number) && number >= least) return true;
        call.Reply.Error(error.IsEmpty ? OutOfRange : error);
        return false;
    }

    /// <summary>Seconds, decimals allowed, as milliseconds rounded up; 0: for ever. Source: getTimeoutFromObjectOrReply.</summary>
    public static bool TryTimeout(ref CommandContext call, int at, out long timeoutMs)
    {
        timeoutMs = 0;
        ReadOnlySpan<byte> text = call.Argument(at);
        if (!TrySeconds(text, out double seconds))
        {
            call.Reply.Error("ERR timeout is not a float or out of range"u8);
            return false;
        }

        double ms = Math.Ceiling(seconds * MsPerSecond);
        if (ms < 0 || ms >= TooLong)
        {
            call.Reply.Error("ERR timeout is negative"u8);
            return false;
        }

        timeoutMs = (long)ms;
        return true;
    }

    private static bool TrySeconds(ReadOnlySpan<byte> text, out double seconds)
    {
        if (NumberText.TryParse(text, out long whole))
        {
            seconds = whole;
            return true;
        }

        // Short plain decimals without garbage; everything else that C reads, hexadecimal digits too, the long way.
        const int PlainMax = 16;
        bool isPlain = text.Length is > 0 and <= PlainMax && text.IndexOfAnyExcept("0123456789."u8) < 0
            && text[0] != '.' && text[^1] != '.';
        if (isPlain && Utf8Parser.TryParse(text, out seconds, out int used) && used == text.Length) return true;
        bool isNumber = ExtendedDouble.TryParse(text, out ExtendedDouble number);
        seconds = isNumber ? number.ToDouble() : 0;
        return isNumber;
    }
}
