using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Expiry;

namespace ModularKv.Hashes.Commands;

/// <summary>Reading fields and doing something with them: HGETEX, HGETDEL.</summary>
internal sealed class FieldTaking(HashType type)
{
    private const Access Again = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    private enum Change
    {
        None,
        Expire,
        Persist,
        Delete,
    }

    /// <summary>
    /// HGETEX key [EX seconds|PX milliseconds|EXAT unix-time|PXAT unix-time-ms|PERSIST] FIELDS numfields field [field ...].
    /// Source: redis.io/commands/hgetex.
    /// </summary>
    public void GetAndExpire(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!IsHashOrMissing(ref call, call.Keys.Find(key))) return;
        Taking taking = new() { At = 2 };
        if (FieldArguments.IsTimeOption(ref call, 2, out bool inSeconds, out bool isAbsolute))
        {
            long baseMs = isAbsolute ? 0 : call.NowMs;
            if (!FieldArguments.TryReadTime(ref call, 3, inSeconds, baseMs, out taking.ExpireAtMs)) return;
            taking.Change = type.Expiry.IsPast(ref call, taking.ExpireAtMs) ? Change.Delete : Change.Expire;
            taking.At = 4;
        }
        else if (call.ArgumentIs(2, "persist"u8))
        {
            taking.Change = Change.Persist;
            taking.At = 3;
        }

        taking.IsPast = taking.Change == Change.Delete;
        if (FieldArguments.TryReadFields(ref call, taking.At, "ERR Number of fields must be a positive integer"u8))
        {
            Take(ref call, key, ref taking);
        }
    }

    /// <summary>HGETDEL key FIELDS numfields field [field ...]. Source: redis.io/commands/hgetdel.</summary>
    public void GetAndDelete(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!IsHashOrMissing(ref call, call.Keys.Find(key))) return;
        Taking taking = new() { At = 2, Change = Change.Delete };
        if (FieldArguments.TryReadFields(ref call, 2, "ERR Number of fields must be a positive integer"u8)) Take(ref call, key, ref taking);
    }

    private void Take(ref CommandContext call, scoped in KeyRef key, ref Taking taking)
    {
        Entry entry = taking.Change == Change.None ? call.Keys.Find(key, Again) : call.Keys.FindForWrite(key);
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        int first = taking.At + 2;
        Span<bool> changed = stackalloc bool[64];
        if (call.ArgumentCount > changed.Length) changed = new bool[call.ArgumentCount];
        changed.Clear();
        call.Reply.Array(call.ArgumentCount - first);
        for (int i = first; i < call.ArgumentCount; i++)
        {
            HashField value = entry.IsMissing ? default : HashReader.Find(entry, call.Argument(i));
            if (value.IsMissing)
            {
                call.Reply.Null();
            }
            else if (value.ExpireAtMs != 0 && type.Expiry.HasExpired(ref call, key, value, call.Argument(i), ref taking.Expired))
            {
                call.Reply.Null();
                entry = taking.Expired.Emptied ? default : call.Keys.FindForWrite(key);
            }
            else
            {
                value.Reply(call.Reply);
                changed[i] = Apply(ref call, ref entry, i, value.ExpireAtMs, ref taking);
            }
        }

        // The hash stays while it is worked on, even without fields.
        bool emptied = !entry.IsMissing && HashReader.Count(entry) == 0;
        long after = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        if (emptied) call.Keys.Delete(entry);
        if (!entry.IsMissing) type.Queue.Track(call.Keys, key.Bytes, before, after);
        Announce(ref call, key, taking, emptied || taking.Expired.Emptied);
        if (taking.Changed > 0) Propagate(ref call, changed, first, taking);
    }

    private bool Apply(ref CommandContext call, ref Entry entry, int i, long expireAtMs, ref Taking taking)
    {
        switch (taking.Change)
        {
            case Change.Delete:
                type.Writer.Remove(call.Keys, ref entry, call.Argument(i));
                if (taking.IsPast) type.Expiry.Removed(call.Keys.Index, call.Argument(1), call.Argument(i));
                break;
            case Change.Persist when expireAtMs != 0:
                type.Writer.SetExpiry(call.Keys, ref entry, call.Argument(i), 0);
                break;
            case Change.Expire:
                type.Writer.SetExpiry(call.Keys, ref entry, call.Argument(i), taking.ExpireAtMs);
                break;
            default:
                return false;
        }

        taking.Changed++;
        return true;
    }

    private static void Announce(ref CommandContext call, scoped in KeyRef key, in Taking taking, bool emptied)
    {
        if (taking.Expired.Removed > 0) call.Changed(key, KeyEventClass.Hash, "hexpired"u8, dirty: 0);
        if (taking.Changed > 0)
        {
            ReadOnlySpan<byte> name = taking.Change switch
            {
                Change.Delete => "hdel"u8,
                Change.Persist => "hpersist"u8,
                _ => "hexpire"u8,
            };
            call.Changed(key, KeyEventClass.Hash, name, taking.Changed);
        }

        if (emptied) call.Changed(key, KeyEventClass.Generic, "del"u8, dirty: 0);
    }

    private static void Propagate(ref CommandContext call, scoped ReadOnlySpan<bool> changed, int first, in Taking taking)
    {
        // A past time has sent its HDEL for each field.
        if (taking.IsPast) call.SuppressPropagation();
        if (taking.IsPast || !call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs();
        switch (taking.Change)
        {
            case Change.Delete:
                effect.Add("HDEL"u8).Add(call.Argument(1));
                break;
            case Change.Persist:
                effect.Add("HPERSIST"u8).Add(call.Argument(1)).Add("FIELDS"u8).Add(taking.Changed);
                break;
            default:
                effect.Add("HPEXPIREAT"u8).Add(call.Argument(1)).Add(taking.ExpireAtMs).Add("FIELDS"u8).Add(taking.Changed);
                break;
        }

        for (int i = first; i < call.ArgumentCount; i++)
        {
            if (changed[i]) effect.Add(call.Argument(i));
        }

        effect.Send();
    }

    private bool IsHashOrMissing(ref CommandContext call, Entry entry)
    {
        if (entry.IsMissing || entry.Is(type)) return true;
        call.Reply.WrongType();
        return false;
    }

    private struct Taking
    {
        public int At;
        public Change Change;
        public long ExpireAtMs;
        public bool IsPast;
        public int Changed;
        public ExpiryTally Expired;
    }
}
