using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// A B+tree with counts, off-heap: items in the order of an unsigned 64-bit head and then of a byte string (its tail), each with a payload
/// of a fixed number of bytes. Sorted sets (head: the score, tail: the member), expiry queues (head: the time), pending entries and
/// nodes of streams (head: milliseconds, tail: the sequence number, big-endian).
/// </summary>
/// <remarks>
/// The struct is the root and stands in a record or in another block; it may be moved. Leaves are packed blocks that grow and shrink with
/// what is in them. Rank and position by rank are O(log n). A tree of up to one leaf costs that leaf only.
/// Cursors and items are valid until the next call that changes the tree.
/// </remarks>
public unsafe struct OrderedTree
{
    /// <summary>An empty tree; allocates nothing before the first item.</summary>
    /// <param name="payloadBytes">Bytes of payload per item, 0-64; the same for all items.</param>
    public static OrderedTree Create(int payloadBytes) => throw null!;

    /// <summary>Number of items. O(1).</summary>
    public readonly long Count => throw null!;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => throw null!;

    /// <summary>Number of blocks. O(1).</summary>
    public readonly long BlockCount => throw null!;

    /// <summary>Adds an item, or opens it where it exists. A new item's payload is zero.</summary>
    /// <param name="memory">Owner of the blocks; always the same one for a tree.</param>
    /// <param name="head">First key.</param>
    /// <param name="tail">Second key, compared as bytes. Must not point into this tree.</param>
    /// <param name="added">Whether it is new.</param>
    /// <returns>Where it stands; its payload may be written.</returns>
    public TreeCursor Put(MemoryOwner memory, ulong head, ReadOnlySpan<byte> tail, out bool added) => throw null!;

    /// <summary>Finds an item; an invalid cursor where there is none.</summary>
    public readonly TreeCursor Find(ulong head, ReadOnlySpan<byte> tail) => throw null!;

    /// <summary>The first item at or after (head, tail); invalid where there is none.</summary>
    public readonly TreeCursor Seek(ulong head, ReadOnlySpan<byte> tail) => throw null!;

    /// <summary>The item with that number of items before it; invalid when out of range.</summary>
    public readonly TreeCursor At(long rank) => throw null!;

    /// <summary>The first item; invalid when empty.</summary>
    public readonly TreeCursor First() => throw null!;

    /// <summary>The last item; invalid when empty.</summary>
    public readonly TreeCursor Last() => throw null!;

    /// <summary>Number of items before (head, tail), whether or not it exists.</summary>
    public readonly long RankOf(ulong head, ReadOnlySpan<byte> tail) => throw null!;

    /// <summary>Removes an item. False: there is none.</summary>
    public bool Remove(MemoryOwner memory, ulong head, ReadOnlySpan<byte> tail) => throw null!;

    /// <summary>Removes the item with that number of items before it (ZPOPMIN: 0). Cheaper than by key at both ends.</summary>
    public void RemoveAt(MemoryOwner memory, long rank) => throw null!;

    /// <summary>An independent copy.</summary>
    public readonly OrderedTree Clone(MemoryOwner memory) => throw null!;

    /// <summary>Frees all blocks and leaves an empty tree.</summary>
    public void Free(MemoryOwner memory) => throw null!;

    /// <summary>Frees about so many blocks of a tree that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks) => throw null!;

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks) => throw null!;
}

/// <summary>An item of an <see cref="OrderedTree"/> and a way to its neighbours. Valid until the next call that changes the tree.</summary>
public unsafe ref struct TreeCursor
{
    /// <summary>Whether it stands on an item.</summary>
    public readonly bool IsValid => throw null!;

    /// <summary>The item's head.</summary>
    public readonly ulong Head => throw null!;

    /// <summary>The item's tail.</summary>
    public readonly ReadOnlySpan<byte> Tail => throw null!;

    /// <summary>The item's payload, for reading and for changing in place.</summary>
    public readonly Span<byte> Payload => throw null!;

    /// <summary>Goes to the next item. False: there was none, the cursor is invalid now. O(1).</summary>
    public bool MoveNext() => throw null!;

    /// <summary>Goes to the item before. False: there was none, the cursor is invalid now. O(1).</summary>
    public bool MovePrevious() => throw null!;
}
