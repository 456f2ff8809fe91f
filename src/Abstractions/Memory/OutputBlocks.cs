using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>A piece of a reply: header in managed memory, bytes off-heap.</summary>
internal sealed unsafe class OutputBlock
{
    public byte* Bytes;

    /// <summary>Its size; of a reference to a shared one what it refers to.</summary>
    public int Capacity;

    public int Length;
    public int Sent;
    public OutputBlock? Next;

    /// <summary>Whose bytes these are, when they are not the block's own.</summary>
    public SharedBlock? Shared;
}

/// <summary>Blocks for replies, reused last in first out so that the next reply lands in cached memory. One per loop.</summary>
internal sealed unsafe class OutputBlocks
{
    /// <summary>Size of an ordinary block.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>Ordinary blocks kept for reuse; more are given back.</summary>
    private const int KeptMax = 1024;

    private OutputBlock? _free;
    private OutputBlock? _freeHeaders;
    private int _kept;

    /// <summary>Bytes of all blocks in use or kept.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Bytes of those in use.</summary>
    public long UsedBytes => AllocatedBytes - ((long)_kept * BlockBytes);

    /// <summary>A block of at least <paramref name="size"/> bytes.</summary>
    public OutputBlock Rent(int size)
    {
        if (size <= BlockBytes && _free is { } block)
        {
            _free = block.Next;
            _kept--;
            block.Next = null;
            block.Length = block.Sent = 0;
            return block;
        }

        int capacity = Math.Max(size, BlockBytes);
        AllocatedBytes += capacity;
        return new OutputBlock { Bytes = (byte*)NativeMemory.Alloc((nuint)capacity), Capacity = capacity };
    }

    /// <summary>A block that stands for bytes of a shared one, from <paramref name="start"/> on.</summary>
    public OutputBlock Refer(SharedBlock shared, byte* start)
    {
        OutputBlock block = _freeHeaders ?? new OutputBlock();
        _freeHeaders = block.Next;
        block.Next = null;
        block.Length = block.Sent = block.Capacity = 0;
        block.Bytes = start;
        block.Shared = shared;
        shared.References++;
        return block;
    }

    private void EndReference(OutputBlock block, SharedBlock shared)
    {
        block.Shared = null;
        block.Bytes = null;
        block.Next = _freeHeaders;
        _freeHeaders = block;
        shared.Release();
    }

    /// <summary>Takes a block back.</summary>
    public void Return(OutputBlock block)
    {
        if (block.Shared is { } shared)
        {
            EndReference(block, shared);
            return;
        }

        if (block.Capacity != BlockBytes || _kept >= KeptMax)
        {
            AllocatedBytes -= block.Capacity;
            NativeMemory.Free(block.Bytes);
            block.Bytes = null;
            return;
        }

        block.Next = _free;
        _free = block;
        _kept++;
    }
}
