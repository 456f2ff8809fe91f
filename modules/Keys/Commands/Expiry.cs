using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST.</summary>
internal sealed class Expiry(Settings settings)
{
    /// <summary>EXPIRE key seconds [NX|XX|GT|LT]. Source: redis.io/commands/expire.</summary>
    public void Expire(ref CommandContext call) => Set(ref call, inSeconds: true, call.NowMs);

    /// <summary>PEXPIRE key milliseconds [NX|XX|GT|LT]. Source: redis.io/commands/pexpire.</summary>
    public void ExpireMs(ref CommandContext call) => Set(ref call, inSeconds: false, call.NowMs);

    /// <summary>EXPIREAT key unix-time-seconds [NX|XX|GT|LT]. Source: redis.io/commands/expireat.</summary>
    public void ExpireAt(ref CommandContext call) => Set(ref call, inSeconds: true, 0);

    /// <summary>PEXPIREAT key unix-time-milliseconds [NX|XX|GT|LT]. Source: redis.io/commands/pexpireat.</summary>
    public void ExpireAtMs(ref CommandContext call) => Set(ref call, inSeconds: false, 0);

    /// <summary>PERSIST key. Source: redis.io/commands/persist.</summary>
    public static void Persist(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing || !entry.HasExpiry)
        {
            call.Reply.Integer(0);
            return;
        }

        call.Keys.ClearExpiry(entry);
        call.Changed(key, KeyEventClass.Generic, "persist"u8);
        call.Reply.Integer(1);
    }

    private void Set(ref CommandContext call, bool inSeconds, long baseMs)
    {
        ExpireConditions conditions = ExpireConditions.None;
        if (call.ArgumentCount > 3 && !TryReadConditions(ref call, out conditions)) return;
        if (!NumberText.TryParse(call.Argument(2), out long number))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (!ExpiryTime.TryAbsolute(number, inSeconds, baseMs, out long expireAtMs))
        {
            call.Reply.Error($"ERR invalid expire time in '{call.Command.FullName}' command");
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing || (conditions != 0 && !ExpiryTime.Allows(conditions, entry.ExpireAtMs, expireAtMs)))
        {
            call.Reply.Integer(0);
            return;
        }

        // What a master or a file says is not judged by our clock: the past time is kept, and the deletion follows in the stream.
        bool obeys = (call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0;
        if (expireAtMs <= call.NowMs && !obeys)
        {
            DeletePast(ref call, key, entry);
        }
        else
        {
            call.Keys.SetExpiry(entry, expireAtMs);
            call.Changed(key, KeyEventClass.Generic, "expire"u8);
            if (inSeconds || baseMs != 0) Propagate(ref call, expireAtMs);
        }

        call.Reply.Integer(1);
    }

    private void DeletePast(ref CommandContext call, KeyRef key, Entry entry)
    {
        bool lazy = settings.LazyExpire;
        call.Keys.Delete(entry, lazy);
        call.Changed(key, KeyEventClass.Generic, "del"u8);
        if (call.Server.Propagation.Active) call.PropagateAs().Add(lazy ? "UNLINK"u8 : "DEL"u8).Add(key.Bytes).Send();
    }

    /// <summary>An absolute time means the same to whoever replays it later; the conditions go along as they came.</summary>
    private static void Propagate(ref CommandContext call, long expireAtMs)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs().Add("PEXPIREAT"u8).Add(call.Argument(1)).Add(expireAtMs);
        for (int i = 3; i < call.ArgumentCount; i++) effect.Add(call.Argument(i));
        effect.Send();
    }

    private static bool TryReadConditions(ref CommandContext call, out ExpireConditions conditions)
    {
        conditions = ExpireConditions.None;
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "nx"u8)) conditions |= ExpireConditions.IfNone;
            else if (call.ArgumentIs(i, "xx"u8)) conditions |= ExpireConditions.IfAny;
            else if (call.ArgumentIs(i, "gt"u8)) conditions |= ExpireConditions.IfLater;
            else if (call.ArgumentIs(i, "lt"u8)) conditions |= ExpireConditions.IfEarlier;
            else
            {
                call.Reply.Error([.. "ERR Unsupported option "u8, .. Words.Shown(call.Argument(i))]);
                return false;
            }
        }

        const ExpireConditions Both = ExpireConditions.IfLater | ExpireConditions.IfEarlier;
        if ((conditions & ExpireConditions.IfNone) != 0 && conditions != ExpireConditions.IfNone)
        {
            call.Reply.Error("ERR NX and XX, GT or LT options at the same time are not compatible"u8);
            return false;
        }

        if ((conditions & Both) == Both)
        {
            call.Reply.Error("ERR GT and LT options at the same time are not compatible"u8);
            return false;
        }

        return true;
    }
}
