using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>TTL, PTTL, EXPIRETIME, PEXPIRETIME: -2 for no key, -1 for a key that never expires.</summary>
internal static class TimeToLive
{
    /// <summary>TTL key. Source: redis.io/commands/ttl.</summary>
    public static void Seconds(ref CommandContext call) => Reply(ref call, inSeconds: true, absolute: false);

    /// <summary>PTTL key. Source: redis.io/commands/pttl.</summary>
    public static void Milliseconds(ref CommandContext call) => Reply(ref call, inSeconds: false, absolute: false);

    /// <summary>EXPIRETIME key. Source: redis.io/commands/expiretime.</summary>
    public static void UnixSeconds(ref CommandContext call) => Reply(ref call, inSeconds: true, absolute: true);

    /// <summary>PEXPIRETIME key. Source: redis.io/commands/pexpiretime.</summary>
    public static void UnixMilliseconds(ref CommandContext call) => Reply(ref call, inSeconds: false, absolute: true);

    private static void Reply(ref CommandContext call, bool inSeconds, bool absolute)
    {
        Entry entry = call.Keys.Find(call.Key(1), Access.NoTouch);
        if (entry.IsMissing)
        {
            call.Reply.Integer(-2);
            return;
        }

        if (!entry.HasExpiry)
        {
            call.Reply.Integer(-1);
            return;
        }

        long at = entry.ExpireAtMs;
        call.Reply.Integer(absolute ? ExpiryTime.InUnit(at, inSeconds) : ExpiryTime.Remaining(at, call.NowMs, inSeconds));
    }
}
