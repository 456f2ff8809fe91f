using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>LSET, LINSERT, LTRIM, LREM.</summary>
internal sealed class EditCommands(ListStore store)
{
    /// <summary>LSET key index element. Source: redis.io/commands/lset.</summary>
    public void Set(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing)
        {
            call.Reply.Error("ERR no such key"u8);
            return;
        }

        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        if (!ListArguments.TryInteger(ref call, 2, out long index)) return;
        long length = ListStore.Length(entry);
        if (index < 0) index += length;
        if (index < 0 || index >= length)
        {
            call.Reply.Error("ERR index out of range"u8);
            return;
        }

        entry = store.Replace(call.Keys, entry, index, call.Argument(3));
        store.AfterRemoval(call.Keys, entry);
        call.Reply.Ok();
        call.Changed(key, KeyEventClass.List, "lset"u8);
    }

    /// <summary>LINSERT key BEFORE|AFTER pivot element. Source: redis.io/commands/linsert.</summary>
    public void Insert(ref CommandContext call)
    {
        bool after = call.ArgumentIs(2, "after"u8);
        if (!after && !call.ArgumentIs(2, "before"u8))
        {
            call.Reply.SyntaxError();
            return;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing || !entry.Is(store.Type))
        {
            if (entry.IsMissing) call.Reply.Integer(0); else call.Reply.WrongType();
            return;
        }

        Needle pivot = new(call.Argument(3));
        ElementWalk walk = new(store, entry);
        while (walk.Next())
        {
            if (!walk.Is(pivot)) continue;
            entry = store.Insert(call.Keys, entry, walk.Node, walk.Offset + (after ? 1 : 0), after, call.Argument(4));
            call.Reply.Integer(ListStore.Length(entry));
            call.Changed(key, KeyEventClass.List, "linsert"u8);
            return;
        }

        call.Reply.Integer(-1);
    }

    /// <summary>LTRIM key start stop. Source: redis.io/commands/ltrim.</summary>
    public void Trim(ref CommandContext call)
    {
        if (!ListArguments.TryInteger(ref call, 2, out long start) || !ListArguments.TryInteger(ref call, 3, out long stop)) return;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing || !entry.Is(store.Type))
        {
            if (entry.IsMissing) call.Reply.Ok(); else call.Reply.WrongType();
            return;
        }

        long length = ListStore.Length(entry);
        if (start < 0) start = Math.Max(0, start + length);
        if (stop < 0) stop += length;
        bool isNothingLeft = start > stop || start >= length;
        long before = isNothingLeft ? length : start;
        long behind = isNothingLeft ? 0 : length - Math.Min(stop, length - 1) - 1;
        if (!isNothingLeft)
        {
            entry = store.RemoveRange(call.Keys, entry, length - behind, behind);
            entry = store.RemoveRange(call.Keys, entry, 0, before);
            store.AfterRemoval(call.Keys, entry);
        }

        // Redis says so even when nothing was removed.
        call.Reply.Ok();
        call.Changed(key, KeyEventClass.List, "ltrim"u8, (int)(before + behind));
        if (isNothingLeft) PopCommands.DeleteEmpty(ref call, key);
    }

    /// <summary>LREM key count element. Source: redis.io/commands/lrem.</summary>
    public void Remove(ref CommandContext call)
    {
        if (!ListArguments.TryInteger(ref call, 2, out long count)) return;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing || !entry.Is(store.Type))
        {
            if (entry.IsMissing) call.Reply.Integer(0); else call.Reply.WrongType();
            return;
        }

        long limit = count is 0 or long.MinValue ? long.MaxValue : Math.Abs(count);
        entry = store.RemoveEqual(call.Keys, entry, call.Argument(3), limit, count < 0, out long removed);
        call.Reply.Integer(removed);
        if (removed == 0) return;
        bool isEmpty = ListStore.Length(entry) == 0;
        if (!isEmpty) store.AfterRemoval(call.Keys, entry);
        call.Changed(key, KeyEventClass.List, "lrem"u8, (int)removed);
        if (isEmpty) PopCommands.DeleteEmpty(ref call, key);
    }
}
