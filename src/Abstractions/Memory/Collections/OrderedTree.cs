using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// A B+tree with counts, off-heap: items in the order of an unsigned 64-bit head and then of a byte string (its tail), each with a payload
/// of a fixed number of bytes. Sorted sets (head: the score, tail: the member), expiry queues (head: the time), pending entries and
/// nodes of streams (head: milliseconds, tail: the sequence number, big-endian).
/// </summary>
/// <remarks>
/// The struct is the root and stands in a record or in another block; it may be moved. Leaves are packed blocks that grow and shrink with
/// what is in them. Rank and position by rank are O(log n). A tree of up to one leaf costs that leaf only.
/// Cursors and items are valid until the next call that changes the tree.
/// </remarks>
public unsafe struct OrderedTree
{
    /// <summary>The most bytes of payload.</summary>
    public const int PayloadBytesMax = 64;

    internal TreeNode* Root;
    internal long Items;
    internal long BlockBytes;
    internal long Blocks;
    internal int PayloadBytes;

    /// <summary>An empty tree; allocates nothing before the first item.</summary>
    /// <param name="payloadBytes">Bytes of payload per item, 0-64; the same for all items.</param>
    public static OrderedTree Create(int payloadBytes)
    {
        Invariant.Check((uint)payloadBytes <= PayloadBytesMax, "the payload of a tree's item is too long");
        return new OrderedTree { PayloadBytes = payloadBytes };
    }

    /// <summary>Number of items. O(1).</summary>
    public readonly long Count => Items;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => BlockBytes;

    /// <summary>Number of blocks. O(1).</summary>
    public readonly long BlockCount => Blocks;

    /// <summary>Adds an item, or opens it where it exists. A new item's payload is zero.</summary>
    /// <param name="memory">Owner of the blocks; always the same one for a tree.</param>
    /// <param name="head">First key.</param>
    /// <param name="tail">Second key, compared as bytes. Must not point into this tree.</param>
    /// <param name="added">Whether it is new.</param>
    /// <returns>Where it stands; its payload may be written.</returns>
    [SkipLocalsInit]
    public TreeCursor Put(MemoryOwner memory, ulong head, ReadOnlySpan<byte> tail, out bool added)
    {
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            TreeEdit edit = new(self, memory, path);
            added = !edit.Descend(head, tail);
            if (added) edit.Insert(head, tail);
            return edit.Cursor;
        }
    }

    /// <summary>Adds an item that is greater than all others: for building from sorted input. Leaves no room in the leaves.</summary>
    /// <param name="memory">Owner of the blocks.</param>
    /// <param name="head">First key.</param>
    /// <param name="tail">Second key. Must not point into this tree.</param>
    /// <returns>Where it stands; its payload is zero and may be written.</returns>
    [SkipLocalsInit]
    public TreeCursor PutLast(MemoryOwner memory, ulong head, ReadOnlySpan<byte> tail)
    {
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            TreeEdit edit = new(self, memory, path);
            edit.DescendToEnd();
            edit.Insert(head, tail);
            return edit.Cursor;
        }
    }

    /// <summary>Finds an item; an invalid cursor where there is none.</summary>
    public readonly TreeCursor Find(ulong head, scoped ReadOnlySpan<byte> tail)
    {
        TreeNode* leaf = LeafFor(head, tail);
        if (leaf == null) return default;
        int index = TreeNode.LowerBound(leaf, head, tail, out bool found);
        return found ? new TreeCursor(Root, leaf, index) : default;
    }

    /// <summary>The first item at or after (head, tail); invalid where there is none.</summary>
    public readonly TreeCursor Seek(ulong head, scoped ReadOnlySpan<byte> tail)
    {
        TreeNode* leaf = LeafFor(head, tail);
        if (leaf == null) return default;
        int index = TreeNode.LowerBound(leaf, head, tail, out _);
        if (index < leaf->Count) return new TreeCursor(Root, leaf, index);
        TreeCursor cursor = new(Root, leaf, index - 1);
        cursor.MoveNext();
        return cursor;
    }

    /// <summary>The item with that number of items before it; invalid when out of range.</summary>
    public readonly TreeCursor At(long rank)
    {
        if ((ulong)rank >= (ulong)Items) return default;
        TreeNode* node = Root;
        while (node->Level > 0)
        {
            TreeChild* child = TreeNode.Children(node);
            for (; rank >= child->Items; child++) rank -= child->Items;
            node = child->Node;
        }

        return new TreeCursor(Root, node, (int)rank);
    }

    /// <summary>The first item; invalid when empty.</summary>
    public readonly TreeCursor First()
    {
        TreeNode* node = Root;
        if (node == null) return default;
        while (node->Level > 0) node = TreeNode.Children(node)[0].Node;
        return new TreeCursor(Root, node, 0);
    }

    /// <summary>The last item; invalid when empty.</summary>
    public readonly TreeCursor Last()
    {
        TreeNode* node = Root;
        if (node == null) return default;
        while (node->Level > 0) node = TreeNode.Children(node)[node->Count - 1].Node;
        return new TreeCursor(Root, node, node->Count - 1);
    }

    /// <summary>Number of items before (head, tail), whether or not it exists.</summary>
    public readonly long RankOf(ulong head, ReadOnlySpan<byte> tail)
    {
        TreeNode* node = Root;
        if (node == null) return 0;
        long rank = 0;
        while (node->Level > 0)
        {
            int child = TreeNode.ChildFor(node, head, tail);
            TreeNode* next = TreeNode.Children(node)[child].Node;
            if (node->Level == 1) TreeNode.Prefetch(next);
            rank += TreeNode.ItemsBefore(node, child);
            node = next;
        }

        return rank + TreeNode.LowerBound(node, head, tail, out _);
    }

    /// <summary>Removes an item. False: there is none.</summary>
    [SkipLocalsInit]
    public bool Remove(MemoryOwner memory, ulong head, ReadOnlySpan<byte> tail)
    {
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            TreeEdit edit = new(self, memory, path);
            if (!edit.Descend(head, tail)) return false;
            edit.Remove(1);
            return true;
        }
    }

    /// <summary>Removes the item with that number of items before it (ZPOPMIN: 0). Cheaper than by key at both ends.</summary>
    [SkipLocalsInit]
    public void RemoveAt(MemoryOwner memory, long rank)
    {
        Invariant.Check((ulong)rank < (ulong)Items, "an item past a tree's end was to be removed");
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            TreeEdit edit = new(self, memory, path);
            edit.DescendToRank(rank);
            edit.Remove(1);
        }
    }

    /// <summary>Removes items from a rank on, a leaf at a time.</summary>
    /// <param name="memory">Owner of the blocks.</param>
    /// <param name="rank">Number of items before the first that goes.</param>
    /// <param name="count">How many; those past the end do not count.</param>
    /// <param name="visitor">Sees each item before it goes; must not change the tree.</param>
    /// <returns>Number of items removed.</returns>
    [SkipLocalsInit]
    public long RemoveRange<TVisitor>(MemoryOwner memory, long rank, long count, ref TVisitor visitor)
        where TVisitor : ITreeVisitor, allows ref struct
    {
        count = Math.Min(count, Items - rank);
        if (count <= 0 || rank < 0) return 0;
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            for (long left = count; left > 0;)
            {
                TreeEdit edit = new(self, memory, path);
                edit.DescendToRank(rank);
                TreeCursor cursor = edit.Cursor;
                int part = (int)Math.Min(left, edit.ItemsFromHere);
                for (int i = 0; i < part; i++)
                {
                    visitor.Visit(cursor);
                    if (i + 1 < part) cursor.MoveNext();
                }

                edit.Remove(part);
                left -= part;
            }
        }

        return count;
    }

    /// <summary>An independent copy.</summary>
    public readonly OrderedTree Clone(MemoryOwner memory)
    {
        OrderedTree copy = this;
        if (Root != null) copy.Root = TreeBlocks.Clone(memory, Root);
        return copy;
    }

    /// <summary>Frees all blocks and leaves an empty tree.</summary>
    public void Free(MemoryOwner memory) => FreeSome(memory, int.MaxValue);

    /// <summary>Frees about so many blocks of a tree that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks)
    {
        fixed (OrderedTree* self = &this)
        {
            long end = Math.Max(0, Blocks - blocks);
            while (Root != null && Blocks > end) TreeBlocks.FreeLast(self, memory);
        }

        return Root == null;
    }

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    [SkipLocalsInit]
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks)
    {
        TreeStep* path = stackalloc TreeStep[TreeEdit.DepthMax];
        fixed (OrderedTree* self = &this)
        {
            // The position is the rank of the next leaf's first item.
            while (position < (ulong)Items && blocks > 0)
            {
                TreeEdit edit = new(self, memory, path);
                edit.DescendToRank((long)position);
                position += (ulong)edit.ItemsFromHere;
                blocks -= edit.MoveBlocks();
            }
        }

        return position >= (ulong)Items;
    }

    private readonly TreeNode* LeafFor(ulong head, scoped ReadOnlySpan<byte> tail)
    {
        TreeNode* node = Root;
        if (node == null) return null;
        while (node->Level > 0)
        {
            TreeNode* next = TreeNode.Children(node)[TreeNode.ChildFor(node, head, tail)].Node;
            if (node->Level == 1) TreeNode.Prefetch(next);
            node = next;
        }

        return node;
    }
}

/// <summary>Receives items of an <see cref="OrderedTree"/>.</summary>
public interface ITreeVisitor
{
    /// <summary>One item. Borrowed for this call; the tree must not be changed.</summary>
    void Visit(TreeCursor item);
}
