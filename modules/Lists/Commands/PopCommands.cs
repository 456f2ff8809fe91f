using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>LPOP, RPOP, LMPOP, and what is common to all that pop.</summary>
internal sealed class PopCommands(ListStore store)
{
    /// <summary>LPOP key [count]. Source: redis.io/commands/lpop.</summary>
    public void PopLeft(ref CommandContext call) => Pop(ref call, front: true);

    /// <summary>RPOP key [count]. Source: redis.io/commands/rpop.</summary>
    public void PopRight(ref CommandContext call) => Pop(ref call, front: false);

    /// <summary>LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]. Source: redis.io/commands/lmpop.</summary>
    public void PopMany(ref CommandContext call)
    {
        if (!MultiPop.TryRead(ref call, 1, out MultiPop options)) return;
        for (int i = options.FirstKey; i < options.FirstKey + options.Keys; i++)
        {
            Entry entry = call.Keys.FindForWrite(call.Key(i));
            if (entry.IsMissing) continue;
            if (!entry.Is(store.Type)) call.Reply.WrongType();
            else TakeMany(ref call, entry, i, options);
            return;
        }

        call.Reply.NullArray();
    }

    /// <summary>Pops one element: replies with key and element; propagated as LPOP or RPOP.</summary>
    public void TakeOne(ref CommandContext call, scoped Entry entry, int keyAt, bool front)
    {
        KeyRef key = call.Key(keyAt);
        call.Reply.Array(2);
        call.Reply.Bulk(call.Argument(keyAt));
        store.Peek(entry, front).Reply(call.Reply);
        entry = store.RemoveEnd(call.Keys, entry, front);
        Removed(ref call, key, entry, front, 1);
        call.PropagateAs().Add(front ? "LPOP"u8 : "RPOP"u8).Add(key.Bytes).Send();
    }

    /// <summary>Pops several elements: replies with key and elements; propagated as LPOP or RPOP with their number.</summary>
    public void TakeMany(ref CommandContext call, scoped Entry entry, int keyAt, in MultiPop options)
    {
        KeyRef key = call.Key(keyAt);
        long count = Math.Min(options.Count, ListStore.Length(entry));
        call.Reply.Array(2);
        call.Reply.Bulk(call.Argument(keyAt));
        TakeRange(ref call, key, entry, options.FromLeft, count);
        call.PropagateAs().Add(options.FromLeft ? "LPOP"u8 : "RPOP"u8).Add(key.Bytes).Add(count).Send();
    }

    /// <summary>States what removing elements did to a key, deleting it when nothing is left. Source: listElementsRemoved.</summary>
    public void Removed(ref CommandContext call, KeyRef key, scoped Entry entry, bool front, long count)
    {
        bool isEmpty = ListStore.Length(entry) == 0;
        if (!isEmpty) store.AfterRemoval(call.Keys, entry);
        call.Changed(key, KeyEventClass.List, front ? "lpop"u8 : "rpop"u8, (int)count);
        if (isEmpty) DeleteEmpty(ref call, key);
    }

    /// <summary>Deletes a key whose list is empty now (or nothing of it is to stay), and says so.</summary>
    public static void DeleteEmpty(ref CommandContext call, KeyRef key)
    {
        // LTRIM leaves the elements to this: by pieces, where they are many.
        call.Keys.Delete(key, lazy: true);
        call.Notify(key, KeyEventClass.Generic, "del"u8);
    }

    private void Pop(ref CommandContext call, bool front)
    {
        const int CountAt = 2;
        bool hasCount = call.ArgumentCount == CountAt + 1;
        if (call.ArgumentCount > CountAt + 1)
        {
            call.Reply.Error($"ERR wrong number of arguments for '{call.Command.FullName}' command");
            return;
        }

        long count = 0;
        if (hasCount && !ListArguments.TryAtLeast(ref call, CountAt, 0, default, out count)) return;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing)
        {
            if (hasCount) call.Reply.NullArray(); else call.Reply.Null();
        }
        else if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
        }
        else if (hasCount)
        {
            if (count == 0) call.Reply.Array(0);
            else TakeRange(ref call, key, entry, front, Math.Min(count, ListStore.Length(entry)));
        }
        else
        {
            store.Peek(entry, front).Reply(call.Reply);
            entry = store.RemoveEnd(call.Keys, entry, front);
            Removed(ref call, key, entry, front, 1);
        }
    }

    private void TakeRange(ref CommandContext call, KeyRef key, scoped Entry entry, bool front, long count)
    {
        long start = front ? 0 : ListStore.Length(entry) - count;
        if (front) ListRange.Reply(store, entry, 0, count, call.Reply);
        else ListRange.ReplyFromTail(store, entry, count, call.Reply);
        entry = store.RemoveRange(call.Keys, entry, start, count);
        Removed(ref call, key, entry, front, count);
    }
}
