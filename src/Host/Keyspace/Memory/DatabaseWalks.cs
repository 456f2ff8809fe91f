using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>SCAN, KEYS and RANDOMKEY over a database.</summary>
internal static unsafe class DatabaseWalks
{
    // A replica does not remove expired keys: with nothing but those it must give up. Source: dbRandomKey's maxtries.
    private const int HiddenTriesMax = 100;

    /// <summary>Visits one bucket's keys; those that have expired are removed instead.</summary>
    public static ulong Scan(DatabaseStore store, ulong cursor, IEntryVisitor visitor)
    {
        KeyList expired = store.State.ExpiredKeys;
        expired.Clear();
        Visiting visiting = new(store, visitor, store.State.RemovesExpired ? expired : null);
        ulong next = store.Content.Table.Scan(cursor, ref visiting);
        RemoveExpired(store, expired);
        return next;
    }

    public static void ForEach(DatabaseStore store, IEntryVisitor visitor)
    {
        Visiting visiting = new(store, visitor, null);
        ulong cursor = 0;
        do cursor = store.Content.Table.Scan(cursor, ref visiting);
        while (cursor != 0);
    }

    public static Entry Random(DatabaseStore store)
    {
        KeyspaceState state = store.State;
        for (int hidden = 0; hidden < HiddenTriesMax;)
        {
            Record* record = store.Content.Table.Random(ref state.Random);
            if (record == null) return default;
            if (!record->HasExpiry || !store.IsExpired(record) || state.SeesExpired) return new Entry(record, null);
            if (state.RemovesExpired) store.RemoveExpired(store.Locate(record));
            else hidden++;
        }

        return default;
    }

    /// <summary>Removes those of the keys that are there and have expired.</summary>
    internal static int RemoveExpired(DatabaseStore store, KeyList keys)
    {
        int removed = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            KeyRef key = keys[i];
            TableSlot slot = store.Content.Table.FindSlot(key.Hash, key.Pointer, key.Length);
            if (!slot.Exists || !slot.Record->HasExpiry || !store.IsExpired(slot.Record)) continue;
            store.RemoveExpired(slot);
            removed++;
        }

        return removed;
    }

    private readonly ref struct Visiting(DatabaseStore store, IEntryVisitor visitor, KeyList? expired) : IRecordVisitor
    {
        public void Visit(Record* record)
        {
            if (record->HasExpiry && store.IsExpired(record) && !store.State.SeesExpired) expired?.Add(record);
            else visitor.Visit(new Entry(record, null));
        }
    }
}
