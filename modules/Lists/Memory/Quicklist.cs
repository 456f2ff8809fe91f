using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists.Memory;

/// <summary>Lists of nodes: their ends, and ranges. Source: quicklist.c.</summary>
/// <param name="blocks">Makes the nodes.</param>
/// <param name="settings">The limits for lists to come.</param>
internal sealed unsafe class Quicklist(NodeBlocks blocks, ListSettings settings)
{
    private const byte End = 0xFF;

    // One node more at an end moves one out of the depth that stays uncompressed; a split or a merge two.
    private const int Newly = 2;

    /// <summary>The nodes' blocks.</summary>
    public NodeBlocks Blocks => blocks;

    /// <summary>An empty list with the limits of now.</summary>
    public QuicklistRoot Create() => new() { Fill = settings.Fill, Depth = settings.CompressDepth };

    /// <summary>Whether an element gets a node of its own.</summary>
    public bool IsLarge(in QuicklistRoot root, int length) => NodeLimits.IsLarge(root.Fill, length, settings.PackedThreshold);

    /// <summary>Whether a node takes one more element of so many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(in QuicklistRoot root, int index, int elementLength)
    {
        if ((uint)index >= (uint)root.Length) return false;
        ref ListNode node = ref root[index];
        if (node.IsPlain || IsLarge(root, elementLength)) return false;
        return NodeLimits.AllowOneMore(root.Fill, NodeBlocks.ContentBytes(root, index), node.Count, elementLength);
    }

    /// <summary>Puts an element before the first or behind the last.</summary>
    /// <param name="root">The list.</param>
    /// <param name="front">Before the first.</param>
    /// <param name="element">Must not point into the list.</param>
    public void Push(ref QuicklistRoot root, bool front, ReadOnlySpan<byte> element)
    {
        int end = front ? 0 : root.Length - 1;
        if (!Allows(root, end, element.Length))
        {
            PushNode(ref root, front, element);
            return;
        }

        int size = Listpack.SizeOf(element);
        if (front) Prepend(ref root, element, size); else Append(ref root, end, element, size);
        root.Count++;
    }

    /// <summary>Puts a node with its elements in; takes its block over.</summary>
    public void Insert(ref QuicklistRoot root, int index, ListNode node)
    {
        if (root.Length > 0 && (index == 0 || index == root.Length)) blocks.Tighten(ref root, index == 0 ? 0 : index - 1);
        if (index == 0) root.HeadGap = 0;
        NodeArray.Insert(blocks.Memory, ref root, index, node);
        root.Count += node.Count;
    }

    /// <summary>The first or the last element; the list must have one. Valid until the list changes.</summary>
    public ListElement Peek(in QuicklistRoot root, bool front)
    {
        int index = front ? 0 : root.Length - 1;
        ReadOnlySpan<byte> content = blocks.Content(root, index);
        if (root[index].IsPlain) return new ListElement(content);
        return new ListElement(Listpack.Get(content, front ? Listpack.HeaderBytes : Listpack.Last(content)));
    }

    /// <summary>Removes the first or the last element.</summary>
    public void RemoveEnd(ref QuicklistRoot root, bool front)
    {
        int index = front ? 0 : root.Length - 1;
        ref ListNode node = ref root[index];
        if (node.Count == 1)
        {
            RemoveNodes(ref root, index, 1);
            SettleEdges(ref root);
            return;
        }

        byte* start = root.StartOf(index);
        int bytes = Unsafe.ReadUnaligned<int>(start);
        var listpack = new ReadOnlySpan<byte>(start, bytes);
        if (front)
        {
            int length = Listpack.LengthAt(listpack, Listpack.HeaderBytes);
            root.HeadGap += length;
            NodeBlocks.WriteHeader(start + length, bytes - length, --node.Count);
        }
        else
        {
            int last = Listpack.Last(listpack);
            start[last] = End;
            NodeBlocks.WriteHeader(start, last + 1, --node.Count);
        }

        node.Kind &= ~NodeKind.Incompressible;
        root.Count--;
        blocks.AfterRemoval(ref root, index);
    }

    /// <summary>Removes <paramref name="count"/> elements from <paramref name="start"/> on; they must be there.</summary>
    public void RemoveRange(ref QuicklistRoot root, long start, long count)
    {
        if (count == 0) return;
        (int index, int offset) = NodeArray.Locate(root, start);
        while (count > 0)
        {
            int inNode = (int)Math.Min(root[index].Count - offset, count);
            count -= inNode;
            if (inNode == root[index].Count)
            {
                int nodes = 1;
                while (count > 0 && root[index + nodes].Count <= count) count -= root[index + nodes++].Count;
                RemoveNodes(ref root, index, nodes);
            }
            else
            {
                RemoveWithin(ref root, index, offset, inNode);
                Settle(ref root, index);
                index++;
            }

            offset = 0;
        }

        SettleEdges(ref root);
    }

    /// <summary>Removes some of a node's elements, not all of them.</summary>
    public void RemoveWithin(ref QuicklistRoot root, int index, int offset, int count)
    {
        blocks.Decompress(ref root, index);
        Span<byte> listpack = NodeBlocks.Writable(root, index);
        Listpack.Remove(listpack, Listpack.Seek(listpack, offset), count);
        Removed(ref root, index, count);
    }

    /// <summary>Counts elements that were removed from a node's listpack in place.</summary>
    public void Removed(ref QuicklistRoot root, int index, int count)
    {
        root[index].Count -= (ushort)count;
        root.Count -= count;
        blocks.AfterRemoval(ref root, index);
    }

    /// <summary>Removes whole nodes.</summary>
    public void RemoveNodes(ref QuicklistRoot root, int index, int count)
    {
        for (int i = index; i < index + count; i++)
        {
            root.Count -= root[i].Count;
            blocks.Free(root[i]);
        }

        if (index == 0) root.HeadGap = 0;
        NodeArray.Remove(blocks.Memory, ref root, index, count);
    }

    /// <summary>Frees up to so many nodes, from the end on.</summary>
    /// <returns>True: nothing is left.</returns>
    public bool Free(ref QuicklistRoot root, int nodes)
    {
        for (; nodes > 0 && root.Length > 0; nodes--) blocks.Free(root[--root.Length]);
        if (root.Length > 0) return false;
        NodeArray.Free(blocks.Memory, ref root);
        return true;
    }

    /// <summary>Offers blocks to be moved to fuller pages: the array first, then so many nodes from a position on.</summary>
    /// <returns>True: all were offered.</returns>
    public bool Defragment(ref QuicklistRoot root, ref ulong position, int nodes)
    {
        byte* array = (byte*)root.Nodes;
        if (position == 0 && array != null && blocks.Memory.TryMove(ref array)) root.Nodes = (ListNode*)array;
        for (; position < (ulong)root.Length && nodes > 0; nodes--)
        {
            ref ListNode node = ref root[(int)position++];
            byte* block = node.Block;
            if (blocks.Memory.TryMove(ref block)) node.Block = block;
        }

        return position >= (ulong)root.Length;
    }

    /// <summary>A copy with blocks of its own.</summary>
    public QuicklistRoot Copy(in QuicklistRoot source)
    {
        QuicklistRoot copy = new() { Fill = source.Fill, Depth = source.Depth };
        for (int i = 0; i < source.Length; i++)
        {
            NodeArray.Insert(blocks.Memory, ref copy, i, blocks.Copy(source, i));
            copy.Count += source[i].Count;
        }

        return copy;
    }

    /// <summary>Compresses or decompresses a node, as its distance from the ends asks for.</summary>
    public void Settle(ref QuicklistRoot root, int index)
    {
        if (root.Depth == 0 || index >= root.Length) return;
        if (index >= root.Depth && index < root.Length - root.Depth) blocks.Compress(ref root, index);
        else blocks.Decompress(ref root, index);
    }

    /// <summary>After nodes came or went: those near the ends are readable, the next ones compressed.</summary>
    public void SettleEdges(ref QuicklistRoot root)
    {
        if (root.Depth == 0) return;
        int edge = Math.Min(root.Depth + Newly, root.Length);
        for (int i = 0; i < edge; i++)
        {
            Settle(ref root, i);
            Settle(ref root, root.Length - 1 - i);
        }
    }

    /// <summary>Adds an element at the end of a node that allows it.</summary>
    public void Append(ref QuicklistRoot root, int index, ReadOnlySpan<byte> element, int size)
    {
        ref ListNode node = ref root[index];
        int gap = index == 0 ? root.HeadGap : 0;
        byte* start = node.Block + gap;
        int bytes = Unsafe.ReadUnaligned<int>(start);
        if (node.Size - gap - bytes < size)
        {
            blocks.MakeRoom(ref root, index, size, front: false);
            start = root.StartOf(index);
        }

        Listpack.WriteElement(new Span<byte>(start + bytes - 1, size), element);
        start[bytes + size - 1] = End;
        NodeBlocks.WriteHeader(start, bytes + size, ++node.Count);
        node.Kind &= ~NodeKind.Incompressible;
    }

    private void Prepend(ref QuicklistRoot root, ReadOnlySpan<byte> element, int size)
    {
        ref ListNode node = ref root[0];
        if (root.HeadGap < size) blocks.MakeRoom(ref root, 0, size, front: true);
        byte* start = node.Block + root.HeadGap;
        int bytes = Unsafe.ReadUnaligned<int>(start);
        root.HeadGap -= size;
        start -= size;
        NodeBlocks.WriteHeader(start, bytes + size, ++node.Count);
        Listpack.WriteElement(new Span<byte>(start + Listpack.HeaderBytes, size), element);
        node.Kind &= ~NodeKind.Incompressible;
    }

    private void PushNode(ref QuicklistRoot root, bool front, ReadOnlySpan<byte> element)
    {
        int index = front ? 0 : root.Length;
        if (IsLarge(root, element.Length))
        {
            Insert(ref root, index, blocks.MakePlain(element));
        }
        else
        {
            int size = Listpack.SizeOf(element);
            Insert(ref root, index, blocks.MakeEmpty(size));
            if (front) Prepend(ref root, element, size); else Append(ref root, index, element, size);
            root.Count++;
        }

        SettleEdges(ref root);
    }
}
