using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>The blocks of an <see cref="OrderedTree"/>: allocated and freed here only, so that the tree's sums are exact.</summary>
internal static unsafe class TreeBlocks
{
    /// <summary>An empty node with room for so many bytes.</summary>
    public static TreeNode* New(OrderedTree* tree, MemoryOwner memory, int level, int bytes)
    {
        TreeNode* node = Allocate(tree, memory, bytes);
        node->Count = 0;
        node->TailBytes = 0;
        node->Payload = (byte)(level == 0 ? tree->PayloadBytes : TreeNode.ChildBytes);
        node->Level = (byte)level;
        return node;
    }

    /// <summary>Puts an item into a node that may have it; the node may move.</summary>
    public static TreeNode* Place(OrderedTree* tree, MemoryOwner memory, TreeNode* node, int index, ulong head, ReadOnlySpan<byte> tail,
        byte* payload)
    {
        int inline = TreeNode.InlineBytes(tail.Length);
        bool outer = inline != tail.Length;
        byte* block = outer ? AllocateTail(tree, memory, tail) : null;
        int bytes = node->Bytes + TreeNode.ItemBytes(node->Payload, tail.Length);
        TreeNode* to = node;
        if (bytes > node->Capacity)
        {
            to = Allocate(tree, memory, bytes);
            to->Payload = node->Payload;
            to->Level = node->Level;
        }

        byte* place = TreeNode.OpenGap(node, to, index, head, inline, outer);
        if (to != node) FreeNode(tree, memory, node);
        if (outer) WriteOuter(place, block, tail.Length);
        else tail.CopyTo(new Span<byte>(place, inline));

        Span<byte> room = new(TreeNode.PayloadOf(to, index), to->Payload);
        if (payload == null) room.Clear();
        else new ReadOnlySpan<byte>(payload, room.Length).CopyTo(room);
        return to;
    }

    /// <summary>A copy of a node's items from <paramref name="index"/> on as a node of its own.</summary>
    public static TreeNode* Part(OrderedTree* tree, MemoryOwner memory, TreeNode* node, int index, int count)
    {
        TreeNode* part = New(tree, memory, node->Level, TreeNode.BytesOf(node, index, count));
        TreeNode.Append(part, node, index, count);
        return part;
    }

    /// <summary>Two nodes as one; both are freed.</summary>
    public static TreeNode* Join(OrderedTree* tree, MemoryOwner memory, TreeNode* left, TreeNode* right)
    {
        TreeNode* both = New(tree, memory, left->Level, left->Bytes + right->Bytes);
        TreeNode.Append(both, left, 0, left->Count);
        TreeNode.Append(both, right, 0, right->Count);
        FreeNode(tree, memory, left);
        FreeNode(tree, memory, right);
        return both;
    }

    /// <summary>Gives a node that lost items a smaller block where that pays; the node may move.</summary>
    public static TreeNode* Shrink(OrderedTree* tree, MemoryOwner memory, TreeNode* node, bool whole)
    {
        int bytes = node->Bytes;
        int usable = MemoryHeap.UsableSizeOf(bytes);

        // An eighth of slack: removing and adding in turn must not move the node each time.
        if (usable == node->Capacity || (!whole && node->Capacity - usable <= node->Capacity / 8)) return node;
        TreeNode* to = Allocate(tree, memory, bytes);
        ushort capacity = to->Capacity;
        Buffer.MemoryCopy(node, to, capacity, bytes);
        to->Capacity = capacity;
        FreeNode(tree, memory, node);
        return to;
    }

    /// <summary>Frees the blocks of long tails of some items, which the caller cuts out.</summary>
    public static void FreeTails(OrderedTree* tree, MemoryOwner memory, TreeNode* node, int index, int count)
    {
        for (int i = index; i < index + count; i++)
        {
            if (!TreeNode.IsOuter(node, i)) continue;
            MemoryBlock block = TreeNode.OuterBlock(node, i, out _);
            tree->BlockBytes -= MemoryHeap.UsableSizeOf(block.Length);
            tree->Blocks--;
            memory.FreeBlock(block);
        }
    }

    /// <summary>Frees a node's block only.</summary>
    public static void FreeNode(OrderedTree* tree, MemoryOwner memory, TreeNode* node)
    {
        tree->BlockBytes -= node->Capacity;
        tree->Blocks--;
        memory.Free((byte*)node, node->Capacity);
    }

    /// <summary>Frees the last leaf with what is empty above it. The counts of the nodes above are wrong afterwards.</summary>
    public static void FreeLast(OrderedTree* tree, MemoryOwner memory)
    {
        TreeNode* parent = null;
        TreeNode* node = tree->Root;
        while (node->Level > 0 && node->Count > 0)
        {
            parent = node;
            node = TreeNode.Children(node)[node->Count - 1].Node;
        }

        if (node->Level == 0) tree->Items -= node->Count;
        FreeTails(tree, memory, node, 0, node->Count);
        FreeNode(tree, memory, node);
        if (parent == null)
        {
            tree->Root = null;
            return;
        }

        FreeTails(tree, memory, parent, parent->Count - 1, 1);
        TreeNode.Cut(parent, parent->Count - 1, 1);
    }

    /// <summary>A copy of a node with all below it; the copied root's sums stay true.</summary>
    public static TreeNode* Clone(MemoryOwner memory, TreeNode* node)
    {
        TreeNode* copy = (TreeNode*)memory.Allocate(node->Capacity);
        Buffer.MemoryCopy(node, copy, node->Capacity, node->Bytes);
        for (int i = 0; i < copy->Count; i++)
        {
            if (node->Level > 0) TreeNode.Children(copy)[i].Node = Clone(memory, TreeNode.Children(node)[i].Node);
            if (!TreeNode.IsOuter(node, i)) continue;
            MemoryBlock tail = TreeNode.OuterBlock(copy, i, out byte* place);
            byte* block = memory.Allocate(tail.Length);
            tail.Span.CopyTo(new Span<byte>(block, tail.Length));
            WriteOuter(place, block, tail.Length);
        }

        return copy;
    }

    private static TreeNode* Allocate(OrderedTree* tree, MemoryOwner memory, int bytes)
    {
        TreeNode* node = (TreeNode*)memory.Allocate(bytes);
        node->Capacity = (ushort)MemoryHeap.UsableSizeOf(bytes);
        tree->BlockBytes += node->Capacity;
        tree->Blocks++;
        return node;
    }

    private static byte* AllocateTail(OrderedTree* tree, MemoryOwner memory, ReadOnlySpan<byte> tail)
    {
        byte* block = memory.Allocate(tail.Length);
        tail.CopyTo(new Span<byte>(block, tail.Length));
        tree->BlockBytes += MemoryHeap.UsableSizeOf(tail.Length);
        tree->Blocks++;
        return block;
    }

    private static void WriteOuter(byte* place, byte* block, int length)
    {
        Unsafe.WriteUnaligned(place, (nint)block);
        Unsafe.WriteUnaligned(place + 8, length);
    }
}
