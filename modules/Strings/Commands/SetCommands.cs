using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>SET and its older relatives: SETNX, SETEX, PSETEX, GETSET, MSET, MSETNX.</summary>
internal sealed class SetCommands(StringStore store)
{
    /// <summary>SET key value [NX|XX] [GET] [EX|PX|EXAT|PXAT time|KEEPTTL]. Source: redis.io/commands/set.</summary>
    public void Set(ref CommandContext call)
    {
        if (call.ArgumentCount > 3)
        {
            SetWithOptions(ref call);
            return;
        }

        KeyRef key = call.Key(1);
        store.StoreArgument(ref call, key, 2);
        call.Changed(key, KeyEventClass.String, "set"u8);
        call.Reply.Ok();
    }

    private void SetWithOptions(ref CommandContext call)
    {
        if (!SetOptions.TryParse(call.Arguments, out SetOptions options))
        {
            call.Reply.SyntaxError();
            return;
        }

        long expireAtMs = StringStore.Never;
        if (options.Expires != ExpiryKind.None && !Expiry.TryRead(ref call, options.ExpiresIndex, options.Expires, out expireAtMs)) return;

        KeyRef key = call.Key(1);
        if (options.Get && !GetCommands.TryReply(ref call, key, store.Type)) return;
        if (options.OnlyNew || options.OnlyExisting)
        {
            bool found = !call.Keys.FindForWrite(key).IsMissing;
            if (found ? options.OnlyNew : options.OnlyExisting)
            {
                // With GET the old value, or that there is none, has been replied already.
                if (!options.Get) call.Reply.Null();
                return;
            }
        }

        Store(ref call, key, 2, expireAtMs, options.KeepTtl);
        if (!options.Get) call.Reply.Ok();
        else if (expireAtMs == StringStore.Never) PropagateWithoutGet(ref call);
    }

    /// <summary>Stores, sets the expiry and states both; with an expiry the effect is SET … PXAT.</summary>
    private void Store(ref CommandContext call, KeyRef key, int valueIndex, long expireAtMs, bool keepTtl)
    {
        store.StoreArgument(ref call, key, valueIndex, keepTtl ? Ttl.Keep : Ttl.Clear, expireAtMs);
        call.Changed(key, KeyEventClass.String, "set"u8);
        if (expireAtMs == StringStore.Never) return;
        call.Notify(key, KeyEventClass.Generic, "expire"u8);
        call.PropagateAs().Add("SET"u8).Add(key.Bytes).Add(call.Argument(valueIndex)).Add("PXAT"u8).Add(expireAtMs).Send();
    }

    /// <summary>Replicas have no use for the old value.</summary>
    private static void PropagateWithoutGet(ref CommandContext call)
    {
        EffectBuilder effect = call.PropagateAs();
        for (int i = 0; i < call.ArgumentCount; i++)
        {
            if (i < 3 || !call.ArgumentIs(i, "get"u8)) effect.Add(call.Argument(i));
        }

        effect.Send();
    }

    /// <summary>SETNX key value. Source: redis.io/commands/setnx.</summary>
    public void SetIfNew(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!call.Keys.FindForWrite(key).IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        store.StoreArgument(ref call, key, 2);
        call.Changed(key, KeyEventClass.String, "set"u8);
        call.Reply.Integer(1);
    }

    /// <summary>SETEX key seconds value. Source: redis.io/commands/setex.</summary>
    public void SetWithSeconds(ref CommandContext call) => SetExpiring(ref call, ExpiryKind.Seconds);

    /// <summary>PSETEX key milliseconds value. Source: redis.io/commands/psetex.</summary>
    public void SetWithMilliseconds(ref CommandContext call) => SetExpiring(ref call, ExpiryKind.Milliseconds);

    private void SetExpiring(ref CommandContext call, ExpiryKind kind)
    {
        if (!Expiry.TryRead(ref call, 2, kind, out long expireAtMs)) return;
        Store(ref call, call.Key(1), 3, expireAtMs, keepTtl: false);
        call.Reply.Ok();
    }

    /// <summary>GETSET key value. Source: redis.io/commands/getset.</summary>
    public void GetAndSet(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!GetCommands.TryReply(ref call, key, store.Type)) return;
        store.StoreArgument(ref call, key, 2);
        call.Changed(key, KeyEventClass.String, "set"u8);
        call.PropagateAs().Add("SET"u8).Add(key.Bytes).Add(call.Argument(2)).Send();
    }

    /// <summary>MSET key value [key value ...]. Source: redis.io/commands/mset.</summary>
    public void SetMany(ref CommandContext call)
    {
        if (!IsPaired(ref call)) return;
        StoreMany(ref call);
        call.Reply.Ok();
    }

    /// <summary>MSETNX key value [key value ...]. Source: redis.io/commands/msetnx.</summary>
    public void SetManyIfNew(ref CommandContext call)
    {
        if (!IsPaired(ref call)) return;
        for (int i = 1; i < call.ArgumentCount; i += 2)
        {
            if (call.Keys.FindForWrite(call.Key(i)).IsMissing) continue;
            call.Reply.Integer(0);
            return;
        }

        StoreMany(ref call);
        call.Reply.Integer(1);
    }

    private static bool IsPaired(ref CommandContext call)
    {
        if (call.ArgumentCount % 2 == 1) return true;
        call.Reply.Error($"ERR wrong number of arguments for '{call.Command.FullName}' command");
        return false;
    }

    private void StoreMany(ref CommandContext call)
    {
        for (int i = 1; i < call.ArgumentCount; i += 2)
        {
            // Copied even when large: a key named twice frees its first value, and the command is still to be propagated with it.
            KeyRef key = call.Key(i);
            store.Store(call.Keys, key, call.Argument(i + 1));
            call.Changed(key, KeyEventClass.String, "set"u8);
        }
    }

    /// <summary>The key of SET, which reads the old value only with GET. Source: SET's key specification, variable_flags.</summary>
    public static bool FindKeys(ArgumentList arguments, KeyPositions keys)
    {
        KeyFlags flags = KeyFlags.OW | KeyFlags.Update;
        for (int i = 3; i < arguments.Count; i++)
        {
            if (arguments.Is(i, "get"u8)) flags = KeyFlags.RW | KeyFlags.Access | KeyFlags.Update;
        }

        keys.Add(1, flags);
        return true;
    }
}
