using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>One module's account with a heap: every block it allocates here is counted to it, exactly.</summary>
/// <remarks>Loop thread only, as the heap. A block must be freed by the owner that allocated it; the heap outlives its owners.</remarks>
public sealed unsafe class MemoryOwner(string name, MemoryHeap heap)
{
    /// <summary>The module's name, as in INFO.</summary>
    public string Name { get; } = name;

    /// <summary>Usable bytes of the owner's live blocks.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The owner's live blocks.</summary>
    public long Blocks { get; private set; }

    /// <inheritdoc cref="MemoryHeap.Allocate(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Allocate(int size)
    {
        byte* block = heap.Allocate(size);
        UsedBytes += SizeClasses.UsableSize(size);
        Blocks++;
        return block;
    }

    /// <inheritdoc cref="MemoryHeap.Allocate(int)"/>
    public byte* Allocate(long size)
    {
        byte* block = heap.Allocate(size);
        UsedBytes += SizeClasses.UsableSize(size);
        Blocks++;
        return block;
    }

    /// <inheritdoc cref="MemoryHeap.Free(byte*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(byte* block, int size)
    {
        heap.Free(block, size);
        UsedBytes -= SizeClasses.UsableSize(size);
        Blocks--;
    }

    /// <inheritdoc cref="MemoryHeap.Free(byte*, int)"/>
    public void Free(byte* block, long size)
    {
        heap.Free(block, size);
        UsedBytes -= SizeClasses.UsableSize(size);
        Blocks--;
    }

    /// <inheritdoc cref="MemoryHeap.Reallocate"/>
    public byte* Reallocate(byte* block, long oldSize, long newSize)
    {
        byte* moved = heap.Reallocate(block, oldSize, newSize);
        UsedBytes += SizeClasses.UsableSize(newSize) - SizeClasses.UsableSize(oldSize);
        return moved;
    }

    /// <summary>A block of <paramref name="length"/> bytes, uninitialised; to be given to <see cref="FreeBlock"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system refused.</exception>
    public MemoryBlock AllocateBlock(int length) => new(Allocate(length), length);

    /// <summary>Frees a block of this owner; the empty block is ignored.</summary>
    public void FreeBlock(MemoryBlock block)
    {
        if (!block.IsEmpty) Free((byte*)block.Address, block.Length);
    }

    /// <summary>Resizes a block of this owner, content kept up to the smaller length. The old value and its spans are dead.</summary>
    /// <exception cref="OutOfMemoryException">The system refused; the block is as it was.</exception>
    public MemoryBlock ResizeBlock(MemoryBlock block, int length) =>
        block.IsEmpty ? AllocateBlock(length) : new(Reallocate((byte*)block.Address, block.Length, length), length);

    /// <summary>Sets the account to zero after the whole heap was detached: the owner's blocks went with it.</summary>
    public void ForgetAll() => UsedBytes = Blocks = 0;
}
