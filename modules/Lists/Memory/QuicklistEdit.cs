using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists.Memory;

/// <summary>Lists of nodes: inserting and replacing anywhere, splitting and merging nodes. Source: quicklist.c.</summary>
internal sealed class QuicklistEdit(Quicklist list)
{
    private readonly NodeBlocks _blocks = list.Blocks;

    /// <summary>Inserts an element.</summary>
    /// <param name="root">The list.</param>
    /// <param name="index">A node.</param>
    /// <param name="offset">Before which of its elements; its count: behind the last.</param>
    /// <param name="after">Whether the caller means "behind the element before": decides where a full node's part goes.</param>
    /// <param name="element">Must not point into the list.</param>
    public void Insert(ref QuicklistRoot root, int index, int offset, bool after, ReadOnlySpan<byte> element)
    {
        int count = root[index].Count;
        if (list.IsLarge(root, element.Length)) InsertPlain(ref root, index, offset, element);
        else if (list.Allows(root, index, element.Length)) InsertWithin(ref root, index, offset, element);
        else if (offset == count && list.Allows(root, index + 1, element.Length)) InsertWithin(ref root, index + 1, 0, element);
        else if (offset == 0 && list.Allows(root, index - 1, element.Length))
        {
            InsertWithin(ref root, index - 1, root[index - 1].Count, element);
        }
        else if (offset == 0 || offset == count)
        {
            InsertNode(ref root, offset == 0 ? index : index + 1, element);
        }
        else
        {
            Split(ref root, index, offset);
            int part = after ? index + 1 : index;
            if (list.Allows(root, part, element.Length)) InsertWithin(ref root, part, after ? 0 : root[part].Count, element);
            else InsertNode(ref root, index + 1, element);
            MergeAround(ref root, after ? index : index + 1);
        }

        SettleAround(ref root, index);
        list.SettleEdges(ref root);
    }

    /// <summary>Replaces an element.</summary>
    /// <param name="root">The list.</param>
    /// <param name="index">Its node.</param>
    /// <param name="offset">Its index in the node.</param>
    /// <param name="element">Must not point into the list.</param>
    public void Replace(ref QuicklistRoot root, int index, int offset, ReadOnlySpan<byte> element)
    {
        if (!root[index].IsPlain && !list.IsLarge(root, element.Length))
        {
            _blocks.Decompress(ref root, index);
            ReadOnlySpan<byte> listpack = _blocks.Content(root, index);
            int at = Listpack.Seek(listpack, offset);
            int more = Listpack.SizeOf(element) - Listpack.LengthAt(listpack, at);
            if (more <= 0 || listpack.Length + more <= NodeLimits.BytesMax(root.Fill))
            {
                if (more > NodeBlocks.Writable(root, index).Length - listpack.Length) _blocks.MakeRoom(ref root, index, more, front: false);
                Listpack.Replace(NodeBlocks.Writable(root, index), at, element);
                _blocks.AfterRemoval(ref root, index);
                list.Settle(ref root, index);
                return;
            }
        }

        Exchange(ref root, index, offset, element);
    }

    // The old element goes first: then its node's room is free for the new one, and the places of what is behind it are known.
    private void Exchange(ref QuicklistRoot root, int index, int offset, ReadOnlySpan<byte> element)
    {
        if (root[index].Count > 1)
        {
            list.RemoveWithin(ref root, index, offset, 1);
            Insert(ref root, index, offset, after: true, element);
            return;
        }

        list.RemoveNodes(ref root, index, 1);
        if (list.IsLarge(root, element.Length)) list.Insert(ref root, index, _blocks.MakePlain(element));
        else InsertNode(ref root, index, element);
        SettleAround(ref root, index);
        list.SettleEdges(ref root);
    }

    private void InsertPlain(ref QuicklistRoot root, int index, int offset, ReadOnlySpan<byte> element)
    {
        int count = root[index].Count;
        if (offset > 0 && offset < count) Split(ref root, index, offset);
        list.Insert(ref root, offset == 0 ? index : index + 1, _blocks.MakePlain(element));
    }

    private void InsertNode(ref QuicklistRoot root, int index, ReadOnlySpan<byte> element)
    {
        list.Insert(ref root, index, _blocks.MakeEmpty(Listpack.SizeOf(element)));
        InsertWithin(ref root, index, 0, element);
    }

    private void InsertWithin(ref QuicklistRoot root, int index, int offset, ReadOnlySpan<byte> element)
    {
        _blocks.Decompress(ref root, index);
        int size = Listpack.SizeOf(element);
        int bytes = NodeBlocks.ContentBytes(root, index);
        if (NodeBlocks.Writable(root, index).Length - bytes < size) _blocks.MakeRoom(ref root, index, size, front: false);
        Span<byte> listpack = NodeBlocks.Writable(root, index);
        int at = offset == root[index].Count ? Listpack.EndOf(listpack) : Listpack.Seek(listpack, offset);
        Listpack.Insert(listpack, at, element);
        root[index].Count++;
        root.Count++;
    }

    /// <summary>Makes two nodes of one: the second begins with the element at <paramref name="offset"/>.</summary>
    private void Split(ref QuicklistRoot root, int index, int offset)
    {
        _blocks.Decompress(ref root, index);
        Span<byte> listpack = NodeBlocks.Writable(root, index);
        int at = Listpack.Seek(listpack, offset);
        int count = root[index].Count - offset;
        ReadOnlySpan<byte> moved = Listpack.Slice(listpack, at);
        ListNode second = _blocks.MakeEmpty(moved.Length);
        NodeBlocks.Append(second, moved, count);
        second.Count = (ushort)count;
        Listpack.Remove(listpack, at, count);
        root[index].Count -= (ushort)count;
        root.Count -= count;
        list.Insert(ref root, index + 1, second);
        _blocks.AfterRemoval(ref root, index);
    }

    // As _quicklistMergeNodes: the pairs beside the node first, then the node with what is next to it.
    private void MergeAround(ref QuicklistRoot root, int centre)
    {
        if (TryMerge(ref root, centre - 2)) centre--;
        TryMerge(ref root, centre + 1);
        if (TryMerge(ref root, centre - 1)) centre--;
        TryMerge(ref root, centre);
    }

    private bool TryMerge(ref QuicklistRoot root, int first)
    {
        if (first < 0 || first + 1 >= root.Length || root[first].IsPlain || root[first + 1].IsPlain) return false;
        int bytes = NodeBlocks.ContentBytes(root, first) + NodeBlocks.ContentBytes(root, first + 1) - Listpack.EmptyBytes;
        int count = root[first].Count + root[first + 1].Count;
        if (!NodeLimits.Allow(root.Fill, bytes, count)) return false;
        _blocks.Decompress(ref root, first);
        _blocks.Decompress(ref root, first + 1);
        ReadOnlySpan<byte> second = _blocks.Content(root, first + 1);
        ReadOnlySpan<byte> moved = Listpack.Slice(second, Listpack.HeaderBytes);
        int used = NodeBlocks.ContentBytes(root, first);
        if (NodeBlocks.Writable(root, first).Length - used < moved.Length) _blocks.MakeRoom(ref root, first, moved.Length, front: false);
        Listpack.InsertEncoded(NodeBlocks.Writable(root, first), used - 1, moved, root[first + 1].Count);
        int added = root[first + 1].Count;
        list.RemoveNodes(ref root, first + 1, 1);
        root[first].Count += (ushort)added;
        root.Count += added;
        return true;
    }

    // What was touched may be up to three nodes on either side.
    private void SettleAround(ref QuicklistRoot root, int index)
    {
        if (root.Depth == 0) return;
        const int Reach = 3;
        for (int i = Math.Max(0, index - Reach); i <= index + Reach && i < root.Length; i++) list.Settle(ref root, i);
    }
}
