using ModularKv.Abstractions;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Commands;

/// <summary>PFADD, PFCOUNT, PFMERGE.</summary>
internal sealed class HllCommands(HllKeys hlls, HllValue values)
{
    private readonly byte[] _union = new byte[HllLayout.Registers];

    /// <summary>PFADD key [element ...]. Source: redis.io/commands/pfadd.</summary>
    public void Add(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        int changes = 0;
        if (entry.IsMissing)
        {
            entry = hlls.Create(call.Keys, key);
            changes++;
        }
        else if (hlls.Accepts(ref call, entry))
        {
            entry.SetEncoding((int)StringEncoding.Raw);
        }
        else
        {
            return;
        }

        EntryBytes value = new(call.Keys, entry);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            RegisterChange change = values.Add(ref value, call.Argument(i), hlls.SparseBytesMax);
            if (change == RegisterChange.Done) changes++;
            if (change != RegisterChange.Corrupt) continue;

            // What was added before stays, and nothing is said about it: so does Redis.
            HllKeys.ReplyCorrupt(ref call);
            return;
        }

        if (changes > 0)
        {
            HllLayout.MarkStale(value.Bytes);
            call.Changed(key, KeyEventClass.String, "pfadd"u8, changes);
        }

        call.Reply.Integer(changes > 0 ? 1 : 0);
    }

    /// <summary>PFCOUNT key [key ...]. Source: redis.io/commands/pfcount.</summary>
    public void Count(ref CommandContext call)
    {
        if (call.ArgumentCount > 2)
        {
            if (TryUnion(ref call, out _)) call.Reply.Integer(HllValue.Estimate(_union));
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.Find(key);
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!hlls.Accepts(ref call, entry)) return;
        bool isKept = HllLayout.TryEstimate(entry.Value, out long estimate);
        if (!isKept && !values.TryEstimate(entry.Value, out estimate))
        {
            // Raw all the same, as in Redis, which opens the value for writing before it looks.
            call.Keys.FindForWrite(key).SetEncoding((int)StringEncoding.Raw);
            HllKeys.ReplyCorrupt(ref call);
            return;
        }

        if (!isKept || entry.Encoding != (int)StringEncoding.Raw) Keep(ref call, key, estimate, isKept);
        call.Reply.Integer(estimate);
    }

    // Reading that writes: the estimate belongs to the value and goes to replicas and files with it, but it is no event.
    private static void Keep(ref CommandContext call, KeyRef key, long estimate, bool isKept)
    {
        Entry entry = call.Keys.FindForWrite(key);
        entry.SetEncoding((int)StringEncoding.Raw);
        if (isKept) return;
        HllLayout.KeepEstimate(entry.WritableValue, estimate);
        call.Changed(key, KeyEventClass.None, default);
    }

    /// <summary>PFMERGE destkey [sourcekey ...]. Source: redis.io/commands/pfmerge.</summary>
    public void Merge(ref CommandContext call)
    {
        if (!TryUnion(ref call, out bool anyDense)) return;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing) entry = hlls.Create(call.Keys, key);
        else entry.SetEncoding((int)StringEncoding.Raw);
        EntryBytes value = new(call.Keys, entry);
        if (anyDense && !values.TryMakeDense(ref value))
        {
            HllKeys.ReplyCorrupt(ref call);
            return;
        }

        values.RaiseAll(ref value, _union, hlls.SparseBytesMax);
        HllLayout.MarkStale(value.Bytes);
        call.Changed(key, KeyEventClass.String, "pfadd"u8);
        call.Reply.Ok();
    }

    /// <summary>The highest value of each register over all keys of the call; replies when one of them cannot be read.</summary>
    private bool TryUnion(ref CommandContext call, out bool anyDense)
    {
        anyDense = false;
        Array.Clear(_union);
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            Entry entry = call.Keys.Find(call.Key(i));
            if (entry.IsMissing) continue;
            if (!hlls.Accepts(ref call, entry)) return false;
            ReadOnlySpan<byte> value = entry.Value;
            anyDense |= HllLayout.IsDense(value);
            if (HllValue.TryMaximum(value, _union)) continue;
            HllKeys.ReplyCorrupt(ref call);
            return false;
        }

        return true;
    }
}
