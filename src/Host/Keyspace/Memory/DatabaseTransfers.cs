using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>RENAME, MOVE and COPY: one key's value under another key, or in another database.</summary>
internal static unsafe class DatabaseTransfers
{
    public static bool Rename(DatabaseStore store, scoped in KeyRef from, scoped in KeyRef to)
    {
        TableSlot slot = store.FindLive(from);
        if (!slot.Exists) return false;
        if (from.Bytes.SequenceEqual(to.Bytes)) return true;
        if (store.State.Hooks != 0) store.Changing(from, slot.Record);
        store.MakePlace(to);
        Transfer(store, store, from, to);
        return true;
    }

    public static bool Move(DatabaseStore store, DatabaseStore target, scoped in KeyRef key)
    {
        TableSlot slot = store.FindLive(key);
        if (!slot.Exists || store == target || target.FindLive(key).Exists) return false;

        // An expired key that is only hidden there stands in the way.
        Record* hidden = target.Content.Table.Find(key.Hash, key.Pointer, key.Length);
        if (hidden != null) return false;
        if (store.State.Hooks != 0) store.Changing(key, slot.Record);
        Transfer(store, target, key, key);
        return true;
    }

    public static bool Copy(DatabaseStore store, DatabaseStore target, scoped in KeyRef from, scoped in KeyRef to)
    {
        if (!store.FindLive(from).Exists) return false;
        if (store == target && from.Bytes.SequenceEqual(to.Bytes)) return true;
        target.MakePlace(to);
        Record* source = store.FindLive(from).Record;
        Record* copy = Duplicate(store.State, target.Content, source, to);
        target.Add(to, copy);
        return true;
    }

    /// <summary>A record with the value of another; an external block changes hands. The old record's block is still to be freed.</summary>
    internal static Record* MakeWithValueOf(StoreContent content, Record* old, byte* key, int keyLength, bool hasExpiry)
    {
        bool external = old->IsExternal;
        int length = old->InlineValueLength;
        Record* fresh = content.MakeBlock(key, keyLength, old->TypeId, length, hasExpiry, external);
        NativeMemory.Copy(old->ValueArea, fresh->ValueArea, (nuint)(external ? Record.ExternalAreaSize : length));
        return fresh;
    }

    private static void Transfer(DatabaseStore store, DatabaseStore target, scoped in KeyRef from, scoped in KeyRef to)
    {
        // Whatever was looked up before may have moved when an expired target went.
        TableSlot slot = store.FindLive(from);
        Record* old = slot.Record;
        Record* fresh = MakeWithValueOf(target.Content, old, to.Pointer, to.Length, old->HasExpiry);
        DatabaseStore.Inherit(fresh, old);
        fresh->IsObserved = false;
        store.TakeOut(slot);
        if (old->IsExternal && store != target)
        {
            store.Content.Disown(old);
            target.Content.Adopt(fresh, old->ExternalPointer, old->ExternalLength, old->ExternalCapacity);
        }

        target.Add(to, fresh);
        store.Content.FreeBlock(old);
    }

    private static Record* Duplicate(KeyspaceState state, StoreContent content, Record* source, scoped in KeyRef key)
    {
        Entry original = new(source, null);
        Record* copy = content.Make(key.Pointer, key.Length, source->TypeId, original.ValueLength, source->HasExpiry);
        source->Value.CopyTo(copy->Value);
        uint fresh = copy->AccessClock;
        DatabaseStore.Inherit(copy, source);
        copy->AccessClock = fresh;
        copy->IsObserved = false;
        if (!state.Types.Owns(source)) return copy;

        try
        {
            state.Types.Of(source).Duplicate(original, new Entry(copy, null));
        }
        catch
        {
            // The copy owns nothing yet: only its record goes.
            if (copy->IsExternal) content.FreeExternal(copy);
            content.FreeBlock(copy);
            throw;
        }

        return copy;
    }
}
