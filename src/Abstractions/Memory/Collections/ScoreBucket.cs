using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>A bucket of a <see cref="ScoreTable"/>, one block: the number of items, 32 bits of hash each, 8 bytes of score each.</summary>
internal static unsafe class ScoreBucket
{
    private const int HeaderBytes = 4;
    private const int ItemBytes = sizeof(uint) + sizeof(ulong);

    // The hash broken beyond this; a bucket of 24 on average has no 200.
    private const int CountMax = 65535;

    // Reading eight hashes at once must stay inside the block; from three items on it does by itself.
    private const int SmallestBlock = HeaderBytes + 32 + 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(byte* bucket) => *(int*)bucket;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint* Hashes(byte* bucket) => (uint*)(bucket + HeaderBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* Scores(byte* bucket, int count) => (ulong*)(bucket + HeaderBytes + (count * sizeof(uint)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BlockSize(int count) => SizeClasses.UsableSize(Math.Max(SmallestBlock, HeaderBytes + (count * ItemBytes)));

    /// <summary>The first item with the hash from <paramref name="first"/> on; -1: none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(byte* bucket, uint hash, int first)
    {
        int count = Count(bucket);
        Vector256<uint> wanted = Vector256.Create(hash);
        for (int i = first & ~7; i < count; i += 8)
        {
            uint hits = Vector256.Equals(Vector256.Load(Hashes(bucket) + i), wanted).ExtractMostSignificantBits();
            if (i < first) hits &= uint.MaxValue << (first - i);
            if (hits == 0) continue;
            int index = i + BitOperations.TrailingZeroCount(hits);
            return index < count ? index : -1;
        }

        return -1;
    }

    public static void FreeBlock(ref LinearDirectory directory, MemoryOwner memory, byte* bucket) =>
        directory.Free(memory, bucket, BlockSize(Count(bucket)));

    public static void Insert(ref LinearDirectory directory, MemoryOwner memory, uint hash, ulong score)
    {
        uint index = directory.IndexOf(hash);
        ref byte* slot = ref directory.SlotAt(index);
        byte* old = slot;
        int count = old == null ? 0 : Count(old);
        Invariant.Check(count < CountMax, "a bucket holds too many items: the hash is broken");
        int newSize = BlockSize(count + 1);
        byte* block = old != null && BlockSize(count) == newSize ? old : directory.Allocate(memory, newSize);
        if (old != null)
        {
            Move((byte*)Scores(old, count), (byte*)Scores(block, count + 1), count * sizeof(ulong));
            if (block != old)
            {
                Move((byte*)Hashes(old), (byte*)Hashes(block), count * sizeof(uint));
                FreeBlock(ref directory, memory, old);
            }
        }

        slot = block;
        *(int*)block = count + 1;
        Hashes(block)[count] = hash;
        Scores(block, count + 1)[count] = score;
    }

    public static void Remove(ref LinearDirectory directory, MemoryOwner memory, uint index, int item)
    {
        ref byte* slot = ref directory.SlotAt(index);
        byte* old = slot;
        int count = Count(old), last = count - 1;
        if (last == 0)
        {
            FreeBlock(ref directory, memory, old);
            slot = null;
            return;
        }

        // The last item takes the place of the one that goes; then both arrays are one shorter.
        Hashes(old)[item] = Hashes(old)[last];
        Scores(old, count)[item] = Scores(old, count)[last];
        int oldSize = BlockSize(count), newSize = BlockSize(last);
        byte* block = oldSize == newSize ? old : directory.Allocate(memory, newSize);
        if (block != old) Move((byte*)Hashes(old), (byte*)Hashes(block), last * sizeof(uint));
        Move((byte*)Scores(old, count), (byte*)Scores(block, last), last * sizeof(ulong));
        *(int*)block = last;
        if (block == old) return;
        slot = block;
        directory.Free(memory, old, oldSize);
    }

    public static void MergeLast(ref LinearDirectory directory, MemoryOwner memory)
    {
        uint last = directory.Buckets - 1, parent = directory.ParentOfLast;
        byte* upper = directory.BucketAt(last), lower = directory.BucketAt(parent);
        if (upper != null && lower != null)
        {
            int lowerCount = Count(lower), upperCount = Count(upper), count = lowerCount + upperCount;
            byte* block = directory.Allocate(memory, BlockSize(count));
            *(int*)block = count;
            Move((byte*)Hashes(lower), (byte*)Hashes(block), lowerCount * sizeof(uint));
            Move((byte*)Hashes(upper), (byte*)(Hashes(block) + lowerCount), upperCount * sizeof(uint));
            Move((byte*)Scores(lower, lowerCount), (byte*)Scores(block, count), lowerCount * sizeof(ulong));
            Move((byte*)Scores(upper, upperCount), (byte*)(Scores(block, count) + lowerCount), upperCount * sizeof(ulong));
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
    }

    public static void Split(ref LinearDirectory directory, MemoryOwner memory)
    {
        uint source = directory.NextToSplit, target = directory.Buckets, bit = target - source;
        byte* old = directory.BucketAt(source), lower = null, upper = null;
        if (old != null)
        {
            int count = Count(old), upperCount = 0;
            for (int i = 0; i < count; i++) upperCount += (Hashes(old)[i] & bit) != 0 ? 1 : 0;
            lower = New(ref directory, memory, count - upperCount);
            upper = New(ref directory, memory, upperCount);
            int toLower = 0, toUpper = 0;
            for (int i = 0; i < count; i++)
            {
                bool moves = (Hashes(old)[i] & bit) != 0;
                byte* block = moves ? upper : lower;
                int at = moves ? toUpper++ : toLower++;
                Hashes(block)[at] = Hashes(old)[i];
                Scores(block, Count(block))[at] = Scores(old, count)[i];
            }
        }

        directory.AddBucket(memory);
        if (old != null) FreeBlock(ref directory, memory, old);
        directory.SlotAt(source) = lower;
        directory.SlotAt(target) = upper;
    }

    private static byte* New(ref LinearDirectory directory, MemoryOwner memory, int count)
    {
        if (count == 0) return null;
        byte* block = directory.Allocate(memory, BlockSize(count));
        *(int*)block = count;
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(byte* from, byte* to, int bytes) => new ReadOnlySpan<byte>(from, bytes).CopyTo(new Span<byte>(to, bytes));
}
