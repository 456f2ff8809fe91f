using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Expiry;

namespace ModularKv.Hashes.Commands;

/// <summary>HGET, HMGET, HLEN, HSTRLEN, HEXISTS.</summary>
internal sealed class FieldReads(HashType type)
{
    private const Access Again = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    /// <summary>HGET key field. Source: redis.io/commands/hget.</summary>
    public void Get(ref CommandContext call)
    {
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

        HashField value = HashReader.Find(entry, call.Key(2));
        if (value.IsMissing || HasExpired(ref call, key, value)) call.Reply.Null();
        else value.Reply(call.Reply);
    }

    /// <summary>HMGET key field [field ...]. Source: redis.io/commands/hmget.</summary>
    public void GetMany(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        ExpiryTally tally = default;
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            HashField value = entry.IsMissing ? default : HashReader.Find(entry, call.Argument(i));
            if (value.IsMissing)
            {
                call.Reply.Null();
            }
            else if (value.ExpireAtMs != 0 && type.Expiry.HasExpired(ref call, key, value, call.Argument(i), ref tally))
            {
                call.Reply.Null();
                entry = call.Keys.Find(key, Again);
            }
            else
            {
                value.Reply(call.Reply);
            }
        }

        if (tally.Removed > 0) FieldExpiry.Announce(ref call, key, tally.Emptied);
    }

    /// <summary>HLEN key. Fields that have expired and are not removed yet count. Source: redis.io/commands/hlen.</summary>
    public void Length(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(type)) call.Reply.WrongType();
        else call.Reply.Integer(HashReader.Count(entry));
    }

    /// <summary>HSTRLEN key field. Source: redis.io/commands/hstrlen.</summary>
    public void ValueLength(ref CommandContext call)
    {
        if (!TryFind(ref call, out HashField value)) return;
        call.Reply.Integer(value.IsMissing ? 0 : value.Length);
    }

    /// <summary>HEXISTS key field. Source: redis.io/commands/hexists.</summary>
    public void Exists(ref CommandContext call)
    {
        if (!TryFind(ref call, out HashField value)) return;
        call.Reply.Integer(value.IsMissing ? 0 : 1);
    }

    /// <summary>The value of the field that argument 2 names; missing too where it has expired. False: an error was replied.</summary>
    private bool TryFind(ref CommandContext call, out HashField value)
    {
        value = default;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (entry.IsMissing) return true;
        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return false;
        }

        HashField found = HashReader.Find(entry, call.Key(2));
        if (!found.IsMissing && !HasExpired(ref call, key, found)) value = found;
        return true;
    }

    private bool HasExpired(ref CommandContext call, scoped in KeyRef key, scoped in HashField value)
        => value.ExpireAtMs != 0 && type.Expiry.HasExpired(ref call, key, value, call.Argument(2));
}
