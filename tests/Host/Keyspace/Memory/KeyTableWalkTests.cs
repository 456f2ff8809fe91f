using System.Text;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;
using Record = ModularKv.Abstractions.Memory.Record;

namespace ModularKv.Host.Tests.Keyspace.Memory;

public sealed unsafe class KeyTableWalkTests(ITestOutputHelper output)
{
    [Fact]
    public void Scan_of_a_still_table_gives_every_key_once()
    {
        using TableModel model = new();
        for (int i = 0; i < 13_000; i++) model.Add($"k{i}");
        Assert.False(System.Numerics.BitOperations.IsPow2(model.Table.BucketCount), "some buckets are split, some are not");
        KeyCollector collector = new();
        ulong cursor = 0;
        int calls = 0;
        do
        {
            cursor = model.Table.Scan(cursor, ref collector);
            Assert.True(cursor < 8192);
            calls++;
        }
        while (cursor != 0);
        Assert.Equal(model.Table.BucketCount, calls);
        Assert.Equal(13_000, collector.Seen.Count);
        Assert.All(collector.Seen.Values, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(200)]
    public void Scan_misses_no_key_that_stays(int changesPerCall)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int round = 0; round < 12; round++)
        {
            using TableModel model = new();
            int stay = random.Next(1, 3000), extra = random.Next(1, 60_000), first = 0, next = 0;
            for (int i = 0; i < stay; i++) model.Add($"stay{i}");
            if (round % 2 == 0) while (next < extra) model.Add($"go{next++}");
            KeyCollector collector = new();
            ulong cursor = 0;
            do
            {
                ulong position = ScanCursor.Reverse(cursor);
                cursor = model.Table.Scan(cursor, ref collector);
                Assert.True(cursor == 0 || ScanCursor.Reverse(cursor) > position, "the walk only goes forward");
                for (int i = 0; i < changesPerCall; i++)
                {
                    // Even rounds shrink, odd ones grow; both go back and forth on the way.
                    bool grow = random.Next(10) < (round % 2 == 0 ? 2 : 8);
                    if (grow && next - first < extra) model.Add($"go{next++}");
                    else if (!grow && first < next) model.Remove($"go{first++}");
                }
            }
            while (cursor != 0);
            for (int i = 0; i < stay; i++) Assert.True(collector.Seen.ContainsKey($"stay{i}"), $"round {round} lost stay{i}");
        }
    }

    [Fact]
    public void Scan_takes_any_number_a_client_sends()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TableModel model = new();
        for (int i = 0; i < 5000; i++) model.Add($"k{i}");
        ulong[] odd = [ulong.MaxValue, 1ul << 63, long.MaxValue, .. Enumerable.Range(0, 2000).Select(_ => (ulong)random.NextInt64() * 3)];
        KeyCollector collector = new();
        foreach (ulong cursor in odd) Assert.True(model.Table.Scan(cursor, ref collector) < 8192);
    }

    [Fact]
    public void A_snapshot_can_tell_what_the_walk_has_passed()
    {
        using TableModel model = new();
        for (int i = 0; i < 4000; i++) model.Add($"k{i}");
        KeyCollector collector = new();
        ulong cursor = 0;
        int next = 4000;
        do
        {
            cursor = model.Table.Scan(cursor, ref collector);
            if (cursor == 0) break;
            foreach (string key in model.Expected.Keys)
            {
                bool passed = ScanCursor.HasPassed(cursor, model.Hash(key));
                Assert.True(!passed || collector.Seen.ContainsKey(key) || int.Parse(key[1..], null) >= 4000);
                Assert.True(passed || !collector.Seen.ContainsKey(key));
            }

            for (int i = 0; i < 30; i++) model.Add($"k{next++}");
        }
        while (next < 20_000);
    }

    [Fact]
    public void Expiry_walk_finds_each_and_forgets_buckets_without_any()
    {
        using TableModel model = new();
        for (int i = 0; i < 3000; i++) model.Add($"k{i}", hasExpiry: i % 50 == 0, expireAtMs: 1000 + i);
        KeyCollector first = new();
        ulong cursor = 99_999;
        Assert.Equal(model.Table.BucketCount, model.Table.VisitExpiring(ref cursor, int.MaxValue, ref first));
        Assert.Equal(60, first.Seen.Count);
        Assert.Equal(1050, ((Record*)model.Expected["k50"])->ExpireAtMs);

        // In slices, from wherever the cursor is.
        KeyCollector sliced = new();
        int walked = 0;
        while (walked < model.Table.BucketCount) walked += model.Table.VisitExpiring(ref cursor, 7, ref sliced);
        Assert.Equal(60, sliced.Seen.Count);

        foreach (string key in first.Seen.Keys) model.Replace(key);
        Assert.True(Marked(model) > 0);
        KeyCollector none = new();
        model.Table.VisitExpiring(ref cursor, int.MaxValue, ref none);
        Assert.Empty(none.Seen);
        Assert.Equal(0, Marked(model));
        model.Table.MarkExpiring(model.Slot("k1"));
        Assert.Equal(1, Marked(model));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(700)]
    [InlineData(13_000)]
    public void Random_is_even(int keys)
    {
        using TableModel model = new();
        for (int i = 0; i < keys; i++) model.Add($"k{i}");
        ulong state = 42;
        int draws = keys * 60;
        Dictionary<nint, int> hits = [];
        for (int i = 0; i < draws; i++)
        {
            nint record = (nint)model.Table.Random(ref state);
            hits[record] = hits.GetValueOrDefault(record) + 1;
        }

        double expected = (double)draws / keys;
        double chi = model.Expected.Values.Sum(record => Math.Pow(hits.GetValueOrDefault(record) - expected, 2) / expected);
        double sigma = Math.Sqrt(2.0 * keys);
        output.WriteLine($"chi-square {chi:F0} for {keys} keys, {(chi - keys) / sigma:F1} sigma");
        Assert.True(chi < keys + (6 * sigma));
    }

    [Fact]
    public void Sample_fills_its_buffer_with_different_live_records()
    {
        using TableModel model = new();
        HashSet<nint> seen = [];
        ulong state = 1;
        nint[] into = new nint[16];
        for (int i = 0; i < 10_000; i++) model.Add($"k{i}");
        HashSet<nint> live = [.. model.Expected.Values];
        for (int i = 0; i < 3000; i++)
        {
            int found = model.Table.Sample(into, ref state);
            Assert.Equal(16, found);
            Assert.Equal(16, into.Distinct().Count());
            Assert.All(into, record => Assert.Contains(record, live));
            seen.UnionWith(into);
        }

        Assert.True(seen.Count > 9_000);
        foreach (string key in model.Expected.Keys.Skip(3).ToArray()) model.Remove(key);
        Assert.Equal(3, model.Table.Sample(into, ref state));
    }

    private static int Marked(TableModel model)
    {
        int marked = 0;
        for (ulong i = 0; i < (ulong)model.Table.BucketCount; i++) marked += model.Table.HeadAt(i)->MayExpire ? 1 : 0;
        return marked;
    }
}
