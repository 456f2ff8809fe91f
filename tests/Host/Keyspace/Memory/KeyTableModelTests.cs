using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;
using Record = ModularKv.Abstractions.Memory.Record;

namespace ModularKv.Host.Tests.Keyspace.Memory;

public sealed unsafe class KeyTableModelTests(ITestOutputHelper output)
{
    public enum Hashing
    {
        Good,
        Constant,
        SameLowBits,
        Crowded,
    }

    [Fact]
    public void An_empty_table_has_no_memory_and_answers_everything()
    {
        using TableModel model = new();
        Assert.Equal(0, model.Table.MemoryBytes);
        Assert.False(model.Slot("a").Exists);
        Assert.True(model.Table.Find(7, "a"u8) == null);
        KeyCollector seen = new();
        ulong cursor = 123;
        Assert.Equal(0ul, model.Table.Scan(0, ref seen));
        Assert.Equal(0ul, model.Table.Scan(ulong.MaxValue, ref seen));
        Assert.Equal(0, model.Table.VisitExpiring(ref cursor, 10, ref seen));
        Assert.True(model.Table.Random(ref cursor) == null);
        Assert.Equal(0, model.Table.Sample(new nint[4], ref cursor));
        model.Table.PrefetchBucket(1);
        model.Table.PrefetchRecord(1);
        Assert.Empty(seen.Seen);
    }

    [Fact]
    public void A_table_with_one_key_is_one_page()
    {
        using TableModel model = new();
        model.Add("key");
        Assert.Equal(4096, model.Table.MemoryBytes);
        ulong state = 5;
        Assert.Equal(model.Expected["key"], (nint)model.Table.Random(ref state));
        model.Remove("key");
        model.CheckAll();
    }

    [Theory]
    [InlineData(Hashing.Good, 40_000, 300_000)]
    [InlineData(Hashing.Constant, 300, 20_000)]
    [InlineData(Hashing.SameLowBits, 400, 20_000)]
    [InlineData(Hashing.Crowded, 8_000, 100_000)]
    public void Table_agrees_with_Dictionary(Hashing hashing, int keys, int operations)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TableModel model = new(Hasher(hashing));
        int appetite = 80;
        for (int i = 0; i < operations; i++)
        {
            // Waves of growth and shrinking, so that both meet every state in between.
            if (i % (operations / 8) == 0) appetite = appetite == 80 ? 8 : 80;
            string key = "key:" + random.Next(keys).ToString(System.Globalization.CultureInfo.InvariantCulture);
            bool exists = model.Expected.ContainsKey(key);
            Assert.Equal(exists, model.Slot(key).Exists);
            int dice = random.Next(100);
            if (!exists && dice < appetite) model.Add(key, hasExpiry: dice < 10);
            else if (exists && dice >= appetite) model.Remove(key);
            else if (exists && dice < 20) model.Replace(key, hasExpiry: dice < 5);
            if (i % (operations / 16) == 0) model.CheckAll();
        }

        model.CheckAll();
        foreach (string key in model.Expected.Keys.ToArray()) model.Remove(key);
        model.CheckAll();
        Assert.Equal(0, model.Arena.Live);
        Assert.Equal(0, model.Table.OverflowBuckets);
        Assert.Equal(KeyTable.BucketsMin, model.Table.BucketCount);
    }

    [Fact]
    public void Every_state_of_a_split_is_right_while_growing_and_shrinking()
    {
        using TableModel model = new();
        int next = 0;
        HashSet<long> states = [];
        while (model.Table.BucketCount < 520)
        {
            model.Add($"k{next++}");
            if (states.Add(model.Table.BucketCount)) model.CheckAll();
        }

        Assert.Equal(520 - KeyTable.BucketsMin + 1, states.Count);
        states.Clear();
        while (next > 0)
        {
            model.Remove($"k{--next}");
            if (states.Add(model.Table.BucketCount)) model.CheckAll();
        }

        Assert.Equal(KeyTable.BucketsMin, model.Table.BucketCount);
        Assert.True(states.Count > (520 - KeyTable.BucketsMin) / KeyTable.MergesPerRemove);
    }

    [Fact]
    public void Levels_from_10_on_split_without_reading_records()
    {
        // A hasher that counts shows when the table had to ask for a bit.
        using TableModel model = new(&Counting);
        s_hashed = 0;
        int next = 0;
        while (model.Table.BucketCount < 1024) model.Table.Insert(model.Hash($"k{next}"), model.Arena.Make($"k{next++}"));
        long asked = s_hashed - next;
        Assert.True(asked > 1000, "below level 10 the hasher is asked");
        while (model.Table.BucketCount < 5000) model.Table.Insert(model.Hash($"k{next}"), model.Arena.Make($"k{next++}"));
        Assert.Equal(asked, s_hashed - next);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(40)]
    public void One_bucket_splits_and_merges_by_any_level(int level)
    {
        using RecordArena arena = new();
        using OverflowPool pool = new(1 << 20);
        Bucket* low = (Bucket*)NativeMemory.AlignedAlloc(2 * Bucket.Size, Bucket.Size), high = low + 1;
        for (int entries = 0; entries < 60; entries++)
        {
            *low = default;
            int ones = 0;
            for (int i = 0; i < entries; i++)
            {
                Record* record = arena.Make($"level{i}");
                ulong hash = KeyHash.Compute(record->Key);
                ones += (int)(hash >> level) & 1;
                BucketChain.Insert(low, Bucket.TagOf(hash), Bucket.Pack(hash, record), pool);
            }

            low->Meta |= Bucket.ExpiringFlag;
            BucketChain.Split(low, high, level, pool, &KeyHash.Compute);
            Assert.Equal(ones, CountWithBit(high, level, 1));
            Assert.Equal(entries - ones, CountWithBit(low, level, 0));
            Assert.True(low->MayExpire && high->MayExpire);
            Assert.True(BucketChain.TryMerge(low, high, pool));
            Assert.Equal(ones, CountWithBit(low, level, 1, others: true));
            BucketChain.Split(low, high, level, pool, &KeyHash.Compute);
            while (low->Used != 0) BucketChain.Remove(low, low->SlotAt(Bucket.First(low->Used)), pool);
            while (high->Used != 0) BucketChain.Remove(high, high->SlotAt(Bucket.First(high->Used)), pool);
            Assert.Equal(0, pool.Live);
        }

        NativeMemory.AlignedFree(low);
    }

    [Fact]
    public void Growth_stops_at_the_reserved_range_and_chains_take_over()
    {
        using TableModel model = new(reserveBytes: 256 * Bucket.Size);
        for (int i = 0; i < 20_000; i++) model.Add($"k{i}");
        Assert.Equal(256, model.Table.BucketCount);
        model.CheckAll();
        for (int i = 0; i < 20_000; i++) model.Remove($"k{i}");
        model.CheckAll();
    }

    [Fact]
    public void Keys_cost_the_same_at_every_size()
    {
        using TableModel model = new();
        for (int i = 0; i < 200_000; i++)
        {
            model.Add($"k{i}");
            if (i < 10_000 || i % 500 != 0) continue;
            double bytes = (double)((model.Table.BucketCount + model.Table.OverflowBuckets) * Bucket.Size) / model.Table.Count;
            Assert.InRange(bytes, 12, 14.5);
        }
    }

    [Fact]
    public void Memory_returns_to_the_system_when_keys_go()
    {
        using TableModel model = new(reserveBytes: 1L << 33);
        for (int i = 0; i < 600_000; i++) model.Add($"k{i}");
        long full = model.Table.MemoryBytes;
        for (int i = 0; i < 599_000; i++) model.Remove($"k{i}");
        output.WriteLine($"600,000 keys: {full} bytes; 1,000 keys: {model.Table.MemoryBytes} bytes, {model.Table.BucketCount} buckets");
        Assert.True(full > 8 << 20);
        Assert.True(model.Table.MemoryBytes < 1 << 20);
        model.CheckAll();
        for (int i = 0; i < 100_000; i++) model.Add($"k{i}");
        model.CheckAll();
    }

    [Fact]
    public void A_record_can_be_moved()
    {
        using TableModel model = new();
        for (int i = 0; i < 5000; i++) model.Add($"k{i}");
        foreach (string key in model.Expected.Keys.ToArray())
        {
            Record* from = (Record*)model.Expected[key];
            Record* to = model.Arena.Copy(from);
            Assert.True(model.Table.TryRepoint(from, to));
            Assert.False(model.Table.TryRepoint(from, to));
            model.Arena.Free(from);
            model.Expected[key] = (nint)to;
        }

        model.CheckAll();
    }

    [Fact]
    public void Finding_and_inserting_allocate_nothing()
    {
        using TableModel model = new();
        byte[] key = Encoding.UTF8.GetBytes("k17");
        for (int i = 0; i < 3000; i++) model.Add($"k{i}");
        nint[] fresh = Enumerable.Range(0, 20_000).Select(i => (nint)model.Arena.Make($"f{i}")).ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < fresh.Length; i++)
        {
            Record* record = (Record*)fresh[i];
            ulong hash = KeyHash.Compute(record->Key);
            model.Table.PrefetchBucket(hash);
            model.Table.PrefetchRecord(hash);
            model.Table.Insert(hash, record);
            if (model.Table.Find(KeyHash.Compute(key), key) == null) Assert.Fail("lost a key");
        }

        // The runtime itself allocates a little when it replaces the loop's code by better code.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, fresh.Length - 1);
    }

    private static long s_hashed;

    private static ulong Counting(byte* key, int length)
    {
        s_hashed++;
        return KeyHash.Compute(key, length);
    }

    private static delegate*<byte*, int, ulong> Hasher(Hashing hashing) => hashing switch
    {
        Hashing.Constant => &BadHashes.Constant,
        Hashing.SameLowBits => &BadHashes.SameLowBits,
        Hashing.Crowded => &BadHashes.Crowded,
        _ => &KeyHash.Compute,
    };

    private static int CountWithBit(Bucket* bucket, int level, int bit, bool others = false)
    {
        int count = 0;
        for (; ; bucket = bucket->Next)
        {
            for (ulong used = bucket->Used; used != 0; used &= used - 1)
            {
                Record* record = Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used)));
                bool has = ((int)(KeyHash.Compute(record->Key) >> level) & 1) == bit;
                Assert.True(has || others);
                if (has) count++;
            }

            if (!bucket->HasOverflow) return count;
        }
    }
}
