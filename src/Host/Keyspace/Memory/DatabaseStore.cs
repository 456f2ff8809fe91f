using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>One database: the hot path from a hashed key to its record, and every way in which a record changes.</summary>
/// <remarks>The object keeps its number for the life of the server; SWAPDB and FLUSHDB exchange its content.</remarks>
internal sealed unsafe class DatabaseStore : Database
{
    private readonly KeyspaceState _state;
    private readonly KeyspaceClock _clock;
    private readonly ServerStatistics _statistics;
    private StoreContent _content;
    private KeyTable _table;

    /// <summary>Makes an empty database.</summary>
    public DatabaseStore(KeyspaceState state, int index)
    {
        _state = state;
        _clock = state.Clock;
        _statistics = state.Statistics;
        Index = index;
        _content = new StoreContent(state, index);
        _table = _content.Table;
    }

    /// <inheritdoc/>
    public override int Index { get; }

    /// <inheritdoc/>
    public override long Count => _table.Count;

    /// <inheritdoc/>
    public override long ExpiringCount => _content.Expiring;

    /// <inheritdoc/>
    public override long AverageTtlMs => _content.AverageTtlMs;

    /// <summary>Table, heap and counters.</summary>
    internal StoreContent Content => _content;

    internal KeyspaceState State => _state;

    /// <summary>Asks for the key's bucket: first stage of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(ulong hash) => _table.PrefetchBucket(hash);

    /// <summary>Asks for the key's record, once its bucket has arrived: second stage of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchRecord(ulong hash) => _table.PrefetchRecord(hash);

    /// <summary>Asks for what a command will look at inside the key's value, once its record has arrived: third stage of a batch.</summary>
    public void PrefetchElement(ulong hash, byte* key, int length, ulong elementHash)
    {
        Record* record = _table.Find(hash, key, length);
        if (record != null && _state.Types.Owns(record)) _state.Types.Of(record).Prefetch(new Entry(record, null), elementHash);
    }

    /// <inheritdoc/>
    public override Entry Find(scoped in KeyRef key, Access access = Access.Read)
    {
        TableSlot slot = _table.FindSlot(key.Hash, key.Pointer, key.Length);
        if (!slot.Exists) return Missed(key, access);
        Record* record = slot.Record;
        if (record->HasExpiry && IsExpired(record) && (access & Access.Expired) == 0 && !TakesAsLive(slot)) return Missed(key, access);
        if ((access & Access.NoStatistics) == 0) _statistics.KeyspaceHits++;
        if ((access & Access.NoTouch) == 0) Touch(record);
        return new Entry(record, slot.Slot);
    }

    /// <inheritdoc/>
    public override Entry FindForWrite(scoped in KeyRef key)
    {
        TableSlot slot = FindLive(key);
        if (!slot.Exists) return default;
        Record* record = slot.Record;
        if (_state.Hooks != 0) Changing(key, record);
        Touch(record);
        return new Entry(record, slot.Slot);
    }

    /// <inheritdoc/>
    public override Entry Put(scoped in KeyRef key, DataType type, long length, Ttl ttl = Ttl.Clear)
    {
        if ((ulong)length > int.MaxValue) RefuseLength(length);
        TableSlot slot = FindForReplacing(key);
        if (!slot.Exists) return Add(key, _content.Make(key.Pointer, key.Length, type.Id, length, hasExpiry: false));

        Record* record = slot.Record;
        if (_state.Hooks != 0) Changing(key, record);
        bool hasExpiry = ttl == Ttl.Keep && record->HasExpiry;
        bool external = StoreContent.IsExternal(key.Length, length);
        bool sameShape = record->HasExpiry == hasExpiry && record->IsExternal == external && !_state.Types.Owns(record);
        if (!sameShape || (!external && !FitsInPlace(record, (int)length))) return Replace(slot, type, length, hasExpiry);

        if (external) _content.ResizeExternal(record, length, growing: false, keepBytes: false);
        else record->InlineValueLength = (int)length;
        record->Encoding = 0;
        if (record->TypeId != type.Id) ChangeType(record, type.Id);
        Touch(record);
        return new Entry(record, slot.Slot);
    }

    /// <inheritdoc/>
    public override Entry PutOwned(scoped in KeyRef key, DataType type, scoped ref OwnedBytes bytes, Ttl ttl = Ttl.Clear)
    {
        if (!StoreContent.IsExternal(key.Length, bytes.Length))
        {
            Entry small = Put(key, type, bytes.Length, ttl);
            bytes.Bytes.CopyTo(small.WritableValue);
            bytes.Release();
            return small;
        }

        TableSlot slot = FindForReplacing(key);
        Record* old = slot.Exists ? slot.Record : null;
        if (old != null && _state.Hooks != 0) Changing(key, old);
        bool hasExpiry = old != null && ttl == Ttl.Keep && old->HasExpiry;
        Record* record = _content.MakeBlock(key.Pointer, key.Length, type.Id, 0, hasExpiry, external: true);
        _content.Adopt(record, bytes.Pointer, bytes.Length, bytes.Capacity);
        bytes.Pointer = null;
        return old == null ? Add(key, record) : Exchange(slot, record);
    }

    /// <inheritdoc/>
    public override Entry Resize(Entry entry, long length, bool growing = false)
    {
        if ((ulong)length > int.MaxValue) RefuseLength(length);
        Record* record = entry.Record;
        if (_state.Hooks != 0) KeepForSnapshot(record);
        bool external = StoreContent.IsExternal(record->KeyLength, length);
        if (record->IsExternal)
        {
            // Half the limit as slack: a value that comes and goes around it must not change its shape each time.
            if (external || length > StoreContent.InlineMax / 2)
            {
                _content.ResizeExternal(record, length, growing, keepBytes: true);
                return entry;
            }
        }
        else if (!external && FitsInPlace(record, (int)length))
        {
            record->InlineValueLength = (int)length;
            return entry;
        }

        Record* fresh = _content.Make(record->KeyPointer, record->KeyLength, record->TypeId, length, record->HasExpiry, growing);
        long common = Math.Min(length, entry.ValueLength);
        record->Value[..(int)common].CopyTo(fresh->Value);
        Inherit(fresh, record);
        ulong* slot = SlotOf(entry);
        *slot = Bucket.Repack(*slot, fresh);
        if (record->IsExternal) _content.FreeExternal(record);
        _content.FreeBlock(record);
        return new Entry(fresh, slot);
    }

    /// <inheritdoc/>
    public override bool Delete(scoped in KeyRef key, bool lazy = false)
    {
        TableSlot slot = FindLive(key);
        if (!slot.Exists) return false;
        if (_state.Hooks != 0) Changing(key, slot.Record);
        Remove(slot, lazy);
        return true;
    }

    /// <inheritdoc/>
    public override void Delete(Entry entry, bool lazy = false)
    {
        if (_state.Hooks != 0) KeepForSnapshot(entry.Record);
        Remove(Locate(entry.Record), lazy);
    }

    /// <inheritdoc/>
    public override Entry SetExpiry(Entry entry, long expireAtMs)
    {
        if (_state.Hooks != 0) KeepForSnapshot(entry.Record);
        if (!entry.Record->HasExpiry) entry = Reshape(entry.Record, hasExpiry: true);
        entry.Record->ExpireAtMs = expireAtMs;
        return entry;
    }

    /// <inheritdoc/>
    public override Entry ClearExpiry(Entry entry)
    {
        if (!entry.Record->HasExpiry) return entry;
        if (_state.Hooks != 0) KeepForSnapshot(entry.Record);
        return Reshape(entry.Record, hasExpiry: false);
    }

    /// <inheritdoc/>
    public override Entry SetAside(scoped in KeyRef key)
    {
        TableSlot slot = FindForReplacing(key);
        if (!slot.Exists) return default;
        if (_state.Hooks != 0) Changing(key, slot.Record);
        return new Entry(TakeOut(slot), null);
    }

    /// <inheritdoc/>
    public override void PutBack(scoped in KeyRef key, Entry aside)
    {
        _table.Insert(key.Hash, aside.Record);
        _content.Count(aside.Record);
    }

    /// <inheritdoc/>
    public override void Discard(Entry aside, bool lazy = false)
    {
        if (!aside.IsMissing) _content.Release(aside.Record, lazy || _state.LazyServerDelete);
    }

    /// <inheritdoc/>
    public override void Prefetch(ulong hash) => _table.PrefetchBucket(hash);

    /// <inheritdoc/>
    public override void Reserve(long keys) => _table.Reserve(keys);

    /// <inheritdoc/>
    public override bool Rename(scoped in KeyRef from, scoped in KeyRef to) => DatabaseTransfers.Rename(this, from, to);

    /// <inheritdoc/>
    public override bool MoveTo(Database target, scoped in KeyRef key) => DatabaseTransfers.Move(this, (DatabaseStore)target, key);

    /// <inheritdoc/>
    public override bool Copy(scoped in KeyRef from, Database target, scoped in KeyRef to)
        => DatabaseTransfers.Copy(this, (DatabaseStore)target, from, to);

    /// <inheritdoc/>
    public override ulong Scan(ulong cursor, IEntryVisitor visitor) => DatabaseWalks.Scan(this, cursor, visitor);

    /// <inheritdoc/>
    public override void ForEach(IEntryVisitor visitor) => DatabaseWalks.ForEach(this, visitor);

    /// <inheritdoc/>
    public override Entry Random() => DatabaseWalks.Random(this);

    /// <inheritdoc/>
    public override int Sample(int count, bool expiringOnly, IEntryVisitor visitor)
        => expiringOnly ? DatabaseSamples.Expiring(this, count, visitor) : DatabaseSamples.Any(this, count, visitor);

    /// <inheritdoc/>
    public override long IdleSeconds(Entry entry) => _clock.IdleSeconds(entry.Record->AccessClock);

    /// <inheritdoc/>
    public override void SetIdle(Entry entry, long seconds) => entry.Record->AccessClock = _clock.ClockOfIdle(seconds);

    /// <inheritdoc/>
    public override int Frequency(Entry entry) => _clock.Frequency(entry.Record->AccessClock);

    /// <inheritdoc/>
    public override void SetFrequency(Entry entry, int counter) => entry.Record->AccessClock = _clock.FrequencyClock(counter);

    /// <inheritdoc/>
    public override long MemoryUsage(Entry entry, int samples)
    {
        Record* record = entry.Record;
        long share = Math.Min(Bucket.Size, _table.MemoryBytes / Math.Max(1, _table.Count));
        long external = record->IsExternal ? record->ExternalCapacity : 0;
        return share + MemoryHeap.UsableSizeOf(record->Size) + external + _state.Types.Of(record).MemoryUsage(entry, samples);
    }

    /// <summary>Exchanges the contents of two databases.</summary>
    internal static void Swap(DatabaseStore first, DatabaseStore second)
    {
        StoreContent content = first._content;
        first.Attach(second._content);
        second.Attach(content);
    }

    /// <summary>Puts an empty content in the place of the present one, which is the caller's from now on.</summary>
    internal StoreContent Detach()
    {
        StoreContent old = _content;
        StoreContent fresh = new(_state, Index);
        old.IsDetached = true;
        Attach(fresh);
        return old;
    }

    /// <summary>The key's slot unless it has expired; an expired key is removed where that is this server's business.</summary>
    internal TableSlot FindLive(scoped in KeyRef key)
    {
        TableSlot slot = _table.FindSlot(key.Hash, key.Pointer, key.Length);
        if (!slot.Exists || !slot.Record->HasExpiry || !IsExpired(slot.Record)) return slot;
        return TakesAsLive(slot) ? slot : default;
    }

    /// <summary>Removes whatever is under the key, hidden or not, so that another record may take its place.</summary>
    internal void MakePlace(scoped in KeyRef key)
    {
        TableSlot slot = FindForReplacing(key);
        if (!slot.Exists) return;
        if (_state.Hooks != 0) Changing(key, slot.Record);
        Remove(slot, _state.LazyServerDelete);
    }

    /// <summary>
    /// Saves the old value for a snapshot and shows it to observers. Call it when there are hooks, before anything changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Changing(scoped in KeyRef key, Record* record)
    {
        KeepForSnapshot(record);
        if ((_state.Hooks & KeyspaceHooks.OldValues) != 0) _state.Observers.Changing(this, key, new Entry(record, null));
    }

    /// <summary>Adds a record whose key is absent.</summary>
    internal Entry Add(scoped in KeyRef key, Record* record)
    {
        _table.Insert(key.Hash, record);
        _content.Count(record);
        if (_state.WantsEvents) _state.Sink.Added(this, key);
        return new Entry(record, null);
    }

    /// <summary>Takes a record out of the table; it is the caller's from now on.</summary>
    internal Record* TakeOut(TableSlot slot)
    {
        Record* record = _table.Remove(slot);
        _content.Uncount(record);
        return record;
    }

    /// <summary>Removes an expired key and says so.</summary>
    internal void RemoveExpired(TableSlot slot)
    {
        Record* record = slot.Record;
        byte* bytes = record->KeyPointer;
        int length = record->KeyLength;
        KeyRef key = new(bytes, length, KeyHash.Compute(bytes, length));
        if (_state.Hooks != 0) Changing(key, record);
        TakeOut(slot);
        _statistics.ExpiredKeys++;
        _state.Sink.Expired(this, key, _state.LazyExpire);
        _content.Release(record, _state.LazyExpire);
    }

    /// <summary>Whether the record's time is up. Only for one with expiry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsExpired(Record* record) => record->ExpireAtMs < _clock.UnixMs;

    /// <summary>The slot of a record in the table.</summary>
    internal TableSlot Locate(Record* record)
    {
        byte* key = record->KeyPointer;
        int length = record->KeyLength;
        TableSlot slot = _table.FindSlot(KeyHash.Compute(key, length), key, length);
        Invariant.Check(slot.Exists && slot.Record == record, "an entry was used after its key had gone or moved");
        return slot;
    }

    /// <summary>Gives a record made anew what stays with its key: clock, encoding, observed bit, time to live.</summary>
    internal static void Inherit(Record* fresh, Record* old)
    {
        fresh->AccessClock = old->AccessClock;
        fresh->Encoding = old->Encoding;
        fresh->IsObserved = old->IsObserved;
        if (fresh->HasExpiry && old->HasExpiry) fresh->ExpireAtMs = old->ExpireAtMs;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FitsInPlace(Record* record, int length)
    {
        int size = record->Size;
        int wanted = size - record->InlineValueLength + length;
        return MemoryHeap.UsableSizeOf(size) == MemoryHeap.UsableSizeOf(wanted);
    }

    private static void RefuseLength(long length) => Invariant.Fail($"a value of {length} bytes");

    private static void ChangeTypeBits(Record* record, int typeId)
    {
        bool observed = record->IsObserved, parity = record->SnapshotParity;
        int length = record->InlineValueLength;
        uint clock = record->AccessClock;
        Record.Initialize(
            (byte*)record, record->KeyPointer, record->KeyLength, typeId, 0, length, record->HasExpiry, record->IsExternal, clock);
        record->IsObserved = observed;
        record->SnapshotParity = parity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(Record* record)
    {
        if (record->AccessClock != _clock.Touched) TouchSlow(record);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TouchSlow(Record* record)
    {
        if (_state.KeepsAccessClocks) return;
        record->AccessClock = _clock.UsesFrequency ? _clock.AfterAccess(record->AccessClock, _state.NextRandom()) : _clock.LruSeconds;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Entry Missed(scoped in KeyRef key, Access access)
    {
        if ((access & Access.NoStatistics) == 0) _statistics.KeyspaceMisses++;
        if (_state.WantsEvents && (access & Access.NoNotify) == 0) _state.Sink.Missed(this, key);
        return default;
    }

    // False: the key does not count as present any more; the slot is void then.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TakesAsLive(TableSlot slot)
    {
        if (_state.SeesExpired) return true;
        if (_state.RemovesExpired) RemoveExpired(slot);
        return false;
    }

    // As FindLive; but where an expired key would only be hidden it is removed, because its place is needed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TableSlot FindForReplacing(scoped in KeyRef key)
    {
        TableSlot slot = _table.FindSlot(key.Hash, key.Pointer, key.Length);
        if (!slot.Exists || !slot.Record->HasExpiry || !IsExpired(slot.Record) || TakesAsLive(slot)) return slot;
        return ClearHidden(key);
    }

    private TableSlot ClearHidden(scoped in KeyRef key)
    {
        TableSlot slot = _table.FindSlot(key.Hash, key.Pointer, key.Length);
        if (!slot.Exists) return slot;
        if (_state.Hooks != 0) Changing(key, slot.Record);
        Remove(slot, _state.LazyExpire);
        return default;
    }

    private void KeepForSnapshot(Record* record)
    {
        if ((_state.Hooks & KeyspaceHooks.Snapshot) != 0) _state.Snapshots.Save(_content, record);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Entry Replace(TableSlot slot, DataType type, long length, bool hasExpiry)
    {
        Record* old = slot.Record;
        Record* fresh = _content.Make(old->KeyPointer, old->KeyLength, type.Id, length, hasExpiry);
        return Exchange(slot, fresh);
    }

    private Entry Exchange(TableSlot slot, Record* fresh)
    {
        Record* old = slot.Record;
        Touch(old);
        Inherit(fresh, old);
        fresh->Encoding = 0;
        slot.Replace(fresh);
        _content.Uncount(old);
        _content.Count(fresh);
        _content.Release(old, _state.LazyServerDelete);
        return new Entry(fresh, slot.Slot);
    }

    private Entry Reshape(Record* old, bool hasExpiry)
    {
        TableSlot slot = Locate(old);
        Record* fresh = DatabaseTransfers.MakeWithValueOf(_content, old, old->KeyPointer, old->KeyLength, hasExpiry);
        Inherit(fresh, old);
        slot.Replace(fresh);
        _content.Uncount(old);
        _content.Count(fresh);
        _content.FreeBlock(old);
        return new Entry(fresh, slot.Slot);
    }

    private void ChangeType(Record* record, int typeId)
    {
        _content.TypeCounts[record->TypeId]--;
        _content.TypeCounts[typeId]++;
        ChangeTypeBits(record, typeId);
    }

    private void Remove(TableSlot slot, bool lazy) => _content.Release(TakeOut(slot), lazy);

    private ulong* SlotOf(Entry entry)
    {
        if (entry.Slot != null && Bucket.RecordOf(*entry.Slot) == entry.Record) return entry.Slot;
        return Locate(entry.Record).Slot;
    }

    private void Attach(StoreContent content)
    {
        _content = content;
        _table = content.Table;
    }
}
