using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>A stream in a key's record. Valid until the next call that may move the entry.</summary>
internal readonly unsafe ref struct StreamValue
{
    // Head, mark and the numbers of a node with one entry, and what its block is rounded up by.
    private const int NodeOverheadMax = 1 << 16;

    private readonly StreamRoot* _root;
    private readonly MemoryOwner _memory;

    /// <param name="entry">A key that holds a stream.</param>
    /// <param name="memory">Owner of the stream's blocks.</param>
    public StreamValue(Entry entry, MemoryOwner memory)
    {
        _root = (StreamRoot*)Unsafe.AsPointer(ref entry.Structure<StreamRoot>());
        _memory = memory;
    }

    /// <param name="root">A stream that stands in no record.</param>
    /// <param name="memory">Owner of the stream's blocks.</param>
    public StreamValue(StreamRoot* root, MemoryOwner memory)
    {
        _root = root;
        _memory = memory;
    }

    /// <summary>Entries.</summary>
    public long Length => _root->Length;

    /// <summary>Entries ever added.</summary>
    public long EntriesAdded
    {
        get => _root->EntriesAdded;
        set => _root->EntriesAdded = value;
    }

    /// <summary>The last id given to an entry, or set.</summary>
    public StreamId LastId
    {
        get => _root->LastId;
        set => _root->LastId = value;
    }

    /// <summary>The first entry's id; 0-0 when empty.</summary>
    public StreamId FirstId => _root->FirstId;

    /// <summary>The largest id removed by XDEL.</summary>
    public StreamId MaxDeletedId
    {
        get => _root->MaxDeletedId;
        set => _root->MaxDeletedId = value;
    }

    /// <summary>Nodes, the last one included.</summary>
    public long NodeCount => _root->Nodes.Count + (_root->Tail != 0 ? 1 : 0);

    /// <summary>The node at a place, in the order of ids.</summary>
    /// <param name="index">Below <see cref="NodeCount"/>.</param>
    /// <param name="id">Its first id.</param>
    /// <returns>Its listpack.</returns>
    public ReadOnlySpan<byte> NodeAt(long index, out StreamId id)
    {
        NodeBlock block = TailBlock;
        id = _root->TailId;
        if (index < _root->Nodes.Count)
        {
            TreeCursor cursor = _root->Nodes.At(index);
            block = NodeBlock.Read(cursor.Payload);
            id = StreamId.FromTree(cursor.Head, cursor.Tail);
        }

        Span<byte> node = block.Span;
        return node[..Listpack.Bytes(node)];
    }

    /// <summary>The consumer groups.</summary>
    public GroupTable Groups => new(&_root->Groups, _memory);

    /// <summary>Bytes of the root.</summary>
    public static int RootBytes => sizeof(StreamRoot);

    /// <summary>An empty stream.</summary>
    public static void Initialize(Entry entry)
        => entry.Structure<StreamRoot>() = new StreamRoot { Nodes = OrderedTree.Create(StreamRoot.NodePayloadBytes) };

    /// <summary>The entries of a range.</summary>
    public EntryWalk Walk(StreamId from, StreamId to, bool isReverse = false) => new(_root, from, to, isReverse, false);

    /// <summary>Whether there is an entry of that id.</summary>
    public bool Contains(StreamId id) => Walk(id, id).MoveNext();

    /// <summary>The last entry's id; 0-0 when there is none.</summary>
    public StreamId LastEntryId()
    {
        EntryWalk walk = Walk(StreamId.Zero, StreamId.Max, true);
        return walk.MoveNext() ? walk.Id : StreamId.Zero;
    }

    /// <summary>The first id in the first node, deleted or not; the largest id when there is no node. For MINID in effects.</summary>
    public StreamId FirstKeptId()
    {
        var walk = new EntryWalk(_root, StreamId.Zero, StreamId.Max, false, true);
        return walk.MoveNext() ? walk.Id : StreamId.Max;
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="id">Larger than <see cref="LastId"/>.</param>
    /// <param name="fields">Fields and values; they must not point into the stream.</param>
    /// <param name="contentBytes">Their length in bytes, at most <see cref="StreamNode.BytesMax"/>.</param>
    /// <param name="limits">When a node is full.</param>
    public void Append(StreamId id, ArgumentList fields, long contentBytes, NodeLimits limits)
    {
        StreamRoot* root = _root;
        int room = (int)contentBytes + ((fields.Count + StreamNode.EntryElementsMax + 1) * StreamNode.ElementOverheadMax);
        bool isSame = true;
        if (root->Tail != 0)
        {
            ReadOnlySpan<byte> node = TailBlock.Span;
            int fieldsAt = StreamNode.ReadHead(node, out NodeHead head);
            if (limits.IsFull(Listpack.Bytes(node), contentBytes, head))
            {
                int bytes = Seal();
                StartTail(id, fields, room, bytes);
            }
            else
            {
                isSame = StreamNode.HasSameFields(node, fieldsAt, head.Fields, fields);
                Reserve(room);
                StreamNode.SetCounts(TailBlock.Span, head.Count + 1, head.DeletedCount);
            }
        }
        else
        {
            StartTail(id, fields, room, 0);
        }

        StreamNode.Append(TailBlock.Span, new StreamId(id.Ms - root->TailId.Ms, id.Seq - root->TailId.Seq), fields, isSame);
        if (++root->Length == 1) root->FirstId = id;
        root->EntriesAdded++;
        root->LastId = id;
    }

    /// <summary>Whether these fields and values fit into one node.</summary>
    /// <param name="fields">Fields and values.</param>
    /// <param name="contentBytes">Their bytes.</param>
    public static bool Fits(ArgumentList fields, out long contentBytes)
    {
        long fieldBytes = 0, valueBytes = 0;
        for (int i = 0; i < fields.Count; i += 2)
        {
            fieldBytes += fields[i].Length;
            valueBytes += fields[i + 1].Length;
        }

        contentBytes = fieldBytes + valueBytes;

        // The fields stand twice in a new node; a listpack counts its bytes in an int.
        long overhead = (2L * fields.Count * StreamNode.ElementOverheadMax) + NodeOverheadMax;
        return contentBytes <= StreamNode.BytesMax && contentBytes + fieldBytes + overhead <= int.MaxValue;
    }

    /// <summary>Marks an entry deleted, and drops its node with the last one.</summary>
    /// <returns>False: there is no such entry.</returns>
    public bool Delete(StreamId id)
    {
        EntryWalk walk = Walk(id, id);
        if (!walk.MoveNext()) return false;
        int flagsAt = walk.FlagsAt;
        StreamNode.ReadHead(walk.Node, out NodeHead head);
        if (head.Count == 1)
        {
            DropNode(walk.IsInTail, walk.NodeId);
        }
        else
        {
            NodeBlock block = Writable(walk.IsInTail, walk.NodeId, walk.IsInTail ? TailBlock : walk.SealedBlock);
            block.Span[flagsAt] |= StreamNode.Deleted;
            StreamNode.SetCounts(block.Span, head.Count - 1, head.DeletedCount + 1);
        }

        _root->Length--;
        return true;
    }

    /// <summary>After deletions: the first entry is the first that is left; notes the largest id deleted.</summary>
    public void Deleted(StreamId largest, bool wasFirst)
    {
        if (largest > _root->MaxDeletedId) _root->MaxDeletedId = largest;
        if (_root->Length == 0) _root->FirstId = StreamId.Zero;
        else if (wasFirst) FindFirst();
    }

    /// <summary>Removes entries from the beginning.</summary>
    /// <returns>How many went.</returns>
    public long Trim(in TrimRule rule)
    {
        StreamRoot* root = _root;
        long removed = 0;
        while (root->Tail != 0 && !(rule.ByLength && root->Length <= rule.LengthMax))
        {
            NodeBlock block = FirstNode(out StreamId first);
            int fieldsAt = StreamNode.ReadHead(block.Span, out NodeHead head);
            if (rule.Limit != 0 && removed + head.Count > rule.Limit) break;
            bool goesWhole = rule.ByLength
                ? root->Length - head.Count >= rule.LengthMax
                : StreamNode.LastId(block.Span, first) < rule.MinId;
            if (goesWhole)
            {
                DropNode(root->Nodes.Count == 0, first);
                root->Length -= head.Count;
                removed += head.Count;
                continue;
            }

            if (!rule.IsApproximate) removed += TrimNode(rule, block, first, fieldsAt, head);
            break;
        }

        if (root->Length == 0) root->FirstId = StreamId.Zero;
        else if (removed > 0) FindFirst();
        return removed;
    }

    private NodeBlock TailBlock => new(_root->Tail, _root->TailCapacity);

    private void FindFirst()
    {
        EntryWalk walk = Walk(StreamId.Zero, StreamId.Max);
        _root->FirstId = walk.MoveNext() ? walk.Id : StreamId.Zero;
    }

    private NodeBlock FirstNode(out StreamId id)
    {
        if (_root->Nodes.Count == 0)
        {
            id = _root->TailId;
            return TailBlock;
        }

        TreeCursor cursor = _root->Nodes.First();
        id = StreamId.FromTree(cursor.Head, cursor.Tail);
        return NodeBlock.Read(cursor.Payload);
    }

    private long TrimNode(in TrimRule rule, NodeBlock block, StreamId first, int fieldsAt, NodeHead head)
    {
        block = Writable(_root->Nodes.Count == 0, first, block);
        Span<byte> node = block.Span;
        long removed = 0;
        int at = StreamNode.FirstEntry(node, fieldsAt, head.Fields);
        while (at >= 0)
        {
            int flagsAt = at;
            long flags = Listpack.Take(node, ref at).Integer;
            long ms = Listpack.Take(node, ref at).Integer;
            long seq = Listpack.Take(node, ref at).Integer;
            bool stays = rule.ByLength ? _root->Length <= rule.LengthMax : StreamNode.Add(first, ms, seq) >= rule.MinId;
            if (stays) break;
            long skip = (flags & StreamNode.SameFields) != 0 ? head.Fields : Listpack.Take(node, ref at).Integer * 2;
            for (; skip >= 0; skip--) at = Listpack.Next(node, at);
            if ((flags & StreamNode.Deleted) != 0) continue;
            node[flagsAt] |= StreamNode.Deleted;
            removed++;
            _root->Length--;
        }

        if (removed > 0) StreamNode.SetCounts(node, head.Count - removed, head.DeletedCount + removed);
        return removed;
    }

    private void StartTail(StreamId id, ArgumentList fields, int room, int hint)
    {
        long master = Listpack.EmptyBytes + ((long)(fields.Count + StreamNode.MasterElements) * StreamNode.ElementOverheadMax);
        for (int i = 0; i < fields.Count; i += 2) master += fields[i].Length;
        int capacity = MemoryHeap.UsableSizeOf((int)Math.Max(master + room, hint));
        _root->Tail = _memory.AllocateBlock(capacity).Address;
        _root->TailCapacity = capacity;
        _root->TailId = id;
        _root->NodeBytes += capacity;
        StreamNode.Start(TailBlock.Span, fields);
    }

    // Room in the last node. Half as much again each time: what is too much is given back when the node is full.
    private void Reserve(int room)
    {
        long needed = (long)Listpack.Bytes(TailBlock.Span) + room;
        if (needed <= _root->TailCapacity) return;
        int capacity = (int)Math.Min(int.MaxValue, Math.Max(needed, _root->TailCapacity + (_root->TailCapacity / 2L)));
        SetTail(Resize(TailBlock, MemoryHeap.UsableSizeOf(capacity)));
    }

    private void SetTail(NodeBlock block)
    {
        _root->Tail = block.Address;
        _root->TailCapacity = block.Capacity;
    }

    private NodeBlock Resize(NodeBlock block, int capacity)
    {
        MemoryBlock moved = _memory.ResizeBlock(MemoryBlock.FromAddress(block.Address, block.Capacity), capacity);
        _root->NodeBytes += MemoryHeap.UsableSizeOf(capacity) - MemoryHeap.UsableSizeOf(block.Capacity);
        return new NodeBlock(moved.Address, capacity);
    }

    /// <summary>Adds a loaded node behind all others; its bytes were checked.</summary>
    /// <param name="id">Its first id, larger than that of any other node.</param>
    /// <param name="listpack">Its bytes, which are copied.</param>
    public void AddNode(StreamId id, ReadOnlySpan<byte> listpack)
    {
        if (_root->Tail != 0) Seal();
        MemoryBlock block = _memory.AllocateBlock(listpack.Length);
        listpack.CopyTo(block.Span);
        SetTail(new NodeBlock(block.Address, listpack.Length));
        _root->TailId = id;
        _root->NodeBytes += MemoryHeap.UsableSizeOf(listpack.Length);
    }

    // Cuts the last node to its length and puts it into the tree. Returns its length.
    private int Seal()
    {
        int bytes = Listpack.Bytes(TailBlock.Span);
        NodeBlock cut = Resize(TailBlock, bytes);
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        _root->TailId.WriteTail(tail);
        cut.Write(_root->Nodes.PutLast(_memory, _root->TailId.Ms, tail).Payload);
        _root->Tail = 0;
        return bytes;
    }

    private void PutSealed(StreamId id, NodeBlock block)
    {
        Span<byte> tail = stackalloc byte[StreamId.TailBytes];
        id.WriteTail(tail);
        block.Write(_root->Nodes.Put(_memory, id.Ms, tail, out _).Payload);
    }

    // A node's block with room for longer counts in its head.
    private NodeBlock Writable(bool isTail, StreamId id, NodeBlock block)
    {
        StreamNode.ReadHead(block.Span, out NodeHead head);
        if (head.Count + head.DeletedCount < 0x80) return block;
        int needed = Listpack.Bytes(block.Span) + (2 * StreamNode.ElementOverheadMax);
        if (needed <= block.Capacity) return block;
        block = Resize(block, needed);
        if (isTail) SetTail(block);
        else PutSealed(id, block);
        return block;
    }

    private void DropNode(bool isTail, StreamId id)
    {
        if (!isTail)
        {
            Span<byte> tail = stackalloc byte[StreamId.TailBytes];
            id.WriteTail(tail);
            FreeNode(NodeBlock.Read(_root->Nodes.Find(id.Ms, tail).Payload));
            _root->Nodes.Remove(_memory, id.Ms, tail);
            return;
        }

        FreeNode(TailBlock);
        _root->Tail = 0;
        if (_root->Nodes.Count == 0) return;

        // The node before goes on growing, as the last node of a stream does.
        TreeCursor last = _root->Nodes.Last();
        SetTail(NodeBlock.Read(last.Payload));
        _root->TailId = StreamId.FromTree(last.Head, last.Tail);
        _root->Nodes.RemoveAt(_memory, _root->Nodes.Count - 1);
    }

    private void FreeNode(NodeBlock block)
    {
        _root->NodeBytes -= MemoryHeap.UsableSizeOf(block.Capacity);
        _memory.FreeBlock(MemoryBlock.FromAddress(block.Address, block.Capacity));
    }
}
