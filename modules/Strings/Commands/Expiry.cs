using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>How an expiry argument is meant.</summary>
internal enum ExpiryKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>EX: seconds from now.</summary>
    Seconds,

    /// <summary>PX: milliseconds from now.</summary>
    Milliseconds,

    /// <summary>EXAT: Unix time in seconds.</summary>
    UnixSeconds,

    /// <summary>PXAT: Unix time in milliseconds.</summary>
    UnixMilliseconds,
}

/// <summary>Expiry arguments of SET, SETEX, PSETEX and GETEX.</summary>
internal static class Expiry
{
    /// <summary>The option's meaning, or None when the word is no expiry option.</summary>
    public static ExpiryKind KindOf(ReadOnlySpan<byte> word)
    {
        if (word.Length == 2)
        {
            if (Words.EqualsIgnoreCase(word, "ex"u8)) return ExpiryKind.Seconds;
            if (Words.EqualsIgnoreCase(word, "px"u8)) return ExpiryKind.Milliseconds;
        }
        else if (word.Length == 4)
        {
            if (Words.EqualsIgnoreCase(word, "exat"u8)) return ExpiryKind.UnixSeconds;
            if (Words.EqualsIgnoreCase(word, "pxat"u8)) return ExpiryKind.UnixMilliseconds;
        }

        return ExpiryKind.None;
    }

    /// <summary>Turns the argument into Unix milliseconds. False: it is out of range or no integer, and that was replied.</summary>
    public static bool TryRead(ref CommandContext call, int index, ExpiryKind kind, out long expireAtMs)
    {
        if (!NumberText.TryParse(call.Argument(index), out expireAtMs))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        bool valid = expireAtMs > 0;
        if (valid && kind is ExpiryKind.Seconds or ExpiryKind.UnixSeconds)
        {
            valid = expireAtMs <= long.MaxValue / 1000;
            expireAtMs = unchecked(expireAtMs * 1000);
        }

        // The sum wraps to a negative number when it is out of range.
        if (valid && kind is ExpiryKind.Seconds or ExpiryKind.Milliseconds) expireAtMs = unchecked(expireAtMs + call.NowMs);
        if (valid && expireAtMs > 0) return true;
        call.Reply.Error($"ERR invalid expire time in '{call.Command.FullName}' command");
        return false;
    }
}
