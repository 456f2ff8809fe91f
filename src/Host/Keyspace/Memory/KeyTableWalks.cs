using System.Numerics;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// The ways to meet a <see cref="KeyTable"/>'s records without knowing their keys: SCAN, snapshot, expiry, random samples.
/// </summary>
internal static unsafe class KeyTableWalks
{
    // Entries of a chain among which Random can choose evenly; entries beyond are a little rarer. Longer are 0.4 % of the chains at 8 per
    // bucket, and a few per cent of the last ones to be split.
    private const int EvenChainMax = 16;

    // Random's tries before it takes the next key at hand. A table with one key needs 1024 on average.
    private const int RandomTriesMax = 8192;

    // Empty buckets that Sample passes for each record that it was asked for.
    private const int SampleBucketsPerRecord = 8;

    /// <summary>Visits every record of the bucket that the cursor is in. Start with 0; the walk is over when 0 comes back.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cursor">0, what the last call returned, or any number that a client made up.</param>
    /// <param name="visitor">Receives the records. Must not change the table.</param>
    /// <returns>The next cursor; below 2^63.</returns>
    /// <remarks>
    /// Whatever is inserted and removed between calls, a key that is there during the whole walk is visited at least once; some twice when
    /// the table shrank. <see cref="ScanCursor.HasPassed"/> tells a snapshot whether the walk has been at a key.
    /// </remarks>
    public static ulong Scan<TVisitor>(this KeyTable table, ulong cursor, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        Bucket* head = table.HeadAt(table.IndexOf(cursor, out ulong mask));
        ulong next = ScanCursor.Next(cursor, mask);
        KeyTable.Prefetch(table.HeadAt(table.IndexOf(next, out _)));
        for (Bucket* bucket = head; ; bucket = bucket->Next)
        {
            PrefetchRecords(bucket);
            for (ulong used = bucket->Used; used != 0; used &= used - 1)
            {
                visitor.Visit(Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used))));
            }

            if (!bucket->HasOverflow) return next;
        }
    }

    /// <summary>Visits the records with expiry in the next buckets that may have any, and unmarks those that have none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="bucketCursor">Where the last call stopped; any number. Wraps around at the end.</param>
    /// <param name="bucketsMax">Buckets to walk at most; never more than the table has.</param>
    /// <param name="visitor">Receives the records. Must not change the table: collect, then remove.</param>
    /// <returns>Buckets walked.</returns>
    public static int VisitExpiring<TVisitor>(this KeyTable table, ref ulong bucketCursor, int bucketsMax, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        ulong buckets = (ulong)table.BucketCount;
        int walked = 0;
        int limit = (int)Math.Min((ulong)bucketsMax, buckets);
        for (; walked < limit; walked++)
        {
            if (bucketCursor >= buckets) bucketCursor = 0;
            Bucket* head = table.HeadAt(bucketCursor++);
            if (!head->MayExpire) continue;
            bool any = false;
            for (Bucket* bucket = head; ; bucket = bucket->Next)
            {
                PrefetchRecords(bucket);
                for (ulong used = bucket->Used; used != 0; used &= used - 1)
                {
                    Record* record = Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used)));
                    if (!record->HasExpiry) continue;
                    any = true;
                    visitor.Visit(record);
                }

                if (!bucket->HasOverflow) break;
            }

            if (!any) head->Meta &= ~Bucket.ExpiringFlag;
        }

        return walked;
    }

    /// <summary>A record chosen evenly among all; null when the table is empty.</summary>
    /// <param name="table">The table.</param>
    /// <param name="random">The generator's state, any number; changed.</param>
    public static Record* Random(this KeyTable table, ref ulong random)
    {
        if (table.Count == 0) return null;
        ulong buckets = (ulong)table.BucketCount;
        uint positions = table.OverflowBuckets == 0 ? Bucket.Slots : (uint)EvenChainMax;
        for (int i = 0; i < RandomTriesMax; i++)
        {
            ulong word = NextRandom(ref random);
            Bucket* head = table.HeadAt(Math.BigMul(word, buckets, out ulong fraction));

            // The product's low half is as even as its high half, and independent of it as long as buckets are few against 2^64.
            uint position = (uint)Math.BigMul(fraction, positions, out _);
            int entries = ChainCount(head);
            if (entries > EvenChainMax) position = (uint)Math.BigMul(fraction, (ulong)entries, out _);
            if (position < entries) return EntryAt(head, (int)position);
        }

        Span<nint> one = stackalloc nint[1];
        return SampleFrom(table, table.IndexOf(NextRandom(ref random), out _), one, 1, buckets) == 1 ? (Record*)one[0] : null;
    }

    /// <summary>Collects records from neighbouring buckets around a random place: cheap, and good enough to choose what to evict.</summary>
    /// <param name="table">The table.</param>
    /// <param name="into">Receives the records' addresses, each at most once.</param>
    /// <param name="random">The generator's state, any number; changed.</param>
    /// <returns>Records collected; fewer than asked for in a sparse table, 0 at least in an empty one.</returns>
    public static int Sample(this KeyTable table, Span<nint> into, ref ulong random) => Sample(table, into, into.Length, ref random);

    /// <inheritdoc cref="Sample(KeyTable, Span{nint}, ref ulong)"/>
    /// <param name="table">The table.</param>
    /// <param name="into">Receives the records' addresses, each at most once.</param>
    /// <param name="enough">With so many no further bucket is looked at; the rest of one is taken along.</param>
    /// <param name="random">The generator's state, any number; changed.</param>
    public static int Sample(this KeyTable table, Span<nint> into, int enough, ref ulong random)
    {
        if (table.Count == 0) return 0;
        ulong bucketsMax = Math.Min((ulong)table.BucketCount, (ulong)(KeyTable.BucketsMin + ((long)enough * SampleBucketsPerRecord)));
        return SampleFrom(table, table.IndexOf(NextRandom(ref random), out _), into, enough, bucketsMax);
    }

    // The start is chosen by a hash: a bucket that has yet to be split, and holds twice as many keys, is met twice as often.
    private static int SampleFrom(KeyTable table, ulong index, Span<nint> into, int enough, ulong bucketsMax)
    {
        ulong buckets = (ulong)table.BucketCount;
        int found = 0;
        for (; bucketsMax > 0 && found < enough; bucketsMax--)
        {
            for (Bucket* bucket = table.HeadAt(index); ; bucket = bucket->Next)
            {
                for (ulong used = bucket->Used; used != 0 && found < into.Length; used &= used - 1)
                {
                    Record* record = Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used)));
                    KeyTable.Prefetch(record);
                    into[found++] = (nint)record;
                }

                if (!bucket->HasOverflow || found == into.Length) break;
            }

            if (++index == buckets) index = 0;
        }

        return found;
    }

    // The records are anywhere in memory: all of a bucket's misses at once cost little more than one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRecords(Bucket* bucket)
    {
        for (ulong used = bucket->Used; used != 0; used &= used - 1)
        {
            KeyTable.Prefetch(Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used))));
        }

        if (bucket->HasOverflow) KeyTable.Prefetch(bucket->Next);
    }

    private static int ChainCount(Bucket* bucket)
    {
        int count = bucket->Count;
        while (bucket->HasOverflow)
        {
            bucket = bucket->Next;
            count += bucket->Count;
        }

        return count;
    }

    private static Record* EntryAt(Bucket* bucket, int position)
    {
        while (position >= bucket->Count)
        {
            position -= bucket->Count;
            bucket = bucket->Next;
        }

        ulong used = bucket->Used;
        while (position-- > 0) used &= used - 1;
        return Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used)));
    }

    // SplitMix64: one addition of state, and every state is a good one.
    private static ulong NextRandom(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
