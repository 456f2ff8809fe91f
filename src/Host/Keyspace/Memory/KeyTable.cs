using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// The keyspace's hash table: from 64-bit hashes and keys to records. Linear hashing in 64-byte buckets over one reserved range of address
/// space, so it grows and shrinks in place, one bucket at a time. Owns its buckets, never a record. One thread at a time.
/// </summary>
/// <remarks>
/// A key's hash must be the same each time, and the one that the table's hasher computes. No operation touches more than
/// <see cref="BucketsMovedMax"/> buckets (with their chains) beyond the key's own.
/// </remarks>
internal sealed unsafe class KeyTable : IDisposable
{
    /// <summary>Address space for the buckets of a database, unless told otherwise: enough for 5 billion keys.</summary>
    public const long DefaultReserveBytes = 64L << 30;

    /// <summary>Buckets of the smallest table: one page.</summary>
    public const int BucketsMin = 64;

    /// <summary>Entries per <see cref="BucketsPerEntries"/> buckets above which each insert splits a bucket.</summary>
    /// <remarks>
    /// The average stays there while the table grows; buckets that are split already hold half of what the others do. At 5.75 a bucket a
    /// key costs 13.6 to 14.3 bytes, overflow included, and a tenth to a sixth of the keys lie in overflow buckets; at 5 it would be 14.5
    /// to 15.3 bytes.
    /// </remarks>
    public const int EntriesMax = 23, BucketsPerEntries = 4;

    /// <summary>Entries per bucket below which buckets are merged: far enough from growth that no bucket goes back and forth.</summary>
    public const int ShrinkBelow = 2;

    /// <summary>Buckets that are merged at most for each removed key.</summary>
    public const int MergesPerRemove = 4;

    /// <summary>Most buckets that one insert or remove splits or merges.</summary>
    public const int BucketsMovedMax = MergesPerRemove;

    // A table too small for its keys must still find room for long chains.
    private const int OverflowReserveMin = 1 << 20;

    // What every empty table looks at: one bucket without entries, never written.
    private static readonly Bucket* s_empty = NewEmptyBucket();

    private readonly delegate*<byte*, int, ulong> _hasher;
    private readonly nuint _reserveBytes;
    private readonly OverflowPool _pool;
    private ReservedRange? _range;

    // Bucket i of the hash's low bits; where i < _split (already split in this round), one bit more decides.
    private Bucket* _buckets;
    private ulong _lowMask;
    private ulong _highBit;
    private ulong _split;

    private long _count;
    private long _growAt;
    private long _shrinkAt;
    private ulong _chained;

    /// <summary>Makes an empty table, which has no memory until the first insert.</summary>
    /// <param name="reserveBytes">Address space for the buckets (64 bytes hold about 5 keys); half as much again (1 MB at least) for
    /// overflow.</param>
    /// <param name="hasher">The hash that callers pass in; <see cref="KeyHash"/> by default. Called only where slots do not remember a
    /// bit.</param>
    public KeyTable(long reserveBytes = DefaultReserveBytes, delegate*<byte*, int, ulong> hasher = null)
    {
        Invariant.Check(reserveBytes >= BucketsMin * Bucket.Size, "a key table reserves at least one page");
        _hasher = hasher != null ? hasher : &KeyHash.Compute;
        _reserveBytes = (nuint)reserveBytes;
        _pool = new OverflowPool(nuint.Max(_reserveBytes / 2, OverflowReserveMin));
        BecomeEmpty();
    }

    /// <summary>Keys in the table.</summary>
    public long Count => _count;

    /// <summary>Buckets without overflow ones; 0 before the first insert.</summary>
    public long BucketCount => _range == null ? 0 : (long)(_lowMask + 1 + _split);

    /// <summary>Bytes of memory committed for buckets and overflow.</summary>
    public long MemoryBytes => (long)(_range?.Committed ?? 0) + _pool.MemoryBytes;

    /// <summary>Bytes of buckets in use: grows with the keys, bucket by bucket, where committed memory grows in large steps.</summary>
    public long UsedBytes => (BucketCount + _pool.Live) * Bucket.Size;

    /// <summary>Overflow buckets in use.</summary>
    internal long OverflowBuckets => _pool.Live;

    /// <summary>Buckets split or merged since the table was made: lets tests bound the work of one call.</summary>
    internal long BucketsMoved { get; private set; }

    /// <summary>Asks for the bucket's cache line. First stage of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(ulong hash) => Prefetch(Head(hash));

    /// <summary>Asks for the record's first two cache lines, once the bucket's has arrived. Second stage of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchRecord(ulong hash)
    {
        Bucket* bucket = Head(hash);
        if (!TryPrefetchMatch(bucket, hash) && bucket->HasOverflow) PrefetchChained(bucket, hash);
    }

    /// <summary>The key's record, or null. O(1), no side effects.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record* Find(ulong hash, byte* key, int length)
    {
        TableSlot slot = FindSlot(hash, key, length);
        return slot.Exists ? slot.Record : null;
    }

    /// <inheritdoc cref="Find(ulong, byte*, int)"/>
    public Record* Find(ulong hash, ReadOnlySpan<byte> key)
    {
        fixed (byte* p = &MemoryMarshal.GetReference(key)) return Find(hash, p, key.Length);
    }

    /// <summary>The key's place in the table; <see cref="TableSlot.Exists"/> is false where there is none.</summary>
    public TableSlot FindSlot(ulong hash, byte* key, int length)
    {
        Bucket* head = Head(hash);
        Bucket* bucket = head;
        byte tag = Bucket.TagOf(hash);
        while (true)
        {
            for (uint match = bucket->Match(tag); match != 0; match &= match - 1)
            {
                ulong* slot = bucket->SlotAt(BitOperations.TrailingZeroCount(match));
                if (Bucket.MayBe(*slot, hash) && Bucket.RecordOf(*slot)->KeyEquals(key, length)) return new TableSlot(head, slot);
            }

            if (!bucket->HasOverflow) return default;
            bucket = bucket->Next;
        }
    }

    /// <summary>Adds a record whose key is known to be absent. May move other entries: slots found before are void.</summary>
    /// <exception cref="OutOfMemoryException">No memory for an overflow bucket (or the first page); the record was not added.</exception>
    public void Insert(ulong hash, Record* record)
    {
        if (_count >= _growAt) MakeRoom();
        Bucket* head = Head(hash);
        ulong slot = Bucket.Pack(hash, record);
        ulong free = head->Free;
        if (free != 0 && !head->HasOverflow) head->Put(Bucket.First(free), Bucket.TagOf(hash), slot);
        else BucketChain.Insert(head, Bucket.TagOf(hash), slot, _pool);

        if (record->HasExpiry) head->Meta |= Bucket.ExpiringFlag;
        _count++;
    }

    /// <summary>
    /// Makes a new table's buckets enough for so many keys; memory comes with the keys. Does nothing to a table that has ever had one, or
    /// where memory is refused.
    /// </summary>
    public void Reserve(long keys)
    {
        long wanted = keys / EntriesMax * BucketsPerEntries;
        if (_range != null || wanted <= BucketsMin || wanted > (long)_reserveBytes / Bucket.Size) return;
        MapFirstPage();
        if (!_range!.TryCommit((nuint)wanted * Bucket.Size)) return;
        _highBit = BitOperations.RoundUpToPowerOf2((ulong)wanted + 1) >> 1;
        _lowMask = _highBit - 1;
        _split = (ulong)wanted - _highBit;
        SetThresholds();
    }

    /// <summary>Takes a key out. May move other entries: slots found before are void.</summary>
    /// <returns>Its record, the caller's from now on.</returns>
    public Record* Remove(TableSlot slot)
    {
        Record* record = slot.Record;
        BucketChain.Remove(slot.Head, slot.Slot, _pool);
        if (--_count < _shrinkAt) GiveRoomBack();
        return record;
    }

    /// <summary>Notes that the key's bucket may hold records with expiry, so that <c>VisitExpiring</c> looks into it.</summary>
    /// <remarks>Insert and Replace do it by themselves; only a record changed in place needs it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkExpiring(TableSlot slot) => slot.Head->Meta |= Bucket.ExpiringFlag;

    /// <summary>
    /// Makes the table's pointer to <paramref name="from"/> one to <paramref name="to"/>. The caller has copied the record's bytes to
    /// <paramref name="to"/> before, and frees <paramref name="from"/> afterwards.
    /// </summary>
    /// <returns>False when this table does not hold <paramref name="from"/>; nothing was changed.</returns>
    public bool TryRepoint(Record* from, Record* to)
    {
        ulong hash = _hasher(from->KeyPointer, from->KeyLength);
        byte tag = Bucket.TagOf(hash);
        ulong wanted = Bucket.Pack(hash, from);
        for (Bucket* bucket = Head(hash); ; bucket = bucket->Next)
        {
            for (uint match = bucket->Match(tag); match != 0; match &= match - 1)
            {
                ulong* slot = bucket->SlotAt(BitOperations.TrailingZeroCount(match));
                if (*slot != wanted) continue;
                *slot = Bucket.Repack(wanted, to);
                return true;
            }

            if (!bucket->HasOverflow) return false;
        }
    }

    /// <summary>
    /// Gives the table's memory back, never the records. It only unmaps: once no other thread holds the table, any thread may do it.
    /// </summary>
    public void Dispose()
    {
        BecomeEmpty();
        _range?.Dispose();
        _range = null;
        _pool.Dispose();
    }

    /// <summary>The first bucket of the chain at an index below <see cref="BucketCount"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Bucket* HeadAt(ulong index) => _buckets + index;

    /// <summary>The index of the bucket that a hash or cursor falls into, and how many of its low bits decide that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong IndexOf(ulong hash, out ulong mask)
    {
        bool isSplit = (hash & _lowMask) < _split;
        mask = isSplit ? _lowMask | _highBit : _lowMask;
        return hash & mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    private static Bucket* NewEmptyBucket()
    {
        Bucket* bucket = (Bucket*)NativeMemory.AlignedAlloc(Bucket.Size, Bucket.Size);
        *bucket = default;
        return bucket;
    }

    // Without a branch: while a table grows, whether a bucket has been split is a coin toss for the branch predictor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bucket* Head(ulong hash)
    {
        ulong index = hash & _lowMask;
        ulong isSplit = (ulong)((long)(index - _split) >> 63);
        return _buckets + (index | (hash & _highBit & isSplit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPrefetchMatch(Bucket* bucket, ulong hash)
    {
        for (uint match = bucket->Match(Bucket.TagOf(hash)); match != 0; match &= match - 1)
        {
            ulong slot = *bucket->SlotAt(BitOperations.TrailingZeroCount(match));
            if (!Bucket.MayBe(slot, hash)) continue;
            byte* record = (byte*)Bucket.RecordOf(slot);
            Prefetch(record);
            Prefetch(record + 64);
            return true;
        }

        return false;
    }

    // About one key in eight. Its overflow bucket will have arrived when the next such key comes, and is looked into then. A hash of an
    // earlier batch costs a wasted prefetch at most.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PrefetchChained(Bucket* bucket, ulong hash)
    {
        Prefetch(bucket->Next);
        Bucket* earlier = Head(_chained);
        if (earlier->HasOverflow) TryPrefetchMatch(earlier->Next, _chained);
        _chained = hash;
    }

    private void BecomeEmpty()
    {
        _buckets = s_empty;
        _lowMask = _highBit = _split = 0;
        _count = _growAt = 0;
        _shrinkAt = long.MinValue;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        bool isRefused = false;
        if (_range == null) MapFirstPage();
        else isRefused = !TrySplitNext();
        SetThresholds();

        // The range is used up or memory was refused. Chains lengthen; ask again later.
        if (isRefused) _growAt = _count + BucketCount;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveRoomBack()
    {
        for (int i = 0; i < MergesPerRemove && _count < _shrinkAt; i++)
        {
            if (!TryMergeLast()) break;
            SetThresholds();
        }
    }

    private void MapFirstPage()
    {
        ReservedRange range = ReservedRange.Reserve(_reserveBytes);
        if (!range.TryCommit(BucketsMin * Bucket.Size))
        {
            range.Dispose();
            throw new OutOfMemoryException("No memory left for a key table.");
        }

        _range = range;
        _buckets = (Bucket*)range.Start;
        _lowMask = BucketsMin - 1;
        _highBit = BucketsMin;
        _split = 0;
    }

    private bool TrySplitNext()
    {
        ulong high = _split + _highBit;
        if (!_range!.TryCommit((nuint)(high + 1) * Bucket.Size)) return false;
        BucketChain.Split(_buckets + _split, _buckets + high, BitOperations.TrailingZeroCount(_highBit), _pool, _hasher);
        BucketsMoved++;
        if (++_split == _highBit)
        {
            _lowMask |= _highBit;
            _highBit <<= 1;
            _split = 0;
        }

        // The next split is some operations away: time enough to have both lines by then.
        Prefetch(_buckets + _split);
        Prefetch(_buckets + _split + _highBit);
        return true;
    }

    private bool TryMergeLast()
    {
        ulong highBit = _split == 0 ? _highBit >> 1 : _highBit;
        ulong last = (_split == 0 ? highBit : _split) - 1;
        if (!BucketChain.TryMerge(_buckets + last, _buckets + (last + highBit), _pool)) return false;
        _highBit = highBit;
        _lowMask = highBit - 1;
        _split = last;
        BucketsMoved++;

        // Every 2 MB, with a step of slack that the next insert may want back at once; a small table once it has halved.
        nuint needed = (nuint)(_highBit + _split) * Bucket.Size;
        const nuint slack = 2u << 20;
        if (needed + (2 * slack) <= _range!.Committed) _range.Trim(needed + slack);
        else if (_split == 0) _range.Trim(needed);
        return true;
    }

    // The counts at which Insert and Remove leave their fast path. At most one split an insert, however much is to be made up for.
    private void SetThresholds()
    {
        long buckets = BucketCount;
        _growAt = Math.Max(buckets * EntriesMax / BucketsPerEntries, _count + 1);
        _shrinkAt = buckets > BucketsMin ? buckets * ShrinkBelow : long.MinValue;
    }
}
