using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Lists.Memory;

/// <summary>The blocks of a quicklist's nodes: making them, making room in them, reading them, compressing them.</summary>
internal sealed unsafe class NodeBlocks(MemoryOwner memory)
{
    /// <summary>Contents below this many bytes stay as they are. Source: MIN_COMPRESS_BYTES.</summary>
    private const int CompressedMin = 48;

    /// <summary>Bytes that compression must win. Source: MIN_COMPRESS_IMPROVE.</summary>
    private const int ImprovementMin = 8;

    /// <summary>Larger contents are never compressed: it would hold the loop for too long.</summary>
    private const int CompressedMax = 1 << 20;

    private const int CompressedHead = sizeof(int);

    /// <summary>Bytes of a new node's first block: most lists that reach this have more to come.</summary>
    private const int FirstBytes = 512;

    // A block is given back in part when less than a quarter of it is used, or, where nothing will be added, three quarters.
    private const int SpareShare = 4;

    private LzfCompressor? _compressor;
    private byte[] _scratch = new byte[NodeLimits.SafetyBytes];

    /// <summary>Whose the blocks are.</summary>
    public MemoryOwner Memory => memory;

    /// <summary>Bytes of a node's content before compression.</summary>
    public static int ContentBytes(in QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        if (node.IsCompressed) return Unsafe.ReadUnaligned<int>(node.Block);
        return node.IsPlain ? node.Size : Unsafe.ReadUnaligned<int>(root.StartOf(index));
    }

    /// <summary>A node's listpack or bare element. A compressed one is read into a buffer that the next call may overwrite.</summary>
    public ReadOnlySpan<byte> Content(in QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        int bytes = ContentBytes(root, index);
        if (!node.IsCompressed) return new(root.StartOf(index), bytes);
        if (_scratch.Length < bytes) _scratch = new byte[bytes];
        Expand(node, _scratch.AsSpan(0, bytes));
        return _scratch.AsSpan(0, bytes);
    }

    /// <summary>A node's listpack for changing it in place, with all the room behind it. It must not be compressed.</summary>
    public static Span<byte> Writable(in QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        node.Kind &= ~NodeKind.Incompressible;
        return new(root.StartOf(index), node.Size - (index == 0 ? root.HeadGap : 0));
    }

    /// <summary>A node of one bare element.</summary>
    public ListNode MakePlain(ReadOnlySpan<byte> element)
    {
        byte* block = memory.Allocate(element.Length);
        element.CopyTo(new Span<byte>(block, element.Length));
        return new ListNode { Block = block, Size = element.Length, Count = 1, Kind = NodeKind.Plain };
    }

    /// <summary>A node with a copy of a listpack.</summary>
    public ListNode MakePacked(ReadOnlySpan<byte> listpack)
    {
        int size = MemoryHeap.UsableSizeOf(listpack.Length);
        byte* block = memory.Allocate(size);
        listpack.CopyTo(new Span<byte>(block, size));
        return new ListNode { Block = block, Size = size, Count = (ushort)Listpack.Count(listpack) };
    }

    /// <summary>A node of an empty listpack with room for <paramref name="bytes"/> more.</summary>
    public ListNode MakeEmpty(int bytes)
    {
        int size = MemoryHeap.UsableSizeOf(Math.Max(FirstBytes, Listpack.EmptyBytes + bytes));
        byte* block = memory.Allocate(size);
        Listpack.Initialize(new Span<byte>(block, size));
        return new ListNode { Block = block, Size = size };
    }

    /// <summary>Adds elements as they stand in another listpack to a node that is in no list yet and has room for them.</summary>
    public static void Append(in ListNode node, ReadOnlySpan<byte> encoded, int count)
    {
        var listpack = new Span<byte>(node.Block, node.Size);
        Listpack.InsertEncoded(listpack, Listpack.EndOf(listpack), encoded, count);
    }

    /// <summary>Gives a node's block back.</summary>
    public void Free(in ListNode node) => memory.Free(node.Block, node.Size);

    /// <summary>Writes a listpack's header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteHeader(byte* listpack, int bytes, int count)
    {
        Unsafe.WriteUnaligned(listpack, bytes);
        Unsafe.WriteUnaligned(listpack + sizeof(int), (ushort)count);
    }

    /// <summary>Makes room for <paramref name="more"/> bytes before (of the first node only) or behind a node's listpack.</summary>
    public void MakeRoom(ref QuicklistRoot root, int index, int more, bool front)
    {
        ref ListNode node = ref root[index];
        int bytes = Unsafe.ReadUnaligned<int>(root.StartOf(index));
        int size = node.Size;
        if (size - bytes < more)
        {
            int doubled = Math.Min(size * 2, NodeLimits.BytesMax(root.Fill));
            size = MemoryHeap.UsableSizeOf(Math.Max(bytes + more, doubled));
        }

        // Between two neighbours only the side that is asked for grows; a node that is both head and tail shares the room out.
        int free = size - bytes, gap = 0;
        if (index == 0)
        {
            bool isAlone = root.Length == 1;
            if (front) gap = isAlone ? Math.Max(more, free / 2) : free;
            else if (isAlone) gap = Math.Min(free - more, free / 2);
        }

        Place(ref root, index, size, gap, bytes);
    }

    /// <summary>After elements were removed: gives room back when little of the block is used.</summary>
    public void AfterRemoval(ref QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        int bytes = Unsafe.ReadUnaligned<int>(root.StartOf(index));
        if (node.Size <= FirstBytes * 2 || bytes > node.Size / SpareShare) return;
        int size = MemoryHeap.UsableSizeOf(bytes * 2);
        Place(ref root, index, size, index == 0 ? (size - bytes) / 2 : 0, bytes);
    }

    /// <summary>For a node that is no longer at the end of its list: no gap, and no room worth mentioning.</summary>
    public void Tighten(ref QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        if ((node.Kind & (NodeKind.Plain | NodeKind.Compressed)) != 0) return;
        int bytes = Unsafe.ReadUnaligned<int>(root.StartOf(index));
        int tight = MemoryHeap.UsableSizeOf(bytes);
        int size = tight < node.Size - (node.Size / SpareShare) ? tight : node.Size;
        if (size != node.Size || (index == 0 && root.HeadGap != 0)) Place(ref root, index, size, 0, bytes);
    }

    /// <summary>Compresses a node if that pays.</summary>
    public void Compress(ref QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        if ((node.Kind & (NodeKind.Compressed | NodeKind.Incompressible)) != 0) return;
        ReadOnlySpan<byte> content = Content(root, index);
        if (content.Length is < CompressedMin or > CompressedMax) return;
        int limit = content.Length - ImprovementMin - 1;
        if (_scratch.Length < limit) _scratch = new byte[limit];
        int length = (_compressor ??= new()).Compress(content, _scratch.AsSpan(0, limit));
        if (length == 0)
        {
            node.Kind |= NodeKind.Incompressible;
            return;
        }

        int size = CompressedHead + length;
        byte* block = memory.Allocate(size);
        Unsafe.WriteUnaligned(block, content.Length);
        _scratch.AsSpan(0, length).CopyTo(new Span<byte>(block + CompressedHead, length));
        Free(node);
        node.Block = block;
        node.Size = size;
        node.Kind |= NodeKind.Compressed;
    }

    /// <summary>Puts a node's content back as it was before compression.</summary>
    public void Decompress(ref QuicklistRoot root, int index)
    {
        ref ListNode node = ref root[index];
        if (!node.IsCompressed) return;
        int bytes = ContentBytes(root, index);
        int size = node.IsPlain ? bytes : MemoryHeap.UsableSizeOf(bytes);
        byte* block = memory.Allocate(size);
        Expand(node, new Span<byte>(block, bytes));
        Free(node);
        node.Block = block;
        node.Size = size;
        node.Kind &= ~NodeKind.Compressed;
    }

    /// <summary>A copy of a node for another list.</summary>
    public ListNode Copy(in QuicklistRoot root, int index)
    {
        ListNode node = root[index];
        if (!node.IsCompressed && !node.IsPlain) return MakePacked(Content(root, index)) with { Kind = node.Kind };
        byte* block = memory.Allocate(node.Size);
        new ReadOnlySpan<byte>(node.Block, node.Size).CopyTo(new Span<byte>(block, node.Size));
        return node with { Block = block };
    }

    private static void Expand(in ListNode node, Span<byte> to)
    {
        var compressed = new ReadOnlySpan<byte>(node.Block + CompressedHead, node.Size - CompressedHead);
        bool isWhole = Lzf.TryDecompress(compressed, to);
        Abstractions.Invariant.Check(isWhole, "a compressed list node does not decompress");
    }

    // Moves a listpack to another place in its block, or to another block.
    private void Place(ref QuicklistRoot root, int index, int size, int gap, int bytes)
    {
        ref ListNode node = ref root[index];
        byte* from = root.StartOf(index);
        if (size == node.Size)
        {
            Buffer.MemoryCopy(from, node.Block + gap, size - gap, bytes);
        }
        else
        {
            byte* block = memory.Allocate(size);
            Unsafe.CopyBlockUnaligned(block + gap, from, (uint)bytes);
            Free(node);
            node.Block = block;
            node.Size = size;
        }

        if (index == 0) root.HeadGap = gap;
    }
}
