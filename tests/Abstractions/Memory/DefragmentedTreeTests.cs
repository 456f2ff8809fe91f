using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

/// <summary>Trees that were built together and of which few are left: their nodes and long items move to fuller pages.</summary>
public sealed class DefragmentedTreeTests(ITestOutputHelper output)
{
    private const int Trees = 200;
    private const int ItemsPerTree = 300;
    private const int KeptEvery = 10;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nodes_move_and_every_item_stays(bool checking)
    {
        using MemoryHeap heap = new("trees", new MemoryHeapOptions { Checking = checking });
        MemoryOwner owner = new("trees", heap);
        OrderedTree[] trees = [.. Enumerable.Range(0, Trees).Select(_ => OrderedTree.Create(4))];
        for (int i = 0; i < ItemsPerTree; i++)
        {
            for (int tree = 0; tree < Trees; tree++)
            {
                trees[tree].Put(owner, HeadOf(i), TailOf(tree, i), out _).Payload.Fill((byte)(tree + i));
            }
        }

        for (int tree = 0; tree < Trees; tree++)
        {
            if (tree % KeptEvery != 0) trees[tree].Free(owner);
        }

        long before = heap.EvacuableBytes;
        while (heap.PrepareMoving(100) > 0)
        {
            // All that are worth it.
        }

        for (int tree = 0; tree < Trees; tree += KeptEvery)
        {
            ulong position = 0;
            while (!trees[tree].Defragment(owner, ref position, 5)) Verify(ref trees[tree], tree);
            Verify(ref trees[tree], tree);
        }

        while (!heap.EndMoving(100))
        {
            // To the end.
        }

        PageCheck.Verify(heap);
        output.WriteLine($"could win {before}, left {heap.EvacuableBytes}, moved {heap.MovedBlocks}");
        Assert.True(heap.EvacuableBytes < before / 3);
        for (int tree = 0; tree < Trees; tree += KeptEvery)
        {
            for (int i = 0; i < ItemsPerTree; i++) Assert.True(trees[tree].Remove(owner, HeadOf(i), TailOf(tree, i)));
        }

        heap.VerifyNoLeaks();
    }

    private static void Verify(ref OrderedTree tree, int number)
    {
        Assert.Equal(ItemsPerTree, tree.Count);
        for (int i = 0; i < ItemsPerTree; i++)
        {
            TreeCursor item = tree.Find(HeadOf(i), TailOf(number, i));
            Assert.True(item.IsValid);
            Assert.Equal(-1, item.Payload.IndexOfAnyExcept((byte)(number + i)));
        }
    }

    private static ulong HeadOf(int item) => (ulong)(item * 7919 % ItemsPerTree) / 3;

    // Every eighth is long, and so outside the node.
    private static byte[] TailOf(int tree, int item)
    {
        byte[] tail = new byte[item % 8 == 0 ? 600 : 12];
        BitConverter.TryWriteBytes(tail, item);
        tail.AsSpan(sizeof(int)).Fill((byte)tree);
        return tail;
    }
}
