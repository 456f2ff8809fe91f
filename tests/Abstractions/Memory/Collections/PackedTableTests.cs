using System.Runtime.CompilerServices;
using System.Text;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

public sealed class PackedTableTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 40)]
    [InlineData(3, 400)]
    [InlineData(4, 20_000)]
    [InlineData(5, 400)]
    public void Agrees_with_Dictionary(int seed, int keys)
    {
        TestRandom random = new(seed);
        using TableModel model = new();
        for (int i = 0; i < 60_000; i++)
        {
            byte[] key = Key(random.Next(keys));
            switch (random.Next(8))
            {
                case 0 or 1: model.Put(key, random.Bytes(ValueLength(random)), random.Next(4) == 0); break;
                case 2 or 3: model.Add(key); break;
                case 4 or 5: model.Remove(key, random.Next(2) == 0); break;
                default: model.CheckFind(key); break;
            }

            if (i % 10_000 == 0) model.CheckAll();
        }

        model.CheckAll();
    }

    [Fact]
    public void Grows_to_a_million_and_shrinks_to_nothing()
    {
        using MemoryHeap heap = new("table", new MemoryHeapOptions());
        MemoryOwner owner = new("table", heap);
        PackedTable table = PackedTable.Create();
        const int Members = 1_000_000;
        Span<byte> key = stackalloc byte[16];
        for (int i = 0; i < Members; i++) Assert.True(table.Add(owner, Member(key, i)));
        Assert.Equal(Members, table.Count);
        Assert.Equal((owner.UsedBytes, owner.Blocks), (table.UsedBytes, table.BlockCount));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{table.UsedBytes / (double)Members:f2} bytes per member, {heap.CommittedBytes / (double)Members:f2} committed");
        Assert.InRange(table.UsedBytes, 0, 24L * Members);
        for (int i = 0; i < Members; i++) Assert.False(table.Find(Member(key, i)).IsMissing);
        for (int i = Members; i < 2 * Members; i++) Assert.True(table.Find(Member(key, i)).IsMissing);

        for (int i = 0; i < Members; i++) Assert.True(table.Remove(owner, Member(key, i)));
        Assert.Equal((0, 0, 0), (table.Count, table.UsedBytes, table.BlockCount));
        heap.VerifyNoLeaks();
    }

    [Fact]
    public void A_million_fields_stay_small()
    {
        using MemoryHeap heap = new("table", new MemoryHeapOptions());
        MemoryOwner owner = new("table", heap);
        PackedTable table = PackedTable.Create();
        const int Fields = 1_000_000;
        for (int i = 0; i < Fields; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes("f" + (i * 7919L).ToString("d7"));
            table.Put(owner, key, 16, false, out bool added).Value.Fill((byte)i);
            Assert.True(added);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{table.UsedBytes / (double)Fields:f2} bytes per field, {heap.CommittedBytes / (double)Fields:f2} committed");
        Assert.InRange(table.UsedBytes, 0, 38L * Fields);
        table.Free(owner);
        heap.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(11, 30)]
    [InlineData(12, 3000)]
    [InlineData(13, 20_000)]
    public void A_scan_meets_what_stays(int seed, int keys)
    {
        TestRandom random = new(seed);
        using TableModel model = new();
        for (int i = 0; i < keys; i++) model.Add(Key(i * 2));

        // Even keys below the limit stay; everything else comes and goes, in waves that make the table grow and shrink.
        for (int round = 0; round < 6; round++)
        {
            HashSet<string> seen = [];
            Collector collector = new(seen);
            ulong cursor = 0;
            int step = 0;
            do
            {
                cursor = model.Table.Scan(cursor, ref collector);
                for (int i = 0; i < 40; i++)
                {
                    byte[] key = Key((random.Next(keys * 4) * 2) + 1);
                    if (step / 20 % 2 == 0) model.Add(key);
                    else model.Remove(key, true);
                }

                step++;
            }
            while (cursor != 0);

            for (int i = 0; i < keys; i++) Assert.Contains(TableModel.Text(Key(i * 2)), seen);
        }
    }

    [Fact]
    public void A_scan_accepts_any_cursor()
    {
        TestRandom random = new(21);
        using TableModel model = new();
        Collector collector = new([]);
        Assert.Equal(0UL, model.Table.Scan(77, ref collector));
        for (int i = 0; i < 1000; i++) model.Add(Key(i));
        for (int i = 0; i < 10_000; i++) model.Table.Scan(random.Next(), ref collector);
        Assert.Equal(1000, collector.Seen.Count);
    }

    [Theory]
    [InlineData(31, 9)]
    [InlineData(32, 100)]
    [InlineData(33, 700)]
    [InlineData(34, 6000)]
    public void Random_is_uniform(int seed, int members)
    {
        TestRandom random = new(seed);
        using TableModel model = new();
        for (int i = 0; i < members; i++) model.Add(Key(i));
        CheckUniform(model, random);
    }

    [Fact]
    public void Random_is_uniform_after_mass_deletion()
    {
        TestRandom random = new(35);
        using TableModel model = new();
        for (int i = 0; i < 50_000; i++) model.Add(Key(i));
        for (int i = 0; i < 50_000; i++)
        {
            if (i % 100 != 0) model.Remove(Key(i), false);
        }

        CheckUniform(model, random);
        Assert.InRange(model.Table.BlockCount, 1, 120);
    }

    [Fact]
    public void A_clone_is_independent()
    {
        TestRandom random = new(41);
        using TableModel model = new();
        for (int i = 0; i < 3000; i++) model.Put(Key(i), random.Bytes(ValueLength(random)), random.Next(2) == 0);
        PackedTable clone = model.Table.Clone(model.Owner);
        Assert.Equal(2 * model.Table.UsedBytes, model.Owner.UsedBytes);
        Assert.Equal((model.Table.UsedBytes, model.Table.BlockCount), (clone.UsedBytes, clone.BlockCount));
        model.CheckAll(clone);
        for (int i = 0; i < 1500; i++) Assert.True(clone.Remove(model.Owner, Key(i)));
        model.CheckAll();
        clone.Free(model.Owner);
        model.CheckAll();
        Assert.Equal(0, PackedTable.Create().Clone(model.Owner).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1000)]
    public void Is_freed_by_pieces(int blocks)
    {
        TestRandom random = new(51);
        using TableModel model = new();
        for (int i = 0; i < 20_000; i++) model.Put(Key(i), random.Bytes(i % 10 == 0 ? 200 : 4), false);
        long before = model.Table.BlockCount;
        int calls = 1;
        for (; !model.Table.FreeSome(model.Owner, blocks); calls++)
        {
            long now = model.Table.BlockCount;
            Assert.InRange(before - now, 0, blocks + 64);
            Assert.Equal((model.Owner.UsedBytes, model.Owner.Blocks), (model.Table.UsedBytes, now));
            before = now;
        }

        Assert.InRange(calls, 5000 / blocks / 10, (20_000 / blocks * 2) + 10);
        model.Expected.Clear();
        model.CheckCounts();
        model.Add(Key(1));
    }

    [Fact]
    public void Large_items_come_and_go()
    {
        using TableModel model = new();
        byte[] large = new byte[3_000_000];
        for (int i = 0; i < 40; i++)
        {
            large[^1] = (byte)i;
            model.Add([.. large]);
        }

        model.Put([1], new byte[5_000_000], true);
        model.Put([1], new byte[70_000], true);
        model.Put([1], new byte[70_000], false);
        model.Put([1], [3], false);
        model.Put([1], [], false);
        model.Put([1], new byte[126], false);
        model.Put([1], new byte[125], false);
        model.CheckAll();
        large[^1] = 20;
        model.Remove(large, true);
        model.CheckFind(large);
        model.CheckAll();
    }

    [Fact]
    public void The_root_is_small() => Assert.InRange(Unsafe.SizeOf<PackedTable>(), 1, 64);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Moves_its_blocks_to_fuller_pages(bool checking)
    {
        using TableModel model = new(checking);
        for (int i = 0; i < 40_000; i++) model.Put(Key(i), new byte[i % 5 == 0 ? 300 : 3], false);
        for (int i = 0; i < 40_000; i++)
        {
            if (i % 4 != 0) model.Remove(Key(i), false);
        }

        while (model.Heap.PrepareMoving(1000) > 0)
        {
            // All pages that are worth it.
        }

        ulong position = 0;
        int calls = 1;
        for (; !model.Table.Defragment(model.Owner, ref position, 100); calls++) Assert.NotEqual(0UL, position);
        Assert.InRange(calls, 10, 1000);
        Assert.Equal(0UL, position);
        Assert.True(model.Heap.MovedBlocks > 100, $"{model.Heap.MovedBlocks} blocks moved");
        while (!model.Heap.EndMoving(1000)) Assert.True(model.Heap.MovedBlocks > 0);
        model.CheckAll();
        model.CheckCounts();
    }

    [Fact]
    public void Operations_allocate_nothing_managed()
    {
        using TableModel model = new(checking: false);
        TestRandom random = new(61);
        PackedTable table = PackedTable.Create();
        Span<byte> key = stackalloc byte[16];
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
            {
                table.Add(model.Owner, Member(key, i));
                table.Put(model.Owner, Member(key, i), i & 127, false, out _);
                table.Find(Member(key, i / 2));
                if (i % 3 == 0) table.Remove(model.Owner, table.Random(random));
            }

            // The runtime itself allocates a little when it replaces code by better code.
            if (warm > 0) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_999);
        }

        table.Free(model.Owner);
    }

    private static void CheckUniform(TableModel model, TestRandom random)
    {
        int members = model.Expected.Count;
        Dictionary<string, int> times = [];
        const int PerMember = 100;
        for (int i = 0; i < members * PerMember; i++)
        {
            string key = TableModel.Text(model.Table.Random(random).Key);
            times[key] = times.GetValueOrDefault(key) + 1;
        }

        double sum = 0;
        foreach (string key in model.Expected.Keys)
        {
            double distance = times.GetValueOrDefault(key) - PerMember;
            sum += distance * distance / PerMember;
        }

        // Chi-square with n - 1 degrees of freedom: mean n - 1, deviation sqrt(2 (n - 1)); five of them away is one in a million.
        double freedom = members - 1;
        Assert.InRange(sum, 0, freedom + (5 * Math.Sqrt(2 * freedom)) + 5);
    }

    private static int ValueLength(TestRandom random) => random.Next(20) switch
    {
        0 => random.Next(2000),
        1 => random.Next(100, 140),
        2 or 3 => 0,
        _ => random.Next(30),
    };

    // The number decides the length too, so that the same keys come again.
    private static byte[] Key(int number)
    {
        byte[] name = Encoding.ASCII.GetBytes(number.ToString());
        return (number % 23) switch
        {
            0 => number == 0 ? [] : [.. name, .. new byte[100 + (number % 60)]],
            1 => [.. name, .. new byte[number % 700]],
            2 => [.. new byte[number % 40], .. name],
            _ => name,
        };
    }

    private static ReadOnlySpan<byte> Member(Span<byte> into, int number)
    {
        into.Fill((byte)'m');
        Assert.True(number.TryFormat(into[4..], out _));
        return into;
    }

    private readonly struct Collector(HashSet<string> seen) : ITableVisitor
    {
        public HashSet<string> Seen => seen;

        public void Visit(TableItem item) => seen.Add(TableModel.Text(item.Key));
    }
}
