using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>A stream as blocks: freeing, copying, measuring and moving them, whatever is in them.</summary>
internal sealed unsafe class StreamBlocks(MemoryOwner memory)
{
    private const int RankBits = 40;
    private const ulong RankMask = (1UL << RankBits) - 1;

    /// <summary>Bytes of all blocks.</summary>
    public static long Bytes(Entry entry)
    {
        StreamRoot* root = RootOf(entry);
        long bytes = root->NodeBytes + root->Nodes.UsedBytes + root->Groups.Bytes;
        for (int i = 0; i < root->Groups.Count; i++) bytes += new StreamGroup(root->Groups[i]).Bytes;
        return bytes;
    }

    /// <summary>About how many blocks there are.</summary>
    public static long Count(Entry entry)
    {
        StreamRoot* root = RootOf(entry);
        long count = root->Nodes.Count + root->Nodes.BlockCount + 1;
        for (int i = 0; i < root->Groups.Count; i++)
        {
            var group = new StreamGroup(root->Groups[i]);
            count += (2 * group.Pending.BlockCount) + (2 * group.ConsumerCount) + 2;
        }

        return count;
    }

    /// <summary>Frees about so many blocks. True: all are freed.</summary>
    public bool FreeSome(Entry entry, int blocks) => FreeSome(RootOf(entry), blocks);

    /// <inheritdoc cref="FreeSome(Entry, int)"/>
    public bool FreeSome(StreamRoot* root, int blocks)
    {
        while (root->Nodes.Count > 0)
        {
            if (blocks-- <= 0) return false;
            FreeNode(NodeBlock.Read(root->Nodes.First().Payload));
            root->Nodes.RemoveAt(memory, 0);
        }

        if (root->Tail != 0)
        {
            FreeNode(new NodeBlock(root->Tail, root->TailCapacity));
            root->Tail = 0;
        }

        while (root->Groups.Count > 0)
        {
            int last = root->Groups.Count - 1;
            if (!new StreamGroup(root->Groups[last]).FreeSome(memory, ref blocks)) return false;
            root->Groups.RemoveAt(memory, last);
            if (blocks <= 0 && root->Groups.Count > 0) return false;
        }

        root->Nodes.Free(memory);
        return true;
    }

    /// <summary>Gives a copied root blocks of its own.</summary>
    public void Duplicate(Entry source, Entry copy)
    {
        StreamRoot* from = RootOf(source);
        StreamRoot* to = RootOf(copy);
        *to = *from;
        to->Nodes = from->Nodes.Clone(memory);
        TreeCursor cursor = to->Nodes.First();
        if (cursor.IsValid)
        {
            do
            {
                CopyNode(NodeBlock.Read(cursor.Payload)).Write(cursor.Payload);
            }
            while (cursor.MoveNext());
        }

        if (from->Tail != 0) to->Tail = CopyNode(new NodeBlock(from->Tail, from->TailCapacity)).Address;
        to->Groups = from->Groups.Clone(memory);
        for (int i = 0; i < to->Groups.Count; i++) to->Groups[i] = new StreamGroup(from->Groups[i]).Clone(memory).Address;
    }

    /// <summary>
    /// Moves blocks to fuller pages where that pays. The position: what is looked at (the nodes; then the trees of nodes, groups and their
    /// consumers, in that order), and where in it.
    /// </summary>
    public bool Defragment(Entry entry, ref ulong position, int blocks)
    {
        StreamRoot* root = RootOf(entry);
        if (position >> RankBits == 0 && !MoveNodes(root, ref position, blocks)) return false;
        ulong tree = 1;
        if (!Defragment(ref root->Nodes, tree++, ref position, blocks)) return false;
        for (int i = 0; i < root->Groups.Count; i++)
        {
            var group = new StreamGroup(root->Groups[i]);
            if (!Defragment(ref group.Pending, tree++, ref position, blocks)) return false;
            for (int j = 0; j < group.ConsumerCount; j++)
            {
                if (!Defragment(ref group.ConsumerAt(j).Pending, tree++, ref position, blocks)) return false;
            }
        }

        return true;
    }

    private bool MoveNodes(StreamRoot* root, ref ulong position, int blocks)
    {
        if (position == 0 && root->Tail != 0) root->Tail = Move(new NodeBlock(root->Tail, root->TailCapacity)).Address;
        TreeCursor cursor = root->Nodes.At((long)position);
        for (; cursor.IsValid && blocks > 0; blocks--)
        {
            Move(NodeBlock.Read(cursor.Payload)).Write(cursor.Payload);
            position++;
            cursor.MoveNext();
        }

        if (position < (ulong)root->Nodes.Count) return false;
        position = 1UL << RankBits;
        return true;
    }

    private NodeBlock Move(NodeBlock node)
    {
        MemoryBlock block = MemoryBlock.FromAddress(node.Address, node.Capacity);
        return memory.TryMove(ref block) ? new NodeBlock(block.Address, node.Capacity) : node;
    }

    // Trees before that of the position are done. At the end of one the position is the start of the next, and the call ends where the
    // tree was no small one.
    private bool Defragment(ref OrderedTree tree, ulong number, ref ulong position, int blocks)
    {
        if (position >> RankBits > number) return true;
        ulong rank = position & RankMask;
        bool isDone = tree.Defragment(memory, ref rank, blocks);
        position = isDone ? (number + 1) << RankBits : (number << RankBits) | rank;
        return isDone && tree.BlockCount < blocks;
    }

    private static StreamRoot* RootOf(Entry entry) => (StreamRoot*)Unsafe.AsPointer(ref entry.Structure<StreamRoot>());

    private NodeBlock CopyNode(NodeBlock node)
    {
        MemoryBlock copy = memory.AllocateBlock(node.Capacity);
        ReadOnlySpan<byte> source = node.Span;
        source[..Listpack.Bytes(source)].CopyTo(copy.Span);
        return new NodeBlock(copy.Address, node.Capacity);
    }

    private void FreeNode(NodeBlock node) => memory.FreeBlock(MemoryBlock.FromAddress(node.Address, node.Capacity));
}
