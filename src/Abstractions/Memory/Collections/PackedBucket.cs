using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// A bucket of a <see cref="PackedTable"/>, one block: a word with the number of items (10 bits) and their bytes (22), a tag per item, a
/// length byte per item, the items. Where an item begins is the sum of the lengths before it: one SIMD step per 32 items, and two bytes
/// per item less than offsets would cost.
/// </summary>
/// <remarks>
/// Length byte: bytes of the item in the bucket (0-127), bit 7: the item has a head byte. Without: the item is the key. With: the head is
/// the key's length * 2 + flag, then the key, the rest is the value; key length 127: the item is <see cref="ExternalItem"/>, its address
/// follows. There is no slack but the rounding of the block's size, which follows from the content alone.
/// </remarks>
internal static unsafe class PackedBucket
{
    public const int HeaderBytes = 4;
    public const int ItemBytesMax = 127;
    public const byte HasHead = 0x80;
    public const int ExternalBytes = 1 + sizeof(long);
    public const int ExternalKeyLength = 127;

    private const int CountBits = 10;
    private const uint CountMask = (1u << CountBits) - 1;

    // Reading 32 tags or lengths at once must stay inside the block. Two bytes an item and a byte of key are enough from 29 items on.
    private const int SmallestBlock = 64;

    // Finer than this, an item more or less would always mean another block; coarser costs memory.
    private const int Step = 32;

    private static readonly Vector256<sbyte> Positions = Vector256.Create(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, (sbyte)31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(byte* bucket) => (int)(*(uint*)bucket & CountMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ItemBytes(byte* bucket) => (int)(*(uint*)bucket >> CountBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Tags(byte* bucket) => bucket + HeaderBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Lengths(byte* bucket, int count) => bucket + HeaderBytes + count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Items(byte* bucket, int count) => bucket + HeaderBytes + (2 * count);

    /// <summary>Bytes of the block of a bucket with that content.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BlockSize(int count, int itemBytes)
    {
        int used = HeaderBytes + (2 * count) + itemBytes;
        return used <= SizeClasses.FineLimit ? Math.Max(SmallestBlock, (used + Step - 1) & -Step) : SizeClasses.UsableSize(used);
    }

    public static int BlockSize(byte* bucket) => BlockSize(Count(bucket), ItemBytes(bucket));

    /// <summary>The items among 32 from <paramref name="first"/> on that have the tag: one bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Matches(byte* bucket, int count, int first, byte tag)
    {
        uint hits = Vector256.Equals(Vector256.Load(Tags(bucket) + first), Vector256.Create(tag)).ExtractMostSignificantBits();
        int left = count - first;
        return left < 32 ? hits & ((1u << left) - 1) : hits;
    }

    /// <summary>Bytes of the items before the item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OffsetOf(byte* lengths, int index)
    {
        int offset = 0;
        for (int first = 0; first < index; first += 32)
        {
            Vector256<byte> some = Vector256.Load(lengths + first) & Vector256.Create((byte)ItemBytesMax);
            int left = index - first;
            if (left < 32) some &= Vector256.GreaterThan(Vector256.Create((sbyte)left), Positions).AsByte();
            offset += Sum(some);
        }

        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector256<byte> bytes)
    {
        if (Avx2.IsSupported)
        {
            return (int)Vector256.Sum(Avx2.SumAbsoluteDifferences(bytes, Vector256<byte>.Zero).AsUInt64());
        }

        (Vector256<ushort> lower, Vector256<ushort> upper) = Vector256.Widen(bytes);
        return Vector256.Sum(lower + upper);
    }

    public static byte* NewBlock(ref LinearDirectory directory, MemoryOwner memory, int count, int itemBytes)
    {
        byte* block = directory.Allocate(memory, BlockSize(count, itemBytes));
        SetHeader(block, count, itemBytes);
        return block;
    }

    /// <summary>Frees the block; items of their own are the caller's business.</summary>
    public static void FreeBlock(ref LinearDirectory directory, MemoryOwner memory, byte* bucket) =>
        directory.Free(memory, bucket, BlockSize(bucket));

    /// <summary>Adds an item at the end. Returns where its bytes are to be written.</summary>
    public static byte* Insert(ref LinearDirectory directory, MemoryOwner memory, uint index, byte tag, byte length)
    {
        ref byte* slot = ref directory.SlotAt(index);
        byte* old = slot;
        int added = length & ItemBytesMax;
        int count = 0, bytes = 0;
        byte* block;
        if (old == null)
        {
            slot = block = NewBlock(ref directory, memory, 1, added);
        }
        else
        {
            count = Count(old);
            bytes = ItemBytes(old);
            Invariant.Check(count < CountMask, "a bucket holds too many items: the hash is broken");
            int oldSize = BlockSize(count, bytes), newSize = BlockSize(count + 1, bytes + added);
            block = oldSize == newSize ? old : directory.Allocate(memory, newSize);
            Move(Items(old, count), Items(block, count + 1), bytes);
            Move(Lengths(old, count), Lengths(block, count + 1), count);
            if (block != old)
            {
                Move(Tags(old), Tags(block), count);
                directory.Free(memory, old, oldSize);
                slot = block;
            }

            SetHeader(block, count + 1, bytes + added);
        }

        Tags(block)[count] = tag;
        Lengths(block, count + 1)[count] = length;
        directory.NoteItems(index, (uint)count + 1);
        return Items(block, count + 1) + bytes;
    }

    /// <summary>Takes an item out. The bucket is null when it was the last one.</summary>
    public static void Remove(ref LinearDirectory directory, MemoryOwner memory, uint index, int item)
    {
        ref byte* slot = ref directory.SlotAt(index);
        byte* old = slot;
        int count = Count(old), bytes = ItemBytes(old), oldSize = BlockSize(count, bytes);
        if (count == 1)
        {
            slot = null;
            directory.Free(memory, old, oldSize);
            return;
        }

        byte* lengths = Lengths(old, count);
        int offset = OffsetOf(lengths, item), removed = lengths[item] & ItemBytesMax, after = offset + removed;
        int newSize = BlockSize(count - 1, bytes - removed);
        byte* block = oldSize == newSize ? old : directory.Allocate(memory, newSize);

        // Everything moves down or into another block: in ascending order nothing is overwritten before it has been read.
        if (block != old) Move(Tags(old), Tags(block), item);
        Move(Tags(old) + item + 1, Tags(block) + item, count - item - 1);
        byte* newLengths = Lengths(block, count - 1), newItems = Items(block, count - 1), items = Items(old, count);
        Move(lengths, newLengths, item);
        Move(lengths + item + 1, newLengths + item, count - item - 1);
        Move(items, newItems, offset);
        Move(items + after, newItems + offset, bytes - after);
        SetHeader(block, count - 1, bytes - removed);
        if (block == old) return;
        slot = block;
        directory.Free(memory, old, oldSize);
    }

    /// <summary>Changes an item's length byte. Returns where its bytes are to be written anew: they are not kept.</summary>
    public static byte* Resize(ref LinearDirectory directory, MemoryOwner memory, uint index, int item, byte length)
    {
        ref byte* slot = ref directory.SlotAt(index);
        byte* old = slot;
        int count = Count(old), bytes = ItemBytes(old), oldSize = BlockSize(count, bytes);
        byte* lengths = Lengths(old, count);
        int offset = OffsetOf(lengths, item), oldEnd = offset + (lengths[item] & ItemBytesMax), newEnd = offset + (length & ItemBytesMax);
        int newBytes = bytes + newEnd - oldEnd, newSize = BlockSize(count, newBytes);
        byte* items = Items(old, count);
        byte* block = old;
        if (oldSize != newSize)
        {
            block = directory.Allocate(memory, newSize);
            Move(Tags(old), Tags(block), (2 * count) + offset);
        }

        byte* newItems = Items(block, count);
        Move(items + oldEnd, newItems + newEnd, bytes - oldEnd);
        Lengths(block, count)[item] = length;
        SetHeader(block, count, newBytes);
        if (block != old)
        {
            slot = block;
            directory.Free(memory, old, oldSize);
        }

        return newItems + offset;
    }

    /// <summary>Appends the last bucket's items to the bucket that it came from and takes it away.</summary>
    public static void MergeLast(ref LinearDirectory directory, MemoryOwner memory)
    {
        uint last = directory.Buckets - 1, parent = directory.ParentOfLast;
        byte* upper = directory.BucketAt(last), lower = directory.BucketAt(parent);
        if (upper != null && lower != null)
        {
            int lowerCount = Count(lower), upperCount = Count(upper), lowerBytes = ItemBytes(lower), upperBytes = ItemBytes(upper);
            int count = lowerCount + upperCount;
            byte* block = NewBlock(ref directory, memory, count, lowerBytes + upperBytes);
            Move(Tags(lower), Tags(block), lowerCount);
            Move(Tags(upper), Tags(block) + lowerCount, upperCount);
            Move(Lengths(lower, lowerCount), Lengths(block, count), lowerCount);
            Move(Lengths(upper, upperCount), Lengths(block, count) + lowerCount, upperCount);
            Move(Items(lower, lowerCount), Items(block, count), lowerBytes);
            Move(Items(upper, upperCount), Items(block, count) + lowerBytes, upperBytes);
            FreeBlock(ref directory, memory, lower);
            FreeBlock(ref directory, memory, upper);
            lower = block;
        }
        else if (upper != null)
        {
            lower = upper;
        }

        directory.SlotAt(last) = null;
        directory.SlotAt(parent) = lower;
        directory.RemoveBucket(memory);
        if (lower != null) directory.NoteItems(parent, (uint)Count(lower));
    }

    /// <summary>Adds a bucket and moves the items to it that belong there.</summary>
    [SkipLocalsInit]
    public static void Split(ref LinearDirectory directory, MemoryOwner memory)
    {
        uint source = directory.NextToSplit;
        byte* old = directory.BucketAt(source);
        if (old == null)
        {
            directory.AddBucket(memory);
        }
        else
        {
            ulong* moves = stackalloc ulong[((int)CountMask + 1) / 64];
            int upperCount = Sort(old, directory.Buckets - source, moves, out int upperBytes);
            Distribute(ref directory, memory, source, moves, upperCount, upperBytes);
        }

        directory.NoteSplit();
    }

    // Finds the items that belong to the new bucket.
    private static int Sort(byte* bucket, uint bit, ulong* moves, out int bytes)
    {
        int count = Count(bucket), upper = 0;
        byte* lengths = Lengths(bucket, count), item = Items(bucket, count);
        bytes = 0;
        for (int first = 0; first < count; first += 64)
        {
            ulong word = 0;
            int end = Math.Min(64, count - first);
            for (int i = 0; i < end; i++)
            {
                byte length = lengths[first + i];
                int itemBytes = length & ItemBytesMax;
                uint moved = ((uint)HashOf(item, length) & bit) != 0 ? 1u : 0;
                word |= (ulong)moved << i;
                bytes += itemBytes & -(int)moved;
                item += itemBytes;
            }

            moves[first >> 6] = word;
            upper += BitOperations.PopCount(word);
        }

        return upper;
    }

    private static void Distribute(
        ref LinearDirectory directory, MemoryOwner memory, uint source, ulong* moves, int upperCount, int upperBytes)
    {
        uint target = directory.Buckets;
        byte* old = directory.BucketAt(source);
        int count = Count(old), lowerCount = count - upperCount, lowerBytes = ItemBytes(old) - upperBytes;
        byte* lower = lowerCount > 0 ? NewBlock(ref directory, memory, lowerCount, lowerBytes) : null;
        byte* upper = upperCount > 0 ? NewBlock(ref directory, memory, upperCount, upperBytes) : null;
        Writer toLower = new(lower, lowerCount), toUpper = new(upper, upperCount);
        byte* tags = Tags(old), lengths = Lengths(old, count), item = Items(old, count);
        for (int i = 0; i < count; i++)
        {
            if ((moves[i >> 6] >> (i & 63) & 1) != 0) toUpper.Append(tags[i], lengths[i], item);
            else toLower.Append(tags[i], lengths[i], item);
            item += lengths[i] & ItemBytesMax;
        }

        directory.AddBucket(memory);
        directory.SlotAt(source) = lower;
        directory.SlotAt(target) = upper;
        FreeBlock(ref directory, memory, old);
        directory.NoteItems(source, (uint)lowerCount);
        directory.NoteItems(target, (uint)upperCount);
    }

    private static ulong HashOf(byte* item, byte length)
    {
        if (length < HasHead) return KeyHash.Compute(item, length);
        int keyLength = item[0] >> 1;
        return keyLength == ExternalKeyLength ? ExternalItem.At(item)->Hash : KeyHash.Compute(item + 1, keyLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetHeader(byte* block, int count, int itemBytes) => *(uint*)block = (uint)itemBytes << CountBits | (uint)count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(byte* from, byte* to, int bytes) =>
        new ReadOnlySpan<byte>(from, bytes).CopyTo(new Span<byte>(to, bytes));

    private ref struct Writer(byte* block, int count)
    {
        private byte* _tag = Tags(block);
        private byte* _length = Lengths(block, count);
        private byte* _item = Items(block, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Append(byte tag, byte length, byte* item)
        {
            int bytes = length & ItemBytesMax;
            *_tag++ = tag;
            *_length++ = length;
            Move(item, _item, bytes);
            _item += bytes;
        }
    }
}

/// <summary>An item of any size in a block of its own: this head, the key, the value.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct ExternalItem
{
    public const int Bytes = 16;

    /// <summary>Kept so that a split does not have to read 512 MB.</summary>
    public ulong Hash;
    public int KeyLength;
    public int ValueLength;

    /// <summary>The item that an item in a bucket refers to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ExternalItem* At(byte* item) => *(ExternalItem**)(item + 1);

    public static long BlockSize(int keyLength, int valueLength) => (long)Bytes + keyLength + valueLength;

    public static byte* KeyOf(ExternalItem* item) => (byte*)item + Bytes;
}
