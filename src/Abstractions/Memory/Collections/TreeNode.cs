using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// Header of a node of an <see cref="OrderedTree"/>, leaf or inner: one packed block without gaps,
/// <c>header | heads, 8 bytes each | payloads | ends of the tails, 2 bytes each | tails</c>.
/// </summary>
/// <remarks>
/// An inner node's items are its children: the key is a lower bound of the child's items and greater than all before it (the first
/// child's key is the least there is, whatever the node's own is), the payload is the child's address and the number of items below it.
/// All offsets follow from the number of items, so a node costs 8 bytes and the rounding of its block. Long tails stand in a block of
/// their own; their place holds the address and the length.
/// </remarks>
internal unsafe struct TreeNode
{
    /// <summary>A leaf's items. More make changes slower, fewer cost memory in the nodes above.</summary>
    public const int LeafItemsMax = 48;

    /// <summary>An inner node's children.</summary>
    public const int InnerItemsMax = 64;

    /// <summary>Bytes of a node.</summary>
    public const int BytesMax = 4096;

    /// <summary>Longer tails get a block of their own.</summary>
    public const int InlineTailMax = 512;

    /// <summary>Bytes of an inner node's payload.</summary>
    public const int ChildBytes = 16;

    private const int HeaderBytes = 8;
    private const int OuterBytes = 12;
    private const int OuterBit = 0x8000;
    private const int KeyBytes = 10;

    /// <summary>Items.</summary>
    public ushort Count;

    /// <summary>Bytes of the last part.</summary>
    public ushort TailBytes;

    /// <summary>Usable bytes of the block.</summary>
    public ushort Capacity;

    /// <summary>Bytes of payload per item.</summary>
    public byte Payload;

    /// <summary>0: a leaf.</summary>
    public byte Level;

    /// <summary>Bytes in use.</summary>
    public readonly int Bytes => HeaderBytes + Count * (KeyBytes + Payload) + TailBytes;

    /// <summary>The most items it may have.</summary>
    public readonly int ItemsMax => Level == 0 ? LeafItemsMax : InnerItemsMax;

    /// <summary>Bytes of an empty node.</summary>
    public static int EmptyBytes => HeaderBytes;

    /// <summary>Bytes that an item with a tail of this length adds.</summary>
    public static int ItemBytes(int payload, int tailLength) => KeyBytes + payload + InlineBytes(tailLength);

    public static int InlineBytes(int tailLength) => tailLength <= InlineTailMax ? tailLength : OuterBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* Heads(TreeNode* node) => (ulong*)(node + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* PayloadOf(TreeNode* node, int index) =>
        (byte*)(node + 1) + node->Count * 8 + index * node->Payload;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort* Ends(TreeNode* node) => (ushort*)((byte*)(node + 1) + node->Count * (8 + node->Payload));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Tails(TreeNode* node) => (byte*)(node + 1) + node->Count * (KeyBytes + node->Payload);

    /// <summary>The children of an inner node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TreeChild* Children(TreeNode* node) => (TreeChild*)(Heads(node) + node->Count);

    /// <summary>Where the tail's bytes (or the address of them) begin, counted from <see cref="Tails"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StartOf(TreeNode* node, int index) => index == 0 ? 0 : Ends(node)[index - 1] & ~OuterBit;

    public static bool IsOuter(TreeNode* node, int index) => (Ends(node)[index] & OuterBit) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> TailOf(TreeNode* node, int index)
    {
        int start = StartOf(node, index);
        int end = Ends(node)[index];
        byte* tail = Tails(node) + start;
        return (end & OuterBit) == 0 ? new ReadOnlySpan<byte>(tail, end - start) : OuterTail(tail);
    }

    /// <summary>The block of a long tail, and the place where its address stands.</summary>
    public static MemoryBlock OuterBlock(TreeNode* node, int index, out byte* place)
    {
        place = Tails(node) + StartOf(node, index);
        return MemoryBlock.FromAddress(Unsafe.ReadUnaligned<nint>(place), Unsafe.ReadUnaligned<int>(place + 8));
    }

    /// <summary>Number of items before the key; the key's own index where it is here.</summary>
    public static int LowerBound(TreeNode* node, ulong head, ReadOnlySpan<byte> tail, out bool found)
    {
        ulong* heads = Heads(node);
        int count = node->Count;
        int index = CountBelow(heads, count, head);
        found = false;
        return index == count || heads[index] != head ? index : AmongEqualHeads(node, index, tail, out found);
    }

    /// <summary>The child that has the key if any has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ChildFor(TreeNode* node, ulong head, ReadOnlySpan<byte> tail)
    {
        int index = LowerBound(node, head, tail, out bool found);
        return found || index == 0 ? index : index - 1;
    }

    /// <summary>Number of items below the node.</summary>
    public static long ItemsBelow(TreeNode* node)
    {
        if (node->Level == 0) return node->Count;
        return ItemsBefore(node, node->Count);
    }

    /// <summary>Number of items below the children before that one.</summary>
    public static long ItemsBefore(TreeNode* node, int child)
    {
        TreeChild* children = Children(node);
        long sum = 0;
        for (int i = 0; i < child; i++) sum += children[i].Items;
        return sum;
    }

    /// <summary>Asks the processor for a leaf's header and heads together, which would otherwise be waited for in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(TreeNode* node)
    {
        if (!Sse.IsSupported) return;
        byte* at = (byte*)node;
        for (int line = 0; line < 8; line++) Sse.Prefetch0(at + line * 64);
    }

    /// <summary>Copies the node with room for an item at <paramref name="index"/>; source and target may be the same.</summary>
    /// <param name="from">The node.</param>
    /// <param name="to">Room for it and the item; its capacity is not changed.</param>
    /// <param name="index">Where the new item will stand.</param>
    /// <param name="head">Its head.</param>
    /// <param name="inlineBytes">Bytes of its tail here.</param>
    /// <param name="outer">Whether those are an address.</param>
    /// <returns>Where its tail's bytes belong.</returns>
    public static byte* OpenGap(TreeNode* from, TreeNode* to, int index, ulong head, int inlineBytes, bool outer)
    {
        int payload = from->Payload;
        int after = from->Count - index;
        int start = StartOf(from, index);
        byte* tails = Tails(from);
        byte* ends = (byte*)Ends(from);
        byte* payloads = PayloadOf(from, 0);
        byte* heads = (byte*)Heads(from);
        long shift = (byte*)to - (byte*)from;
        int rest = from->TailBytes - start;

        // From the back to the front: every part moves up.
        Copy(tails + start, tails + start + shift + KeyBytes + payload + inlineBytes, rest);
        Copy(ends + index * 2, ends + index * 2 + shift + KeyBytes + payload, after * 2 + start);
        Copy(payloads + index * payload, payloads + index * payload + shift + 8 + payload, after * payload + index * 2);
        Copy(heads + index * 8, heads + index * 8 + shift + 8, after * 8 + index * payload);
        if (shift != 0) Copy(heads, heads + shift, index * 8);

        to->Count = (ushort)(index + after + 1);
        to->TailBytes = (ushort)(start + rest + inlineBytes);
        Heads(to)[index] = head;
        ushort* toEnds = Ends(to);
        toEnds[index] = (ushort)((start + inlineBytes) | (outer ? OuterBit : 0));
        AddToEnds(toEnds, index + 1, index + 1 + after, inlineBytes);
        return Tails(to) + start;
    }

    /// <summary>Takes items out, in place. Blocks of long tails are the caller's business.</summary>
    public static void Cut(TreeNode* node, int index, int count)
    {
        int payload = node->Payload;
        int after = node->Count - index - count;
        int start = StartOf(node, index);
        int end = StartOf(node, index + count);
        int rest = node->TailBytes - end;
        byte* tails = Tails(node);
        byte* ends = (byte*)Ends(node);
        byte* payloads = PayloadOf(node, 0);
        byte* heads = (byte*)Heads(node);
        AddToEnds((ushort*)ends, index + count, index + count + after, start - end);

        // From the front to the back: every part moves down.
        Copy(heads + (index + count) * 8, heads + index * 8, after * 8 + index * payload);
        byte* from = payloads + (index + count) * payload;
        Copy(from, from - (8 + payload) * count, after * payload + index * 2);
        from = ends + (index + count) * 2;
        Copy(from, from - (KeyBytes + payload) * count, after * 2 + start);
        from = tails + end;
        Copy(from, from - (KeyBytes + payload) * count - (end - start), rest);
        node->Count = (ushort)(index + after);
        node->TailBytes = (ushort)(start + rest);
    }

    /// <summary>Copies items behind those of a node that has room for them.</summary>
    public static void Append(TreeNode* to, TreeNode* from, int index, int count)
    {
        int old = to->Count;
        int payload = to->Payload;
        int oldBytes = to->TailBytes;
        int start = StartOf(from, index);
        int bytes = StartOf(from, index + count) - start;
        byte* ends = (byte*)Ends(to);
        byte* tails = Tails(to);
        byte* payloads = PayloadOf(to, 0);
        Copy(tails, tails + (KeyBytes + payload) * count, oldBytes);
        Copy(ends, ends + (8 + payload) * count, old * 2);
        Copy(payloads, payloads + 8 * count, old * payload);

        to->Count = (ushort)(old + count);
        to->TailBytes = (ushort)(oldBytes + bytes);
        Copy((byte*)(Heads(from) + index), (byte*)(Heads(to) + old), count * 8);
        Copy(PayloadOf(from, index), PayloadOf(to, old), count * payload);
        Copy((byte*)(Ends(from) + index), (byte*)(Ends(to) + old), count * 2);
        Copy(Tails(from) + start, Tails(to) + oldBytes, bytes);
        AddToEnds(Ends(to), old, old + count, oldBytes - start);
    }

    /// <summary>Bytes of a node with only those items.</summary>
    public static int BytesOf(TreeNode* node, int index, int count) =>
        HeaderBytes + count * (KeyBytes + node->Payload) + StartOf(node, index + count) - StartOf(node, index);

    private static int AmongEqualHeads(TreeNode* node, int low, ReadOnlySpan<byte> tail, out bool found)
    {
        ulong* heads = Heads(node);
        ulong head = heads[low];
        int high = low + 1;
        if (high < node->Count && heads[high] == head)
        {
            high = head == ulong.MaxValue ? node->Count : CountBelow(heads, node->Count, head + 1);
        }

        while (low < high)
        {
            int middle = (low + high) >> 1;
            int order = TailOf(node, middle).SequenceCompareTo(tail);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0) low = middle + 1;
            else high = middle;
        }

        found = false;
        return low;
    }

    /// <summary>Looks at all heads: their cache lines come together then; a binary search would wait for one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountBelow(ulong* heads, int count, ulong head)
    {
        int i = 0;
        int below = 0;
        if (Vector256.IsHardwareAccelerated && count >= 4)
        {
            Vector256<long> sign = Vector256.Create(long.MinValue);
            Vector256<long> key = Vector256.Create((long)head) ^ sign;
            Vector256<long> sum = Vector256<long>.Zero;
            for (; i <= count - 4; i += 4) sum -= Vector256.LessThan(Vector256.Load((long*)heads + i) ^ sign, key);
            below = (int)Vector256.Sum(sum);
        }

        for (; i < count; i++) below += heads[i] < head ? 1 : 0;
        return below;
    }

    private static void AddToEnds(ushort* ends, int from, int to, int add)
    {
        // The mark of a long tail in the upper bit survives: the sums stay below it.
        int i = from;
        Vector128<ushort> all = Vector128.Create((ushort)add);
        for (; i <= to - 8; i += 8) (Vector128.Load(ends + i) + all).Store(ends + i);
        for (; i < to; i++) ends[i] = (ushort)(ends[i] + add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* from, byte* to, int count) => new ReadOnlySpan<byte>(from, count).CopyTo(new Span<byte>(to, count));

    private static ReadOnlySpan<byte> OuterTail(byte* place) =>
        new((void*)Unsafe.ReadUnaligned<nint>(place), Unsafe.ReadUnaligned<int>(place + 8));
}

/// <summary>What an inner node's payload is.</summary>
internal unsafe struct TreeChild
{
    public TreeNode* Node;

    public long Items;
}
