namespace ModularKv.Keys;

/// <summary>The arithmetic of the EXPIRE family. Pure.</summary>
public static class ExpiryTime
{
    /// <summary>Turns a command's number into an absolute time.</summary>
    /// <param name="number">The argument; negative means past.</param>
    /// <param name="inSeconds">The argument counts seconds, not milliseconds.</param>
    /// <param name="baseMs">Unix milliseconds that a relative time counts from; 0 for absolute times.</param>
    /// <param name="expireAtMs">Unix milliseconds.</param>
    /// <returns>False: the time does not fit into 64 bits of milliseconds.</returns>
    public static bool TryAbsolute(long number, bool inSeconds, long baseMs, out long expireAtMs)
    {
        expireAtMs = 0;
        if (inSeconds)
        {
            if (number is > long.MaxValue / 1000 or < long.MinValue / 1000) return false;
            number *= 1000;
        }

        if (number > long.MaxValue - baseMs) return false;
        expireAtMs = number + baseMs;
        return true;
    }

    /// <summary>Whether the conditions let the new time replace the present one.</summary>
    /// <param name="conditions">NX, XX, GT, LT.</param>
    /// <param name="currentMs">The present time, Unix milliseconds; -1: the key never expires, which counts as infinitely late.</param>
    /// <param name="newMs">The new time, Unix milliseconds.</param>
    public static bool Allows(ExpireConditions conditions, long currentMs, long newMs)
    {
        bool expires = currentMs != -1;
        if ((conditions & ExpireConditions.IfNone) != 0 && expires) return false;
        if ((conditions & ExpireConditions.IfAny) != 0 && !expires) return false;
        if ((conditions & ExpireConditions.IfLater) != 0 && (!expires || newMs <= currentMs)) return false;
        return (conditions & ExpireConditions.IfEarlier) == 0 || !expires || newMs < currentMs;
    }

    /// <summary>Remaining time as TTL (rounded to the nearest second) or PTTL reply it; an expired key has 0 left.</summary>
    public static long Remaining(long expireAtMs, long nowMs, bool inSeconds) => InUnit(Math.Max(expireAtMs - nowMs, 0), inSeconds);

    /// <summary>A time of milliseconds in the reply's unit, seconds rounded to the nearest.</summary>
    public static long InUnit(long milliseconds, bool inSeconds)
        => !inSeconds ? milliseconds : (milliseconds / 1000) + (milliseconds % 1000 >= 500 ? 1 : 0);
}

/// <summary>Conditions of the EXPIRE family.</summary>
[Flags]
public enum ExpireConditions
{
    /// <summary>Always.</summary>
    None = 0,

    /// <summary>NX: only when the key has no time to live.</summary>
    IfNone = 1,

    /// <summary>XX: only when it has one.</summary>
    IfAny = 2,

    /// <summary>GT: only when the new one is later.</summary>
    IfLater = 4,

    /// <summary>LT: only when the new one is earlier.</summary>
    IfEarlier = 8,
}
