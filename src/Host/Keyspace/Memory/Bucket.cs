using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>One cache line of the key table: 7 tags and a flags byte in one word, then 7 slots.</summary>
/// <remarks>
/// A tag is 0 (empty) or 0x80 and the hash's top 7 bits. A slot is a record's address with hash bits 10..25 in its top 16 bits. In a bucket
/// with <see cref="OverflowFlag"/> slot 6 is the address of the next bucket and tag 6 is 0, so no search ever matches it. Every bucket but
/// a chain's last is full, and an overflow bucket has at least two entries.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal unsafe struct Bucket
{
    /// <summary>Bytes of a bucket: one cache line.</summary>
    public const int Size = 64;

    /// <summary>Slots of a bucket.</summary>
    public const int Slots = 7;

    /// <summary>Slot 6 is the address of the next bucket of the chain.</summary>
    public const ulong OverflowFlag = 1ul << 56;

    /// <summary>On a chain's first bucket: the chain may hold records with expiry.</summary>
    public const ulong ExpiringFlag = 2ul << 56;

    /// <summary>Lowest hash bit that a slot remembers, and the number of them.</summary>
    public const int FirstSlotBit = 10, SlotBits = 16;

    private const int AddressBits = 48;
    private const ulong AddressMask = (1ul << AddressBits) - 1;
    private const ulong UsedBits = 0x0080_8080_8080_8080;
    private const ulong UsedBitsBeforeLast = 0x0000_8080_8080_8080;
    private const ulong TagsMask = (1ul << 56) - 1;

    public ulong Meta;
    private fixed ulong _slots[Slots];

    public readonly bool HasOverflow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Meta & OverflowFlag) != 0;
    }

    public readonly bool MayExpire
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Meta & ExpiringFlag) != 0;
    }

    /// <summary>The next bucket of the chain. Only where <see cref="HasOverflow"/>.</summary>
    public readonly Bucket* Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Bucket*)_slots[Slots - 1];
    }

    /// <summary>One bit (bit 7 of the tag's byte) for each entry of this bucket.</summary>
    public readonly ulong Used
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Meta & UsedBits;
    }

    /// <summary>Like <see cref="Used"/>, for each free slot.</summary>
    public readonly ulong Free
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ~Meta & (HasOverflow ? UsedBitsBeforeLast : UsedBits);
    }

    public readonly int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitOperations.PopCount(Used);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte TagOf(ulong hash) => (byte)((hash >> 57) | 0x80);

    /// <summary>A slot's content for a record with this hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pack(ulong hash, Record* record) => ((hash >> FirstSlotBit) << AddressBits) | (ulong)record;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Repack(ulong slot, Record* record) => (slot & ~AddressMask) | (ulong)record;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Record* RecordOf(ulong slot) => (Record*)(slot & AddressMask);

    /// <summary>Whether a slot's 16 remembered bits are those of the hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBe(ulong slot, ulong hash) => ((slot ^ (hash << (AddressBits - FirstSlotBit))) >> AddressBits) == 0;

    /// <summary>Hash bit <paramref name="level"/> of a slot; only the levels 10..25 are remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int HashBit(ulong slot, int level) => (int)(slot >> (AddressBits - FirstSlotBit + level)) & 1;

    /// <summary>Index of the lowest entry in a set of bits as <see cref="Used"/> gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First(ulong bits) => BitOperations.TrailingZeroCount(bits) >> 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Last(ulong bits) => BitOperations.Log2(bits) >> 3;

    /// <summary>One bit (bit 0..6) for each slot with this tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Match(byte tag) =>
        Vector128.Equals(Vector128.CreateScalar(Meta).AsByte(), Vector128.Create(tag)).ExtractMostSignificantBits() & 0x7F;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* SlotAt(int index) => (ulong*)Unsafe.AsPointer(ref _slots[index]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte TagAt(int index) => (byte)(Meta >> (index * 8));

    /// <summary>Fills a free slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(int index, byte tag, ulong slot)
    {
        Meta |= (ulong)tag << (index * 8);
        _slots[index] = slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear(int index) => Meta &= ~(0xFFul << (index * 8));

    /// <summary>
    /// Turns slot 6 of a full last bucket into the address of a fresh bucket that takes the displaced entry as its slot 0.
    /// </summary>
    public void Extend(Bucket* fresh)
    {
        fresh->Meta = TagAt(Slots - 1);
        *fresh->SlotAt(0) = _slots[Slots - 1];
        Clear(Slots - 1);
        Meta |= OverflowFlag;
        _slots[Slots - 1] = (ulong)fresh;
    }

    /// <summary>The reverse: takes the next bucket's single entry back. The next bucket is free afterwards.</summary>
    public void TakeBack()
    {
        Bucket* next = Next;
        int only = First(next->Used);
        Meta &= ~OverflowFlag;
        Put(Slots - 1, next->TagAt(only), *next->SlotAt(only));
    }

    /// <summary>
    /// Divides a bucket without overflow between itself and <paramref name="high"/> by one remembered hash bit, without a branch on it: the
    /// bit is random, and seven mispredicted branches would cost more than all the stores.
    /// </summary>
    public void SplitFlat(Bucket* high, int level)
    {
        ulong lowTags = 0, highTags = 0;
        int lowCount = 0, highCount = 0;
        int shift = AddressBits - FirstSlotBit + level;
        for (int i = 0; i < Slots; i++)
        {
            ulong tag = TagAt(i), slot = _slots[i];
            ulong used = tag >> 7, up = (slot >> shift) & used, stays = used ^ up;
            _slots[lowCount] = slot;
            *high->SlotAt(highCount) = slot;
            lowTags |= (tag & (0 - stays)) << (lowCount * 8);
            highTags |= (tag & (0 - up)) << (highCount * 8);
            lowCount += (int)stays;
            highCount += (int)up;
        }

        ulong flags = Meta & ~TagsMask;
        Meta = lowTags | flags;
        high->Meta = highTags | flags;
    }
}
