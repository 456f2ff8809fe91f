namespace ModularKv.Abstractions;

/// <summary>How a key is looked up for reading.</summary>
[Flags]
public enum Access
{
    /// <summary>As a user's read: counts hit or miss, refreshes the access clock, expires lazily.</summary>
    Read = 0,

    /// <summary>Leaves the access clock alone (OBJECT, TTL, TYPE, CLIENT NO-TOUCH).</summary>
    NoTouch = 1,

    /// <summary>Does not count hit or miss.</summary>
    NoStatistics = 2,

    /// <summary>Sees a key that has expired but is not removed yet.</summary>
    Expired = 4,

    /// <summary>Does not send the "keymiss" event.</summary>
    NoNotify = 8,
}

/// <summary>What becomes of a key's time to live when its value is replaced.</summary>
public enum Ttl
{
    /// <summary>It goes, as by SET.</summary>
    Clear,

    /// <summary>It stays.</summary>
    Keep,
}

/// <summary>
/// One database of the keyspace. Every member that opens a key for writing saves the old value for a running snapshot and tells the
/// observers that asked for it; stating the change (<c>CommandContext.Changed</c>) stays with the command, because only it knows
/// whether something changed. Loop thread only.
/// </summary>
public abstract class Database
{
    /// <summary>Its number, as SELECT takes it.</summary>
    public abstract int Index { get; }

    /// <summary>Number of keys, expired ones that are not removed yet included.</summary>
    public abstract long Count { get; }

    /// <summary>Number of keys with a time to live.</summary>
    public abstract long ExpiringCount { get; }

    /// <summary>Average time to live of those keys in milliseconds, estimated.</summary>
    public abstract long AverageTtlMs { get; }

    /// <summary>Looks a key up for reading. O(1).</summary>
    public abstract Entry Find(scoped in KeyRef key, Access access = Access.Read);

    /// <summary>Looks a key up in order to change it in place. O(1).</summary>
    public abstract Entry FindForWrite(scoped in KeyRef key);

    /// <summary>
    /// Creates the key or replaces its value by <paramref name="length"/> bytes for the caller to fill. The old value is freed.
    /// </summary>
    /// <returns>The entry; its bytes are not initialised (or still the old ones). Encoding bits are 0.</returns>
    public abstract Entry Put(scoped in KeyRef key, DataType type, long length, Ttl ttl = Ttl.Clear);

    /// <summary>As <see cref="Put"/> with the bytes of a large argument, which the value takes over without a copy.</summary>
    public abstract Entry PutOwned(scoped in KeyRef key, DataType type, scoped ref Memory.OwnedBytes bytes, Ttl ttl = Ttl.Clear);

    /// <summary>Changes the value's length. Bytes up to the smaller length stay; new ones are not initialised.</summary>
    /// <param name="entry">From <see cref="FindForWrite"/> or <see cref="Put"/>.</param>
    /// <param name="length">New length in bytes.</param>
    /// <param name="growing">Leave room for further growth, for values that are appended to.</param>
    public abstract Entry Resize(Entry entry, long length, bool growing = false);

    /// <summary>Removes a key. O(1) for values without memory of their own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lazy">Free a large value later, by pieces (UNLINK).</param>
    /// <returns>False: there was no such key.</returns>
    public abstract bool Delete(scoped in KeyRef key, bool lazy = false);

    /// <summary>Removes a key that has been opened; for types whose value became empty.</summary>
    public abstract void Delete(Entry entry, bool lazy = false);

    /// <summary>
    /// Sets the absolute time at which the key expires, Unix milliseconds. A past time does not delete: that is the command's decision.
    /// </summary>
    public abstract Entry SetExpiry(Entry entry, long expireAtMs);

    /// <summary>Removes the time to live.</summary>
    public abstract Entry ClearExpiry(Entry entry);

    /// <summary>
    /// Takes a key out of the table without freeing its value, so that another may be built in its place. Exactly one of
    /// <see cref="PutBack"/> and <see cref="Discard"/> must follow, within the same command. Nobody is told.
    /// </summary>
    /// <returns>The entry, in no table; missing: there is no such key.</returns>
    public abstract Entry SetAside(scoped in KeyRef key);

    /// <summary>Puts back what <see cref="SetAside"/> took; the key must be absent.</summary>
    public abstract void PutBack(scoped in KeyRef key, Entry aside);

    /// <summary>Frees what <see cref="SetAside"/> took; does nothing for a missing entry.</summary>
    /// <param name="aside">The entry.</param>
    /// <param name="lazy">Free a large value later, by pieces.</param>
    public abstract void Discard(Entry aside, bool lazy = false);

    /// <summary>Asks the processor for the place of a key that is about to be put: a hint, for who puts many.</summary>
    public virtual void Prefetch(ulong hash)
    {
    }

    /// <summary>
    /// Makes the table of an empty database large enough for so many keys at once, which is cheaper than growth. A hint: memory is taken
    /// when keys come, and a table that holds keys stays as it is.
    /// </summary>
    public virtual void Reserve(long keys)
    {
    }

    /// <summary>Renames; an existing <paramref name="to"/> is replaced. The entry keeps value, time to live and access clock.</summary>
    /// <returns>False: <paramref name="from"/> does not exist.</returns>
    public abstract bool Rename(scoped in KeyRef from, scoped in KeyRef to);

    /// <summary>Moves a key to another database, where it must not exist.</summary>
    /// <returns>False: it does not exist here, or exists there.</returns>
    public abstract bool MoveTo(Database target, scoped in KeyRef key);

    /// <summary>Copies a value with its time to live; an existing target is replaced.</summary>
    /// <returns>False: the source does not exist.</returns>
    public abstract bool Copy(scoped in KeyRef from, Database target, scoped in KeyRef to);

    /// <summary>
    /// Visits some keys from <paramref name="cursor"/> on. Every key present from the first call to the last is visited at least once.
    /// </summary>
    /// <returns>The cursor to go on with; 0: done.</returns>
    public abstract ulong Scan(ulong cursor, IEntryVisitor visitor);

    /// <summary>Visits every key that has not expired; keys must not be changed meanwhile.</summary>
    public abstract void ForEach(IEntryVisitor visitor);

    /// <summary>A key chosen uniformly at random among those that have not expired; missing when empty.</summary>
    public abstract Entry Random();

    /// <summary>
    /// Visits some keys for a comparison: neighbours around a random place, cheap, each at most once. Expired ones that are still there
    /// are among them. O(<paramref name="count"/>); where keys with a time to live are few among many without, up to 0.3 ms.
    /// </summary>
    /// <param name="count">Keys wanted, 1 to 64. A few more are visited where they come for nothing, fewer in a sparse database.</param>
    /// <param name="expiringOnly">Only keys with a time to live.</param>
    /// <param name="visitor">Gets the keys; must not change the database.</param>
    /// <returns>Keys visited; 0 although there are some: the search goes on from there at the next call.</returns>
    public abstract int Sample(int count, bool expiringOnly, IEntryVisitor visitor);

    /// <summary>Seconds since the last access (LRU policies). For OBJECT IDLETIME.</summary>
    public abstract long IdleSeconds(Entry entry);

    /// <summary>Sets the idle time (RESTORE IDLETIME).</summary>
    public abstract void SetIdle(Entry entry, long seconds);

    /// <summary>Logarithmic access counter (LFU policies), decayed to now. For OBJECT FREQ.</summary>
    public abstract int Frequency(Entry entry);

    /// <summary>Sets the access counter (RESTORE FREQ).</summary>
    public abstract void SetFrequency(Entry entry, int counter);

    /// <summary>Bytes of the key, its record, its share of the table, and the value's memory outside the record.</summary>
    public abstract long MemoryUsage(Entry entry, int samples);

    /// <summary>Whether the key exists, without any side effect but lazy expiry.</summary>
    public bool Exists(scoped in KeyRef key) => !Find(key, Access.NoTouch | Access.NoStatistics | Access.NoNotify).IsMissing;
}

/// <summary>Receives entries of a walk.</summary>
public interface IEntryVisitor
{
    /// <summary>One entry. Borrowed for this call.</summary>
    void Visit(Entry entry);
}

/// <summary>All databases.</summary>
public interface IDatabases
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The database of that number.</summary>
    Database this[int index] { get; }

    /// <summary>Number of keys of a database. Unlike asking the database itself it does not prepare one that nobody has used.</summary>
    long CountOf(int index);

    /// <summary>Exchanges the contents of two databases. O(1).</summary>
    void Swap(int first, int second);

    /// <summary>Removes all keys of a database (-1: of all). O(1) on the loop; memory is given back off it or by pieces.</summary>
    /// <returns>Number of keys removed.</returns>
    long Flush(int index, bool lazy);

    /// <summary>Changes since start (or the last save): "dirty".</summary>
    long Dirty { get; set; }

    /// <summary>Keys that UNLINK, FLUSHALL ASYNC and the like have put off and that are still to be freed.</summary>
    long LazyFreePending { get; }
}
