using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Sets.Commands;

/// <summary>SPOP and SRANDMEMBER.</summary>
internal sealed class SetSampling(SetStore store, IRandom random)
{
    // A set is taken apart from its other end when what remains is less than a fifth of what goes. Source: SPOP_MOVE_STRATEGY_MUL.
    private const int PopKeepsFactor = 5;

    // Members are drawn one by one up to a third of the set. Source: SRANDMEMBER_SUB_STRATEGY_MUL.
    private const int DrawFactor = 3;

    private readonly SetDraft _draft = new(store);

    /// <summary>SPOP key [count]. Source: redis.io/commands/spop.</summary>
    public void Pop(ref CommandContext call)
    {
        if (call.ArgumentCount > 3)
        {
            call.Reply.SyntaxError();
            return;
        }

        if (call.ArgumentCount == 3)
        {
            PopMany(ref call);
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing) call.Reply.Null();
        else if (!entry.Is(store.Type)) call.Reply.WrongType();
        else PopOne(ref call, key, entry);
    }

    private void PopOne(ref CommandContext call, KeyRef key, Entry entry)
    {
        long left;
        if ((SetEncoding)entry.Encoding == SetEncoding.Table)
        {
            ref PackedTable table = ref entry.Structure<PackedTable>();
            TableItem item = table.Random(random);
            call.Reply.Bulk(item.Key);
            Propagate(ref call, key, item.Key);
            table.Remove(store.Memory, item);
            left = table.Count;
        }
        else
        {
            left = SetView.Of(entry).Count - 1;
            int bytes = PopFromPacked(ref call, key, entry, 1);
            if (left > 0) entry = call.Keys.Resize(entry, bytes);
        }

        if (left == 0) call.Keys.Delete(entry);
        call.Changed(key, KeyEventClass.Set, "spop"u8);
        if (left == 0) call.Notify(key, KeyEventClass.Generic, "del"u8);
    }

    private void PopMany(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long count) || count < 0)
        {
            call.Reply.Error("ERR value is out of range, must be positive"u8);
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        if (entry.IsMissing || count == 0)
        {
            call.Reply.Set(0);
            return;
        }

        SetView set = SetView.Of(entry);
        long size = set.Count;
        if (count >= size)
        {
            PopAll(ref call, key, entry);
            return;
        }

        call.Reply.Set(count);
        if (set.Encoding != SetEncoding.Table)
        {
            int bytes = PopFromPacked(ref call, key, entry, count);
            call.Keys.Resize(entry, bytes);
        }
        else if ((size - count) > count / PopKeepsFactor)
        {
            PopFromTable(ref call, key, ref entry.Structure<PackedTable>(), count);
        }
        else
        {
            PopMost(ref call, key, entry, size - count);
        }

        call.Changed(key, KeyEventClass.Set, "spop"u8, (int)count);
    }

    private static void PopAll(ref CommandContext call, KeyRef key, Entry entry)
    {
        SetView set = SetView.Of(entry);
        long size = set.Count;
        call.Reply.Set(size);
        set.Reply(call.Reply);
        call.Keys.Delete(entry);
        call.Changed(key, KeyEventClass.Set, "spop"u8, (int)Math.Min(size, int.MaxValue));
        call.Notify(key, KeyEventClass.Generic, "del"u8);
        call.PropagateAs().Add("DEL"u8).Add(key.Bytes).Send();
    }

    /// <summary>Takes members out of an intset or listpack.</summary>
    /// <returns>Bytes that the value needs now; the caller resizes it.</returns>
    private int PopFromPacked(ref CommandContext call, KeyRef key, Entry entry, long count)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> value = entry.WritableValue;
        bool isIntSet = (SetEncoding)entry.Encoding == SetEncoding.IntSet;
        for (long i = 0; i < count; i++)
        {
            SetMember member;
            int at;
            if (isIntSet)
            {
                at = (int)random.Next(IntSet.Count(value));
                member = new SetMember(IntSet.Get(value, at));
            }
            else
            {
                at = Listpack.Seek(value, random.Next(Listpack.Count(value)));
                member = new SetMember(Listpack.Get(value, at));
            }

            member.Reply(call.Reply);
            Propagate(ref call, key, member.Text(digits));
            if (isIntSet) IntSet.RemoveAt(value, at);
            else Listpack.Remove(value, at);
        }

        return isIntSet ? (int)IntSet.Bytes(IntSet.Count(value), IntSet.Width(value)) : Listpack.Bytes(value);
    }

    private void PopFromTable(ref CommandContext call, KeyRef key, ref PackedTable table, long count)
    {
        for (long i = 0; i < count; i++)
        {
            TableItem item = table.Random(random);
            call.Reply.Bulk(item.Key);
            Propagate(ref call, key, item.Key);
            table.Remove(store.Memory, item);
        }
    }

    // Few remain: they are drawn into a new set, and what is left of the old one is the reply.
    private void PopMost(ref CommandContext call, KeyRef key, Entry entry, long remaining)
    {
        ref PackedTable table = ref entry.Structure<PackedTable>();
        if (!store.Limits.IsWithoutListpacks) _draft.KeepFromIntegers();
        for (; remaining > 0; remaining--)
        {
            TableItem item = table.Random(random);
            _draft.Add(item.Key);
            table.Remove(store.Memory, item);
        }

        TableWalk walk = default;
        while (table.Next(ref walk, out TableItem item))
        {
            call.Reply.Bulk(item.Key);
            Propagate(ref call, key, item.Key);
        }

        _draft.Store(call.Keys, key, Ttl.Keep);
    }

    private static void Propagate(ref CommandContext call, KeyRef key, scoped ReadOnlySpan<byte> member)
    {
        if (call.Server.Propagation.Active) call.PropagateAs().Add("SREM"u8).Add(key.Bytes).Add(member).Send();
    }

    /// <summary>SRANDMEMBER key [count]. Source: redis.io/commands/srandmember.</summary>
    public void Random(ref CommandContext call)
    {
        if (call.ArgumentCount > 3)
        {
            call.Reply.SyntaxError();
            return;
        }

        long count = 0;
        bool isMany = call.ArgumentCount == 3;
        if (isMany && !TryReadCount(ref call, out count)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
        }
        else if (entry.IsMissing)
        {
            if (isMany) call.Reply.Array(0);
            else call.Reply.Null();
        }
        else if (isMany)
        {
            Draw(ref call, SetView.Of(entry), count);
        }
        else
        {
            SetView.Of(entry).Random(random).Reply(call.Reply);
        }
    }

    private static bool TryReadCount(ref CommandContext call, out long count)
    {
        if (!NumberText.TryParse(call.Argument(2), out count))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (count != long.MinValue) return true;
        call.Reply.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
        return false;
    }

    private void Draw(ref CommandContext call, SetView set, long count)
    {
        ReplyWriter reply = call.Reply;
        long size = set.Count;
        if (count < 0 || count == 1)
        {
            count = Math.Abs(count);
            reply.Array(count);

            // Without end, if it must be: until the output buffer's limit cuts the client off.
            for (; count > 0 && (call.Client.Flags & ClientFlags.CloseNow) == 0; count--) set.Random(random).Reply(reply);
        }
        else if (count >= size)
        {
            reply.Array(size);
            set.Reply(reply);
        }
        else if (set.Encoding != SetEncoding.Table || count > size / DrawFactor)
        {
            reply.Array(count);
            Select(reply, set, count, size);
        }
        else
        {
            while (_draft.Count < count) _draft.Add(set.Table.Random(random).Key);
            reply.Array(count);
            _draft.Reply(reply);
            _draft.Discard();
        }
    }

    // One walk; each member is taken with the chance that makes all selections of that size equally likely (Knuth's algorithm S).
    private void Select(ReplyWriter reply, SetView set, long wanted, long left)
    {
        SetWalk walk = new(set);
        for (; wanted > 0 && walk.MoveNext(out SetMember member); left--)
        {
            if (random.Next(left) >= wanted) continue;
            member.Reply(reply);
            wanted--;
        }
    }
}
