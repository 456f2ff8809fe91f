using ModularKv.Abstractions;

namespace ModularKv.Hashes.Commands;

/// <summary>The arguments that the commands on times of fields share: a time, and FIELDS numfields field …</summary>
internal static class FieldArguments
{
    /// <summary>Latest time that a command may give a field, Unix milliseconds. Source: HFE_MAX_ABS_TIME_MSEC.</summary>
    public const long TimeMsMax = (1L << 46) - 1;

    /// <summary>Reads FIELDS and the number, which stand at <paramref name="at"/>; the fields go to the end of the command.</summary>
    /// <returns>False: they are malformed; the error is replied.</returns>
    public static bool TryReadFields(ref CommandContext call, int at, ReadOnlySpan<byte> notPositive)
    {
        if (!call.ArgumentIs(at, "fields"u8))
        {
            call.Reply.Error("ERR Mandatory argument FIELDS is missing or not at the right position"u8);
            return false;
        }

        if (at + 1 == call.ArgumentCount || !NumberText.TryParse(call.Argument(at + 1), out long fields) || fields < 1)
        {
            call.Reply.Error(notPositive);
            return false;
        }

        if (fields == call.ArgumentCount - at - 2) return true;
        call.Reply.Error("ERR The `numfields` parameter must match the number of arguments"u8);
        return false;
    }

    /// <summary>Reads a time.</summary>
    /// <param name="call">The call.</param>
    /// <param name="at">Index of the argument.</param>
    /// <param name="inSeconds">It counts seconds, not milliseconds.</param>
    /// <param name="baseMs">What it counts from: now, or 0 for Unix time.</param>
    /// <param name="expireAtMs">Unix milliseconds.</param>
    /// <returns>False: it is out of range or no integer; the error is replied.</returns>
    public static bool TryReadTime(ref CommandContext call, int at, bool inSeconds, long baseMs, out long expireAtMs)
    {
        if (!NumberText.TryParse(call.Argument(at), out expireAtMs))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (expireAtMs < 0)
        {
            call.Reply.Error("ERR invalid expire time, must be >= 0"u8);
            return false;
        }

        int unit = inSeconds ? 1000 : 1;
        if (expireAtMs <= TimeMsMax / unit && expireAtMs * unit <= TimeMsMax - baseMs)
        {
            expireAtMs = expireAtMs * unit + baseMs;
            return true;
        }

        call.Reply.Error($"ERR invalid expire time in '{call.Command.FullName}' command");
        return false;
    }

    /// <summary>Whether the argument is EX, PX, EXAT or PXAT, and how the time behind it counts.</summary>
    public static bool IsTimeOption(ref CommandContext call, int at, out bool inSeconds, out bool isAbsolute)
    {
        inSeconds = call.ArgumentIs(at, "ex"u8) || call.ArgumentIs(at, "exat"u8);
        isAbsolute = call.ArgumentIs(at, "pxat"u8) || call.ArgumentIs(at, "exat"u8);
        return inSeconds || isAbsolute || call.ArgumentIs(at, "px"u8);
    }
}
