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

    /// <summary>
    /// Moves a block to a fuller page when that pays at present: for <see cref="DataType.Defragment"/>, which offers every block of a
    /// value and, after true, makes every pointer to it point to the new place.
    /// </summary>
    /// <param name="block">A live block of this owner; its new address after true, the content moved along and the old place freed.</param>
    /// <returns>False, in a few nanoseconds: the block stays where it is. Blocks above 16 KB never move.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMove(ref byte* block) => heap.TryMove(ref block);

    /// <inheritdoc cref="TryMove(ref byte*)"/>
    /// <param name="block">As above; spans of it are dead after true. The empty block stays.</param>
    public bool TryMove(ref MemoryBlock block)
    {
        byte* start = (byte*)block.Address;
        if (start == null || !heap.TryMove(ref start)) return false;
        block = new MemoryBlock(start, block.Length);
        return true;
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
