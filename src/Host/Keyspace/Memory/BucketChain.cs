using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Splitting, merging and compacting whole chains: the first bucket and its overflow buckets.</summary>
internal static unsafe class BucketChain
{
    // Overflow buckets that a merge can need before it has freed any.
    private const int MergeReserve = 3;

    /// <summary>Puts an entry into a chain's free slot, or extends the chain.</summary>
    /// <exception cref="OutOfMemoryException">No memory for an overflow bucket; nothing was changed.</exception>
    public static void Insert(Bucket* bucket, byte tag, ulong slot, OverflowPool pool)
    {
        while (bucket->HasOverflow) bucket = bucket->Next;
        ulong free = bucket->Free;
        if (free == 0)
        {
            Bucket* fresh = pool.Allocate();
            bucket->Extend(fresh);
            fresh->Put(1, tag, slot);
            return;
        }

        bucket->Put(Bucket.First(free), tag, slot);
    }

    /// <summary>Removes one entry; the chain's last entry fills the gap, and a last bucket with one entry left is folded away.</summary>
    public static void Remove(Bucket* head, ulong* slot, OverflowPool pool)
    {
        Bucket* holder = (Bucket*)((nuint)slot & ~(nuint)(Bucket.Size - 1));
        int index = (int)(slot - holder->SlotAt(0));
        holder->Clear(index);
        if (!head->HasOverflow)
        {
            // An empty chain has nothing that could expire.
            if (head->Used == 0) head->Meta = 0;
            return;
        }

        Bucket* before = head;
        while (before->Next->HasOverflow) before = before->Next;
        Bucket* last = before->Next;
        if (holder != last)
        {
            int donor = Bucket.Last(last->Used);
            holder->Put(index, last->TagAt(donor), *last->SlotAt(donor));
            last->Clear(donor);
        }

        if (last->Count > 1) return;
        before->TakeBack();
        pool.Free(last);
    }

    /// <summary>
    /// Moves the entries of <paramref name="low"/> whose hash has bit <paramref name="level"/> to <paramref name="high"/>.
    /// </summary>
    /// <remarks>Frees each overflow bucket before it needs one, so it never runs out of memory halfway.</remarks>
    public static void Split(Bucket* low, Bucket* high, int level, OverflowPool pool, delegate*<byte*, int, ulong> hasher)
    {
        bool remembered = level is >= Bucket.FirstSlotBit and < Bucket.FirstSlotBit + Bucket.SlotBits;
        if (remembered && !low->HasOverflow)
        {
            low->SplitFlat(high, level);
            return;
        }

        Bucket source = *low;
        ulong flags = source.Meta & Bucket.ExpiringFlag;
        ChainWriter lower = new(low, flags, pool), upper = new(high, flags, pool);
        while (true)
        {
            for (ulong used = source.Used; used != 0; used &= used - 1)
            {
                int i = Bucket.First(used);
                ulong slot = *source.SlotAt(i);
                int bit = remembered ? Bucket.HashBit(slot, level) : HashBit(Bucket.RecordOf(slot), level, hasher);
                if (bit != 0) upper.Append(source.TagAt(i), slot);
                else lower.Append(source.TagAt(i), slot);
            }

            if (!TakeNext(ref source, pool)) return;
        }
    }

    /// <summary>Moves all entries of <paramref name="high"/> to <paramref name="low"/>.</summary>
    /// <returns>False when memory for overflow buckets could be short; nothing was changed.</returns>
    public static bool TryMerge(Bucket* low, Bucket* high, OverflowPool pool)
    {
        if (!low->HasOverflow && !high->HasOverflow && low->Count + high->Count <= Bucket.Slots)
        {
            for (ulong used = high->Used; used != 0; used &= used - 1)
            {
                int i = Bucket.First(used);
                low->Put(Bucket.First(low->Free), high->TagAt(i), *high->SlotAt(i));
            }

            low->Meta |= high->Meta & Bucket.ExpiringFlag;
            return true;
        }

        if (!pool.TryReserve(MergeReserve)) return false;
        Bucket source = *low;
        ChainWriter target = new(low, (low->Meta | high->Meta) & Bucket.ExpiringFlag, pool);
        Drain(ref source, ref target, pool);
        source = *high;
        Drain(ref source, ref target, pool);
        return true;
    }

    /// <summary>Bit <paramref name="level"/> of a record's hash, computed from its key: the levels that slots do not remember.</summary>
    internal static int HashBit(Record* record, int level, delegate*<byte*, int, ulong> hasher) =>
        (int)(hasher(record->KeyPointer, record->KeyLength) >> level) & 1;

    private static void Drain(ref Bucket source, ref ChainWriter target, OverflowPool pool)
    {
        do
        {
            for (ulong used = source.Used; used != 0; used &= used - 1)
            {
                int i = Bucket.First(used);
                target.Append(source.TagAt(i), *source.SlotAt(i));
            }
        }
        while (TakeNext(ref source, pool));
    }

    private static bool TakeNext(ref Bucket source, OverflowPool pool)
    {
        if (!source.HasOverflow) return false;
        Bucket* next = source.Next;
        source = *next;
        pool.Free(next);
        return true;
    }

    /// <summary>Writes a chain from its start, densely.</summary>
    private struct ChainWriter
    {
        private readonly OverflowPool _pool;
        private Bucket* _last;
        private int _count;

        public ChainWriter(Bucket* head, ulong flags, OverflowPool pool)
        {
            head->Meta = flags;
            _last = head;
            _pool = pool;
            _count = 0;
        }

        public void Append(byte tag, ulong slot)
        {
            if (_count == Bucket.Slots)
            {
                Bucket* fresh = _pool.Allocate();
                _last->Extend(fresh);
                _last = fresh;
                _count = 1;
            }

            _last->Put(_count++, tag, slot);
        }
    }
}
