using ModularKv.Abstractions;

namespace ModularKv.Sets.Commands;

/// <summary>Commands on the members of one set, and SMOVE between two.</summary>
internal sealed class SetMembers(SetStore store)
{
    /// <summary>SADD key member [member ...]. Source: redis.io/commands/sadd.</summary>
    public void Add(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Database keys = call.Keys;
        int members = call.ArgumentCount - 2;
        Entry entry = keys.FindForWrite(key);
        if (entry.IsMissing)
        {
            entry = store.Create(keys, key, call.Argument(2), members);
        }
        else if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }
        else if (members > 1)
        {
            store.Expect(keys, ref entry, members);
        }

        int added = 0;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (store.Add(keys, ref entry, call.Key(i))) added++;
        }

        if (added > 0) call.Changed(key, KeyEventClass.Set, "sadd"u8, added);
        call.Reply.Integer(added);
    }

    /// <summary>SREM key member [member ...]. Source: redis.io/commands/srem.</summary>
    public void Remove(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        if (!TryOpen(ref call, key, out Entry entry))
        {
            if (entry.IsMissing) call.Reply.Integer(0);
            return;
        }

        int removed = 0;
        bool isEmpty = false;
        for (int i = 2; i < call.ArgumentCount && !isEmpty; i++)
        {
            if (!store.Remove(call.Keys, ref entry, call.Key(i))) continue;
            removed++;
            isEmpty = SetView.Of(entry).Count == 0;
        }

        if (isEmpty) call.Keys.Delete(entry);
        if (removed > 0) call.Changed(key, KeyEventClass.Set, "srem"u8, removed);
        if (isEmpty) call.Notify(key, KeyEventClass.Generic, "del"u8);
        call.Reply.Integer(removed);
    }

    /// <summary>SMOVE source destination member. Source: redis.io/commands/smove.</summary>
    public void Move(ref CommandContext call)
    {
        KeyRef from = call.Key(1);
        KeyRef to = call.Key(2);
        Database keys = call.Keys;
        KeyRef member = call.Key(3);
        Entry target = keys.FindForWrite(to);
        bool targetIsSet = target.IsMissing || target.Is(store.Type);
        Entry source = keys.FindForWrite(from);
        if (source.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!source.Is(store.Type) || !targetIsSet)
        {
            call.Reply.WrongType();
            return;
        }

        if (from.Bytes.SequenceEqual(to.Bytes))
        {
            call.Reply.Integer(SetView.Of(source).Contains(member.Bytes) ? 1 : 0);
            return;
        }

        if (!store.Remove(keys, ref source, member))
        {
            call.Reply.Integer(0);
            return;
        }

        bool isEmpty = SetView.Of(source).Count == 0;
        if (isEmpty) keys.Delete(source);
        call.Changed(from, KeyEventClass.Set, "srem"u8);
        if (isEmpty) call.Notify(from, KeyEventClass.Generic, "del"u8);

        // The removal may have moved the target.
        target = keys.FindForWrite(to);
        if (target.IsMissing) target = store.Create(keys, to, member.Bytes, 1);
        if (store.Add(keys, ref target, member)) call.Changed(to, KeyEventClass.Set, "sadd"u8);
        call.Reply.Integer(1);
    }

    /// <summary>SISMEMBER key member. Source: redis.io/commands/sismember.</summary>
    public void IsMember(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, out SetView set)) return;
        KeyRef member = call.Key(2);
        call.Reply.Integer(set.Contains(member.Bytes, member.Hash) ? 1 : 0);
    }

    /// <summary>SMISMEMBER key member [member ...]. Source: redis.io/commands/smismember.</summary>
    public void AreMembers(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, out SetView set)) return;
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++) call.Reply.Integer(set.Contains(call.Argument(i)) ? 1 : 0);
    }

    /// <summary>SCARD key. Source: redis.io/commands/scard.</summary>
    public void Count(ref CommandContext call)
    {
        if (TryRead(ref call, 1, out SetView set)) call.Reply.Integer(set.Count);
    }

    /// <summary>SMEMBERS key. Source: redis.io/commands/smembers.</summary>
    public void All(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, out SetView set)) return;
        call.Reply.Set(set.Count);
        set.Reply(call.Reply);
    }

    /// <summary>Reads a set; a missing key is an empty one.</summary>
    /// <returns>False: the key holds something else, the error is replied.</returns>
    private bool TryRead(ref CommandContext call, int argument, out SetView set)
    {
        set = default;
        Entry entry = call.Keys.Find(call.Key(argument));
        if (entry.IsMissing) return true;
        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return false;
        }

        set = SetView.Of(entry);
        return true;
    }

    /// <returns>False: the key is missing, or holds something else and the error is replied.</returns>
    private bool TryOpen(ref CommandContext call, KeyRef key, out Entry entry)
    {
        entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing) return false;
        if (entry.Is(store.Type)) return true;
        call.Reply.WrongType();
        return false;
    }
}
