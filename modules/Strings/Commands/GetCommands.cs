using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>Reading whole strings and parts: GET, MGET, GETDEL, GETEX, GETRANGE, SUBSTR, STRLEN.</summary>
internal sealed class GetCommands(StringType type)
{
    /// <summary>GET key. Source: redis.io/commands/get.</summary>
    public void Get(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Null();
        else if (!entry.Is(type)) call.Reply.WrongType();
        else call.Reply.Bulk(entry.Value);
    }

    /// <summary>Replies with the string under the key, or null. False: the key holds another type, and that was replied.</summary>
    public static bool TryReply(ref CommandContext call, scoped in KeyRef key, StringType type)
    {
        Entry entry = call.Keys.Find(key);
        if (entry.IsMissing)
        {
            call.Reply.Null();
            return true;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return false;
        }

        call.Reply.Bulk(entry.Value);
        return true;
    }

    /// <summary>MGET key [key ...]. A key of another type counts as missing. Source: redis.io/commands/mget.</summary>
    public void GetMany(ref CommandContext call)
    {
        call.Reply.Array(call.ArgumentCount - 1);
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            Entry entry = call.Keys.Find(call.Key(i));
            if (entry.IsMissing || !entry.Is(type)) call.Reply.Null();
            else call.Reply.Bulk(entry.Value);
        }
    }

    /// <summary>GETDEL key. Source: redis.io/commands/getdel.</summary>
    public void GetAndDelete(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!TryReply(ref call, key, type) || !call.Keys.Delete(key)) return;
        call.Changed(key, KeyEventClass.Generic, "del"u8);
        call.PropagateAs().Add("DEL"u8).Add(key.Bytes).Send();
    }

    /// <summary>GETEX key [EX seconds|PX milliseconds|EXAT unix-time|PXAT unix-time|PERSIST]. Source: redis.io/commands/getex.</summary>
    public void GetAndExpire(ref CommandContext call)
    {
        ExpiryKind kind = ExpiryKind.None;
        int expiryIndex = 0;
        bool persist = false;
        ArgumentList arguments = call.Arguments;
        for (int i = 2; i < arguments.Count; i++)
        {
            bool isPersist = arguments.Is(i, "persist"u8);
            bool valid = isPersist
                ? kind == ExpiryKind.None
                : !persist && SetOptions.TryExpiry(arguments, ref i, ref kind, ref expiryIndex);
            persist |= isPersist;
            if (valid) continue;
            call.Reply.SyntaxError();
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (entry.IsMissing)
        {
            call.Reply.Null();
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        long expireAtMs = -1;
        if (kind != ExpiryKind.None && !Expiry.TryRead(ref call, expiryIndex, kind, out expireAtMs)) return;
        bool hadExpiry = entry.HasExpiry;
        call.Reply.Bulk(entry.Value);
        if (kind != ExpiryKind.None) ChangeExpiry(ref call, key, expireAtMs);
        else if (persist && hadExpiry) Persist(ref call, key);
    }

    private static void ChangeExpiry(ref CommandContext call, KeyRef key, long expireAtMs)
    {
        // What a master or a file says is not judged by our clock: the deletion follows in the stream.
        bool obey = (call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0;
        if (expireAtMs <= call.NowMs && !obey)
        {
            call.Keys.Delete(key);
            call.Changed(key, KeyEventClass.Generic, "del"u8);
            call.PropagateAs().Add("DEL"u8).Add(key.Bytes).Send();
            return;
        }

        call.Keys.SetExpiry(call.Keys.FindForWrite(key), expireAtMs);
        call.Changed(key, KeyEventClass.Generic, "expire"u8);
        call.PropagateAs().Add("PEXPIREAT"u8).Add(key.Bytes).Add(expireAtMs).Send();
    }

    private static void Persist(ref CommandContext call, KeyRef key)
    {
        call.Keys.ClearExpiry(call.Keys.FindForWrite(key));
        call.Changed(key, KeyEventClass.Generic, "persist"u8);
        call.PropagateAs().Add("PERSIST"u8).Add(key.Bytes).Send();
    }

    /// <summary>GETRANGE key start end, and its old name SUBSTR. Source: redis.io/commands/getrange.</summary>
    public void GetRange(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long start) || !NumberText.TryParse(call.Argument(3), out long end))
        {
            call.Reply.NotAnInteger();
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Bulk(default);
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        ReadOnlySpan<byte> value = entry.Value;
        (int offset, int count) = ByteRange.Clamp(start, end, value.Length);
        call.Reply.Bulk(value.Slice(offset, count));
    }

    /// <summary>STRLEN key. Source: redis.io/commands/strlen.</summary>
    public void Length(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(type)) call.Reply.WrongType();
        else call.Reply.Integer(entry.ValueLength);
    }
}
