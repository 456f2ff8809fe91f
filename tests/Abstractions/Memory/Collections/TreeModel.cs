using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

/// <summary>A tree beside a sorted list of what it must hold. The payload of an item is a number that the model knows.</summary>
internal sealed unsafe class TreeModel : IDisposable
{
    private readonly MemoryHeap _heap = new("tree", new MemoryHeapOptions { Checking = true });
    private readonly int _payloadBytes;
    private OrderedTree _tree;

    public TreeModel(int payloadBytes)
    {
        _payloadBytes = payloadBytes;
        Memory = new MemoryOwner("tree", _heap);
        _tree = OrderedTree.Create(payloadBytes);
    }

    public MemoryOwner Memory { get; }

    public ref OrderedTree Tree => ref _tree;

    /// <summary>In the tree's order.</summary>
    public List<(ulong Head, byte[] Tail)> Items { get; } = [];

    public Dictionary<(ulong, string), byte> Payloads { get; } = [];

    public static int Compare((ulong Head, byte[] Tail) a, (ulong Head, byte[] Tail) b)
    {
        int order = a.Head.CompareTo(b.Head);
        return order != 0 ? order : a.Tail.AsSpan().SequenceCompareTo(b.Tail);
    }

    public static (ulong, string) Name(ulong head, ReadOnlySpan<byte> tail) => (head, Convert.ToHexString(tail));

    /// <summary>Index of the first item not below.</summary>
    public int Bound(ulong head, byte[] tail)
    {
        int index = Items.BinarySearch((head, tail), Comparer<(ulong, byte[])>.Create(Compare));
        return index < 0 ? ~index : index;
    }

    public bool Has(ulong head, byte[] tail)
    {
        int at = Bound(head, tail);
        return at < Items.Count && Compare(Items[at], (head, tail)) == 0;
    }

    public void Put(ulong head, byte[] tail, byte payload)
    {
        bool isNew = !Has(head, tail);
        TreeCursor item = _tree.Put(Memory, head, tail, out bool added);
        Assert.Equal(isNew, added);
        Assert.Equal(head, item.Head);
        Assert.True(item.Tail.SequenceEqual(tail));
        if (isNew) Assert.Equal(-1, item.Payload.IndexOfAnyExcept((byte)0));
        else Assert.Equal(-1, item.Payload.IndexOfAnyExcept(Payloads[Name(head, tail)]));
        item.Payload.Fill(payload);
        if (isNew) Items.Insert(Bound(head, tail), (head, tail));
        Payloads[Name(head, tail)] = payload;
    }

    public void PutLast(ulong head, byte[] tail, byte payload)
    {
        if (Items.Count > 0 && Compare(Items[^1], (head, tail)) >= 0) return;
        TreeCursor item = _tree.PutLast(Memory, head, tail);
        Assert.Equal(-1, item.Payload.IndexOfAnyExcept((byte)0));
        item.Payload.Fill(payload);
        Items.Add((head, tail));
        Payloads[Name(head, tail)] = payload;
    }

    public void Remove(ulong head, byte[] tail)
    {
        bool there = Has(head, tail);
        Assert.Equal(there, _tree.Remove(Memory, head, tail));
        if (there) Items.RemoveAt(Bound(head, tail));
    }

    public void RemoveAt(int rank)
    {
        _tree.RemoveAt(Memory, rank);
        Items.RemoveAt(rank);
    }

    public void RemoveRange(int rank, int count)
    {
        Collector collector = new();
        Assert.Equal(Math.Min(count, Items.Count - rank), _tree.RemoveRange(Memory, rank, count, ref collector));
        count = Math.Min(count, Items.Count - rank);
        Assert.Equal(Items.GetRange(rank, count).Select(i => Name(i.Head, i.Tail)), collector.Seen);
        Items.RemoveRange(rank, count);
    }

    /// <summary>Looks one key up in every way.</summary>
    public void Look(ulong head, byte[] tail)
    {
        int bound = Bound(head, tail);
        Assert.Equal(bound, _tree.RankOf(head, tail));
        Same(_tree.Seek(head, tail), bound);
        Same(_tree.Find(head, tail), Has(head, tail) ? bound : -1);
    }

    public void LookAt(int rank) => Same(_tree.At(rank), (uint)rank < Items.Count ? rank : -1);

    /// <summary>Compares everything, in both directions, and the tree's structure.</summary>
    public void Verify()
    {
        Verify(_tree, Items);
        Assert.Equal(Memory.UsedBytes, _tree.UsedBytes);
        Assert.Equal(Memory.Blocks, _tree.BlockCount);
    }

    public void Verify(in OrderedTree tree, List<(ulong Head, byte[] Tail)> items)
    {
        Assert.Equal(items.Count, tree.Count);
        int at = 0;
        for (TreeCursor c = tree.First(); c.IsValid; c.MoveNext(), at++) Same(c, at, items);
        Assert.Equal(items.Count, at);
        for (TreeCursor c = tree.Last(); c.IsValid; c.MovePrevious()) Same(c, --at, items);
        Assert.Equal(0, at);
        TreeCheck check = new();
        check.Run(tree);
        Assert.Equal((tree.Count, tree.UsedBytes, tree.BlockCount), (check.Items, check.Bytes, check.Blocks));
    }

    public void Same(TreeCursor cursor, int index, List<(ulong Head, byte[] Tail)>? items = null)
    {
        items ??= Items;
        Assert.Equal((uint)index < items.Count, cursor.IsValid);
        if (!cursor.IsValid) return;
        (ulong head, byte[] tail) = items[index];
        Assert.Equal(head, cursor.Head);
        Assert.True(cursor.Tail.SequenceEqual(tail));
        Assert.Equal(_payloadBytes, cursor.Payload.Length);
        Assert.Equal(-1, cursor.Payload.IndexOfAnyExcept(Payloads[Name(head, tail)]));
    }

    public void Dispose()
    {
        _tree.Free(Memory);
        Assert.Equal((0, 0, 0), (_tree.Count, _tree.UsedBytes, _tree.BlockCount));
        _heap.VerifyNoLeaks();
        _heap.Dispose();
    }

    private readonly struct Collector : ITreeVisitor
    {
        public Collector()
        {
        }

        public List<(ulong, string)> Seen { get; } = [];

        public void Visit(TreeCursor item) => Seen.Add(Name(item.Head, item.Tail));
    }
}

/// <summary>Checks a tree's structure: levels, order of the keys between the children, counts, sums of blocks.</summary>
internal sealed unsafe class TreeCheck
{
    private (ulong Head, byte[] Tail)? _last;

    public long Items { get; private set; }

    public long Bytes { get; private set; }

    public long Blocks { get; private set; }

    public void Run(in OrderedTree tree)
    {
        if (tree.Root != null) Node(tree.Root, null);
        if (tree.Root != null && tree.Root->Level > 0) Assert.True(tree.Root->Count > 1);
    }

    private long Node(TreeNode* node, (ulong Head, byte[] Tail)? above)
    {
        Assert.InRange(node->Count, 1, node->ItemsMax);
        Assert.InRange(node->Bytes, 0, node->Capacity);
        Assert.Equal(node->TailBytes, TreeNode.StartOf(node, node->Count));
        Bytes += node->Capacity;
        Blocks++;
        long items = 0;
        for (int i = 0; i < node->Count; i++)
        {
            if (TreeNode.IsOuter(node, i))
            {
                Bytes += MemoryHeap.UsableSizeOf(TreeNode.TailOf(node, i).Length);
                Blocks++;
            }

            (ulong Head, byte[] Tail) key = (TreeNode.Heads(node)[i], TreeNode.TailOf(node, i).ToArray());
            if (node->Level > 0)
            {
                TreeChild child = TreeNode.Children(node)[i];
                Assert.Equal(node->Level - 1, child.Node->Level);
                if (i > 0) Assert.True(TreeModel.Compare(_last!.Value, key) < 0);
                else Assert.Equal((0UL, 0), (key.Head, key.Tail.Length));
                long below = Node(child.Node, i > 0 ? key : above);
                Assert.Equal(below, child.Items);
                items += below;
                continue;
            }

            if (above != null) Assert.True(TreeModel.Compare(above.Value, key) <= 0);
            if (_last != null) Assert.True(TreeModel.Compare(_last.Value, key) < 0);
            _last = key;
            items++;
            Items++;
        }

        return items;
    }
}
