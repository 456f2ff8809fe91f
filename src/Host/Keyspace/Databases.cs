using ModularKv.Abstractions;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Keyspace;

/// <summary>All databases of the server, made when they are first asked for.</summary>
internal sealed class Databases(KeyspaceState state) : IDatabases
{
    private readonly DatabaseStore?[] _stores = new DatabaseStore?[state.Options.Databases];

    /// <summary>Told of a database that was emptied or exchanged with another, afterwards; -1: all of them.</summary>
    public Action<int> Replaced { get; set; } = _ => { };

    /// <inheritdoc/>
    public int Count => _stores.Length;

    /// <inheritdoc/>
    public long Dirty { get; set; }

    /// <inheritdoc/>
    public long LazyFreePending => state.LazyFree.Pending;

    /// <inheritdoc/>
    public Database this[int index] => Store(index);

    /// <summary>The database of that number; the same object for the life of the server.</summary>
    public DatabaseStore Store(int index) => _stores[index] ?? Make(index);

    /// <inheritdoc/>
    public long CountOf(int index) => _stores[index]?.Count ?? 0;

    /// <inheritdoc/>
    public void Swap(int first, int second)
    {
        if (first == second) return;
        DatabaseStore one = Store(first), other = Store(second);
        state.Observers.Flushing(one, other);
        DatabaseStore.Swap(one, other);
        Replaced(first);
        Replaced(second);
    }

    /// <inheritdoc/>
    public long Flush(int index, bool lazy)
    {
        state.Observers.Flushing(index < 0 ? null : Store(index), null);
        long removed = 0;
        if (index >= 0) removed = Flush(Store(index), lazy);
        else foreach (DatabaseStore store in state.Stores) removed += Flush(store, lazy);
        Replaced(index);
        return removed;
    }

    private long Flush(DatabaseStore store, bool lazy)
    {
        long removed = store.Count;
        if (removed == 0) return 0;
        StoreContent content = store.Detach();
        content.IsFreedLazily = lazy;
        state.LazyFree.Retire(content);
        return removed;
    }

    private DatabaseStore Make(int index)
    {
        DatabaseStore store = new(state, index);
        _stores[index] = store;
        state.Stores.Add(store);
        return store;
    }
}
