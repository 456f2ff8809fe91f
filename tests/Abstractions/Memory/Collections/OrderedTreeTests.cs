using System.Diagnostics;
using System.Globalization;
using System.Text;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

public sealed unsafe class OrderedTreeTests(ITestOutputHelper output)
{
    /// <summary>Heads and tails of one run.</summary>
    private sealed class Keys(Random random, string kind)
    {
        public ulong Head() => kind switch
        {
            "equal" => 7,
            "few" => (ulong)random.Next(5),
            "border" => random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => 1UL << 63, _ => (1UL << 63) - 1 },
            _ => (ulong)random.Next(3000) << 40,
        };

        public byte[] Tail()
        {
            int length = random.Next(20) switch
            {
                0 => 0,
                1 => random.Next(kind == "long" ? 4000 : 60),
                2 when kind == "long" => random.Next(505, 520),
                _ => random.Next(12),
            };
            byte[] tail = new byte[length];

            // A small alphabet and long common beginnings: the order must not depend on luck.
            for (int i = 0; i < length; i++) tail[i] = kind == "long" && i < length - 2 ? (byte)'a' : (byte)random.Next(250, 256);
            return tail;
        }
    }

    [Theory]
    [InlineData("random", 0)]
    [InlineData("random", 16)]
    [InlineData("equal", 0)]
    [InlineData("few", 3)]
    [InlineData("border", 1)]
    [InlineData("long", 8)]
    [InlineData("long", 64)]
    public void Agrees_with_a_sorted_list(string kind, int payload)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        Keys keys = new(random, kind);
        using TreeModel model = new(payload);
        for (int step = 0; step < 24_000; step++)
        {
            // Grows, shrinks to nothing, grows again.
            bool growing = step / 4000 % 2 == 0;
            int what = random.Next(100);
            if (what < (growing ? 60 : 10)) model.Put(keys.Head(), keys.Tail(), (byte)random.Next(256));
            else if (what < 70) RemoveOne(model, random, keys);
            else if (what < 90) model.Look(keys.Head(), keys.Tail());
            else if (what < 94) model.LookAt(random.Next(-1, model.Items.Count + 2));
            else if (what < 96) LookAtItem(model, random);
            else if (what < 98) model.PutLast(keys.Head(), keys.Tail(), 9);
            else if (what < 99 && model.Items.Count > 0) Range(model, random, growing);
            if (step % 1000 == 999) model.Verify();
        }

        model.Verify();
    }

    private static void Range(TreeModel model, Random random, bool growing)
    {
        int rank = random.Next(model.Items.Count);
        model.RemoveRange(rank, random.Next(growing ? 4 : 200));
    }

    private static void LookAtItem(TreeModel model, Random random)
    {
        if (model.Items.Count == 0) return;
        (ulong head, byte[] tail) = model.Items[random.Next(model.Items.Count)];
        model.Look(head, tail);
    }

    private static void RemoveOne(TreeModel model, Random random, Keys keys)
    {
        if (model.Items.Count == 0 || random.Next(4) == 0)
        {
            model.Remove(keys.Head(), keys.Tail());
            return;
        }

        int rank = random.Next(3) switch { 0 => 0, 1 => model.Items.Count - 1, _ => random.Next(model.Items.Count) };
        if (random.Next(2) == 0) model.RemoveAt(rank);
        else model.Remove(model.Items[rank].Head, model.Items[rank].Tail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Growing_at_an_end_leaves_full_leaves(bool ascending)
    {
        const int Count = 50_000;
        using TreeModel model = new(0);
        byte[] tail = new byte[16];
        for (int i = 0; i < Count; i++)
        {
            model.Tree.Put(model.Memory, (ulong)(ascending ? i : Count - i), tail, out bool added);
            Assert.True(added);
        }

        Assert.InRange((double)model.Tree.UsedBytes / Count, 26, 30.5);
        TreeCheck check = new();
        check.Run(model.Tree);
        Assert.Equal(Count, check.Items);
        for (int i = 0; i < Count; i++) model.Tree.RemoveAt(model.Memory, ascending ? 0 : model.Tree.Count - 1);
        Assert.Equal((0, 0, 0), (model.Tree.Count, model.Tree.UsedBytes, model.Tree.BlockCount));
    }

    [Fact]
    public void A_copy_is_independent_and_both_are_freed_by_pieces()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        Keys keys = new(random, "long");
        using TreeModel model = new(5);
        for (int i = 0; i < 5000; i++) model.Put(keys.Head(), keys.Tail(), (byte)i);
        List<(ulong Head, byte[] Tail)> before = [.. model.Items];
        OrderedTree copy = model.Tree.Clone(model.Memory);
        Assert.Equal(model.Memory.UsedBytes, copy.UsedBytes + model.Tree.UsedBytes);
        for (int i = 0; i < 2000; i++) model.RemoveAt(random.Next(model.Items.Count));
        model.Verify(copy, before);
        model.Verify(model.Tree, model.Items);
        ulong position = 0;
        while (!copy.Defragment(model.Memory, ref position, 10))
        {
            // By pieces, to the end.
        }

        model.Verify(copy, before);
        long blocks = copy.BlockCount;
        while (!copy.FreeSome(model.Memory, 10))
        {
            Assert.InRange(blocks - copy.BlockCount, 10, 10 + 70);
            blocks = copy.BlockCount;
        }

        Assert.Equal((0, 0, 0), (copy.Count, copy.UsedBytes, copy.BlockCount));
        Assert.Equal(model.Memory.UsedBytes, model.Tree.UsedBytes);
        model.Verify();
    }

    [Fact]
    public void A_small_tree_is_one_block()
    {
        using TreeModel model = new(0);
        Assert.Equal((0, 0), (model.Tree.UsedBytes, model.Tree.BlockCount));
        for (int i = 0; i < 40; i++) model.Put((ulong)(i * 7919 % 40), [1, 2, 3, 4], 0);
        Assert.Equal(1, model.Tree.BlockCount);
        Assert.InRange(model.Tree.UsedBytes, 40 * 14, 40 * 14 + 80);
        Assert.True(sizeof(OrderedTree) <= 64);
    }

    [Fact]
    public void A_million_items_come_and_go()
    {
        const int Count = 1_000_000;
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        ulong[] heads = new ulong[Count];
        byte[][] tails = new byte[Count][];
        for (int i = 0; i < Count; i++)
        {
            heads[i] = BitConverter.DoubleToUInt64Bits(i) | 1UL << 63;
            tails[i] = Encoding.ASCII.GetBytes(i.ToString("d16", CultureInfo.InvariantCulture));
        }

        Random random = new(seed);
        random.Shuffle(heads);
        random.Shuffle(tails);
        using MemoryHeap heap = new("million", new MemoryHeapOptions());
        MemoryOwner memory = new("million", heap);
        OrderedTree tree = OrderedTree.Create(0);
        Time("put", () =>
        {
            for (int i = 0; i < Count; i++) tree.Put(memory, heads[i], tails[i], out _);
        });
        double perItem = (double)tree.UsedBytes / Count;
        output.WriteLine($"{perItem:f2} bytes per item, {(double)heap.CommittedBytes / Count:f2} committed");
        Assert.InRange(perItem, 26, 31);
        long found = 0;
        long ranks = 0;
        Time("find", () =>
        {
            for (int i = 0; i < Count; i++) found += tree.Find(heads[i], tails[i]).IsValid ? 1 : 0;
        });
        Time("rank", () =>
        {
            for (int i = 0; i < Count; i++) ranks += tree.RankOf(heads[i], tails[i]);
        });
        Assert.Equal(Count, found);
        Assert.Equal((long)Count * (Count - 1) / 2, ranks);
        Time("walk", () =>
        {
            for (TreeCursor c = tree.First(); c.IsValid; c.MoveNext()) found++;
        });
        Assert.Equal(2 * Count, found);
        Time("remove", () =>
        {
            for (int i = 0; i < Count / 2; i++) tree.Remove(memory, heads[i], tails[i]);
        });
        Time("pop", () =>
        {
            for (int i = 0; i < Count / 2; i++) tree.RemoveAt(memory, 0);
        });
        Assert.Equal((0, 0, 0), (tree.Count, tree.UsedBytes, tree.BlockCount));
        BuildAgain(memory, heads, tails);
        heap.VerifyNoLeaks();
    }

    private void BuildAgain(MemoryOwner memory, ulong[] heads, byte[][] tails)
    {
        int count = heads.Length;
        long found = 0;
        OrderedTree tree = OrderedTree.Create(0);
        Array.Sort(heads);
        Time("put last", () =>
        {
            for (int i = 0; i < count; i++) tree.PutLast(memory, heads[i], tails[i]);
        });
        output.WriteLine($"{(double)tree.UsedBytes / count:f2} bytes per item");
        tree.Free(memory);
        Time("put, equal heads", () =>
        {
            for (int i = 0; i < count; i++) tree.Put(memory, 5, tails[i], out _);
        });
        Time("find, equal heads", () =>
        {
            for (int i = 0; i < count; i++) found += tree.Find(5, tails[i]).IsValid ? 1 : 0;
        });
        output.WriteLine($"{(double)tree.UsedBytes / count:f2} bytes per item");
        tree.Free(memory);
        Assert.Equal(count, found);
    }

    private void Time(string what, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:f0} ms");
    }
}
