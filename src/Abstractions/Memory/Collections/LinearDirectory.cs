using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// The buckets of a linear hash table: numbers 0 … <see cref="Buckets"/> − 1, one added or taken away at a time. A bucket is a block that
/// the table knows how to read; null when nothing is in it. Counts all blocks of the table.
/// </summary>
/// <remarks>
/// One bucket: no directory. Up to 512: one segment of pointers that doubles. Beyond: a root array of segments. Capacities follow from the
/// number of buckets alone, so nothing but that number is kept; tables leave a gap between the counts at which they split and merge, so
/// that a doubling is never undone by the next removal.
/// </remarks>
internal unsafe struct LinearDirectory
{
    private const int SegmentShift = 9;
    private const uint SegmentBuckets = 1u << SegmentShift;
    private const uint SmallestCapacity = 8;

    private byte* _root;
    private long _usedBytes;
    private long _blocks;
    private uint _buckets;

    // No bucket with one more significant bit than the fewest holds more items than this, and no other more than twice as many: the bound
    // for choosing evenly by rejection.
    private uint _densest;

    public readonly uint Buckets
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _buckets;
    }

    /// <summary>Usable bytes of all blocks: the directory's own and those from <see cref="Allocate(MemoryOwner, int)"/>.</summary>
    public readonly long UsedBytes => _usedBytes;

    /// <summary>Number of all blocks.</summary>
    public readonly long Blocks => _blocks;

    /// <summary>The bucket for a hash. There must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint IndexOf(uint hash)
    {
        uint mask = FullMask(_buckets);
        uint index = hash & mask;
        return index < _buckets ? index : index & (mask >> 1);
    }

    /// <summary>The bucket for a hash, and its significant bits.</summary>
    public readonly uint IndexOf(uint hash, out uint mask)
    {
        uint low = LowestLevel;
        uint index = hash & (low - 1);
        mask = index < _buckets - low ? (low << 1) - 1 : low - 1;
        return hash & mask;
    }

    /// <summary>The bucket that the next one to be added takes its items from.</summary>
    public readonly uint NextToSplit => _buckets - LowestLevel;

    /// <summary>The bucket that the last one came from and goes back to. There must be two buckets at least.</summary>
    public readonly uint ParentOfLast => (_buckets - 1) & ~(1u << BitOperations.Log2(_buckets - 1));

    private readonly uint LowestLevel => 1u << BitOperations.Log2(_buckets);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* BucketAt(uint index)
    {
        if (_buckets > SegmentBuckets) return ((byte***)_root)[index >> SegmentShift][index & (SegmentBuckets - 1)];
        return _buckets > 1 ? ((byte**)_root)[index] : _root;
    }

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte* SlotAt(uint index)
    {
        if (_buckets > SegmentBuckets) return ref ((byte***)_root)[index >> SegmentShift][index & (SegmentBuckets - 1)];
        if (_buckets > 1) return ref ((byte**)_root)[index];
        return ref _root;
    }

    /// <summary>States how many items a bucket holds now, whenever there are more of them or it was split or merged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteItems(uint index, uint items)
    {
        if (items > _densest) NoteMany(index, items);
    }

    /// <summary>Chooses a bucket and a position in it, so that every item of the table is as likely as any other.</summary>
    /// <param name="word">Random bits.</param>
    /// <param name="position">The item's number; where the bucket has no such item, choose again with new bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Choose(ulong word, out uint position)
    {
        // A bucket that is not split yet is twice as likely, so twice as many positions are offered in it.
        uint index = IndexOf((uint)word, out uint mask);
        ulong positions = mask < LowestLevel ? _densest << 1 : _densest;
        position = (uint)((word >> 32) * positions >> 32);
        return index;
    }

    /// <summary>Adds an empty bucket at the end.</summary>
    public void AddBucket(MemoryOwner memory)
    {
        uint count = _buckets;
        if (count == 1) Descend(memory);
        else if (count is > 1 and < SegmentBuckets) ResizeRoot(memory, count, count + 1);
        else if (count == SegmentBuckets) Descend(memory);
        else if (count > 0 && (count & (SegmentBuckets - 1)) == 0) ResizeRoot(memory, count >> SegmentShift, (count >> SegmentShift) + 1);

        if (count >= SegmentBuckets && (count & (SegmentBuckets - 1)) == 0)
        {
            ((byte**)_root)[count >> SegmentShift] = Allocate(memory, (int)SegmentBuckets * sizeof(byte*));
        }

        _buckets = count + 1;
        SlotAt(count) = null;
    }

    /// <summary>To be called when the items of a split are where they belong.</summary>
    public void NoteSplit()
    {
        if (BitOperations.IsPow2(_buckets)) _densest = (_densest + 1) >> 1;
    }

    /// <summary>Takes the last bucket away. It must be empty (null).</summary>
    public void RemoveBucket(MemoryOwner memory)
    {
        if (BitOperations.IsPow2(_buckets)) _densest <<= 1;
        uint count = _buckets - 1;
        if (count >= SegmentBuckets && (count & (SegmentBuckets - 1)) == 0)
        {
            Free(memory, ((byte**)_root)[count >> SegmentShift], (int)SegmentBuckets * sizeof(byte*));
        }

        if (count is 1 or SegmentBuckets) Ascend(memory);
        else if (count is > 1 and < SegmentBuckets) ResizeRoot(memory, count + 1, count);
        else if (count > 0 && (count & (SegmentBuckets - 1)) == 0) ResizeRoot(memory, (count >> SegmentShift) + 1, count >> SegmentShift);

        _buckets = count;
        if (count == 0) _densest = 0;
    }

    /// <summary>As many buckets, all empty, in blocks of their own.</summary>
    public readonly LinearDirectory CloneEmpty(MemoryOwner memory)
    {
        LinearDirectory copy = default;
        while (copy._buckets < _buckets) copy.AddBucket(memory);
        copy._densest = _densest;
        return copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Allocate(MemoryOwner memory, int size)
    {
        byte* block = memory.Allocate(size);
        _usedBytes += SizeClasses.UsableSize(size);
        _blocks++;
        return block;
    }

    public byte* Allocate(MemoryOwner memory, long size)
    {
        byte* block = memory.Allocate(size);
        _usedBytes += SizeClasses.UsableSize(size);
        _blocks++;
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(MemoryOwner memory, byte* block, int size)
    {
        memory.Free(block, size);
        _usedBytes -= SizeClasses.UsableSize(size);
        _blocks--;
    }

    public void Free(MemoryOwner memory, byte* block, long size)
    {
        memory.Free(block, size);
        _usedBytes -= SizeClasses.UsableSize(size);
        _blocks--;
    }

    public byte* Reallocate(MemoryOwner memory, byte* block, long oldSize, long newSize)
    {
        byte* moved = memory.Reallocate(block, oldSize, newSize);
        _usedBytes += SizeClasses.UsableSize(newSize) - SizeClasses.UsableSize(oldSize);
        return moved;
    }

    /// <summary>Offers the directory's blocks that begin with bucket <paramref name="index"/> to the heap's defragmentation.</summary>
    public void DefragmentAt(MemoryOwner memory, uint index)
    {
        if (index == 0 && _buckets > 1)
        {
            memory.TryMove(ref _root);
        }

        if (_buckets > SegmentBuckets && (index & (SegmentBuckets - 1)) == 0)
        {
            memory.TryMove(ref ((byte**)_root)[index >> SegmentShift]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FullMask(uint buckets) => (uint)(uint.MaxValue * 1UL >> BitOperations.LeadingZeroCount(buckets - 1));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteMany(uint index, uint items)
    {
        uint low = LowestLevel;
        bool isSplit = index >= low || index < _buckets - low;
        _densest = Math.Max(_densest, isSplit ? items : (items + 1) >> 1);
    }

    // The root becomes the first of an array of its like.
    private void Descend(MemoryOwner memory)
    {
        byte** array = (byte**)Allocate(memory, CapacityBytes(1));
        array[0] = _root;
        _root = (byte*)array;
    }

    private void Ascend(MemoryOwner memory)
    {
        byte* first = ((byte**)_root)[0];
        Free(memory, _root, CapacityBytes(1));
        _root = first;
    }

    private void ResizeRoot(MemoryOwner memory, uint oldPointers, uint newPointers)
    {
        int oldSize = CapacityBytes(oldPointers), newSize = CapacityBytes(newPointers);
        if (oldSize != newSize) _root = Reallocate(memory, _root, oldSize, newSize);
    }

    private static int CapacityBytes(uint pointers) =>
        (int)BitOperations.RoundUpToPowerOf2(Math.Max(pointers, SmallestCapacity)) * sizeof(byte*);
}
