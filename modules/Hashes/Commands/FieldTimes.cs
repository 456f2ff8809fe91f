using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Expiry;

namespace ModularKv.Hashes.Commands;

/// <summary>HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT, HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME, HPERSIST.</summary>
internal sealed class FieldTimes(HashType type)
{
    private const int NoField = -2;
    private const int NoTime = -1;
    private const int NotMet = 0;
    private const int Done = 1;
    private const int Deleted = 2;

    private enum Condition
    {
        None,
        IfNone,
        IfAny,
        IfLater,
        IfEarlier,
    }

    /// <summary>HEXPIRE key seconds [NX|XX|GT|LT] FIELDS numfields field [field ...]. Source: redis.io/commands/hexpire.</summary>
    public void Expire(ref CommandContext call) => Set(ref call, inSeconds: true, call.NowMs);

    /// <summary>HPEXPIRE key milliseconds [NX|XX|GT|LT] FIELDS numfields field [field ...]. Source: redis.io/commands/hpexpire.</summary>
    public void ExpireMs(ref CommandContext call) => Set(ref call, inSeconds: false, call.NowMs);

    /// <summary>HEXPIREAT key unix-seconds [NX|XX|GT|LT] FIELDS numfields field [field ...]. Source: redis.io/commands/hexpireat.</summary>
    public void ExpireAt(ref CommandContext call) => Set(ref call, inSeconds: true, 0);

    /// <summary>HPEXPIREAT key unix-ms [NX|XX|GT|LT] FIELDS numfields field [field ...]. Source: redis.io/commands/hpexpireat.</summary>
    public void ExpireAtMs(ref CommandContext call) => Set(ref call, inSeconds: false, 0);

    /// <summary>HTTL key FIELDS numfields field [field ...]. Source: redis.io/commands/httl.</summary>
    public void Seconds(ref CommandContext call) => Get(ref call, inSeconds: true, call.NowMs);

    /// <summary>HPTTL key FIELDS numfields field [field ...]. Source: redis.io/commands/hpttl.</summary>
    public void Milliseconds(ref CommandContext call) => Get(ref call, inSeconds: false, call.NowMs);

    /// <summary>HEXPIRETIME key FIELDS numfields field [field ...]. Source: redis.io/commands/hexpiretime.</summary>
    public void UnixSeconds(ref CommandContext call) => Get(ref call, inSeconds: true, 0);

    /// <summary>HPEXPIRETIME key FIELDS numfields field [field ...]. Source: redis.io/commands/hpexpiretime.</summary>
    public void UnixMilliseconds(ref CommandContext call) => Get(ref call, inSeconds: false, 0);

    /// <summary>HPERSIST key FIELDS numfields field [field ...]. Source: redis.io/commands/hpersist.</summary>
    public void Persist(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!IsHashOrMissing(ref call, entry)) return;
        if (!FieldArguments.TryReadFields(ref call, 2, "ERR Number of fields must be a positive integer"u8)) return;
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        bool changed = false;
        call.Reply.Array(call.ArgumentCount - 4);
        for (int i = 4; i < call.ArgumentCount; i++)
        {
            HashField value = entry.IsMissing ? default : HashReader.Find(entry, call.Argument(i));
            if (value.IsMissing || type.Expiry.IsOver(ref call, value))
            {
                call.Reply.Integer(NoField);
            }
            else if (value.ExpireAtMs == 0)
            {
                call.Reply.Integer(NoTime);
            }
            else
            {
                type.Writer.SetExpiry(call.Keys, ref entry, call.Argument(i), 0);
                changed = true;
                call.Reply.Integer(Done);
            }
        }

        if (!changed) return;
        type.Queue.Track(call.Keys, key.Bytes, before, HashReader.NextExpiry(entry));
        call.Changed(key, KeyEventClass.Hash, "hpersist"u8);
    }

    private void Set(ref CommandContext call, bool inSeconds, long baseMs)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!IsHashOrMissing(ref call, entry)) return;
        if (!FieldArguments.TryReadTime(ref call, 2, inSeconds, baseMs, out long expireAtMs)) return;
        Condition condition = ConditionAt(ref call, 3);
        int at = condition == Condition.None ? 3 : 4;
        if (!FieldArguments.TryReadFields(ref call, at, "ERR Parameter `numFields` should be greater than 0"u8)) return;

        Setting setting = new() { Condition = condition, ExpireAtMs = expireAtMs };
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        int first = at + 2;
        call.Reply.Array(call.ArgumentCount - first);
        Span<bool> done = stackalloc bool[64];
        if (call.ArgumentCount > done.Length) done = new bool[call.ArgumentCount];
        done.Clear();
        for (int i = first; i < call.ArgumentCount; i++)
        {
            int outcome = entry.IsMissing ? NoField : SetOne(ref call, ref entry, key, i, ref setting);
            done[i] = outcome == Done;
            call.Reply.Integer(outcome);
        }

        if (setting.Updated + setting.Deleted + setting.Expired.Removed == 0) return;
        Finish(ref call, entry, key, before, setting);
        if (setting.Updated > 0) Propagate(ref call, at, done, setting);
        else call.SuppressPropagation();
    }

    /// <summary>Opens the hash anew where the field made it go.</summary>
    private int SetOne(ref CommandContext call, ref Entry entry, scoped in KeyRef key, int i, ref Setting setting)
    {
        HashField value = HashReader.Find(entry, call.Argument(i));
        if (value.IsMissing) return NoField;
        long current = value.ExpireAtMs;
        if (type.Expiry.IsOver(ref call, value))
        {
            type.Writer.Remove(call.Keys, ref entry, call.Argument(i));
            type.Expiry.Removed(call.Keys.Index, key.Bytes, call.Argument(i));
            setting.Expired.Removed++;
            return NoField;
        }

        if (!IsMet(setting.Condition, current, setting.ExpireAtMs)) return NotMet;
        if (type.Expiry.IsPast(ref call, setting.ExpireAtMs))
        {
            type.Writer.Remove(call.Keys, ref entry, call.Argument(i));
            type.Expiry.Removed(call.Keys.Index, key.Bytes, call.Argument(i));
            setting.Deleted++;
            return Deleted;
        }

        type.Writer.SetExpiry(call.Keys, ref entry, call.Argument(i), setting.ExpireAtMs);
        setting.Updated++;
        return Done;
    }

    private void Finish(ref CommandContext call, Entry entry, scoped in KeyRef key, long before, in Setting setting)
    {
        bool emptied = HashReader.Count(entry) == 0;
        long after = HashReader.NextExpiry(entry);
        if (emptied) call.Keys.Delete(entry);
        type.Queue.Track(call.Keys, key.Bytes, before, after);
        if (setting.Expired.Removed > 0) call.Changed(key, KeyEventClass.Hash, "hexpired"u8, dirty: 0);
        int changes = setting.Updated + setting.Deleted;
        if (changes > 0) call.Changed(key, KeyEventClass.Hash, setting.Deleted > 0 ? "hdel"u8 : "hexpire"u8, changes);
        if (emptied) call.Changed(key, KeyEventClass.Generic, "del"u8, dirty: 0);
    }

    /// <summary>An absolute time means the same to whoever replays it later; fields that did not change are left out.</summary>
    private static void Propagate(ref CommandContext call, int at, scoped ReadOnlySpan<bool> done, in Setting setting)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs().Add("HPEXPIREAT"u8).Add(call.Argument(1)).Add(setting.ExpireAtMs);
        if (at == 4) effect.Add(call.Argument(3));
        effect.Add("FIELDS"u8).Add(setting.Updated);
        for (int i = at + 2; i < call.ArgumentCount; i++)
        {
            if (done[i]) effect.Add(call.Argument(i));
        }

        effect.Send();
    }

    private void Get(ref CommandContext call, bool inSeconds, long baseMs)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (!IsHashOrMissing(ref call, entry)) return;
        if (!FieldArguments.TryReadFields(ref call, 2, "ERR Number of fields must be a positive integer"u8)) return;
        call.Reply.Array(call.ArgumentCount - 4);
        for (int i = 4; i < call.ArgumentCount; i++)
        {
            HashField value = entry.IsMissing ? default : HashReader.Find(entry, call.Argument(i));
            if (value.IsMissing || type.Expiry.IsOver(ref call, value)) call.Reply.Integer(NoField);
            else if (value.ExpireAtMs == 0) call.Reply.Integer(NoTime);
            else call.Reply.Integer(inSeconds ? (value.ExpireAtMs + 999 - baseMs) / 1000 : value.ExpireAtMs - baseMs);
        }
    }

    private bool IsHashOrMissing(ref CommandContext call, Entry entry)
    {
        if (entry.IsMissing || entry.Is(type)) return true;
        call.Reply.WrongType();
        return false;
    }

    private static Condition ConditionAt(ref CommandContext call, int at)
    {
        if (call.ArgumentIs(at, "nx"u8)) return Condition.IfNone;
        if (call.ArgumentIs(at, "xx"u8)) return Condition.IfAny;
        if (call.ArgumentIs(at, "gt"u8)) return Condition.IfLater;
        return call.ArgumentIs(at, "lt"u8) ? Condition.IfEarlier : Condition.None;
    }

    /// <summary>No time to live counts as infinitely late.</summary>
    private static bool IsMet(Condition condition, long currentMs, long newMs) => condition switch
    {
        Condition.IfNone => currentMs == 0,
        Condition.IfAny => currentMs != 0,
        Condition.IfLater => currentMs != 0 && newMs > currentMs,
        Condition.IfEarlier => currentMs == 0 || newMs < currentMs,
        _ => true,
    };

    private struct Setting
    {
        public Condition Condition;
        public long ExpireAtMs;
        public int Updated;
        public int Deleted;
        public ExpiryTally Expired;
    }
}
