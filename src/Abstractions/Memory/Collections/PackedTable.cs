using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// A hash table of byte strings, each with an optional value, off-heap: the large form of hashes and sets. The struct itself is the root
/// and stands in the key's record (<see cref="Entry.Structure{T}"/>); it may be moved, everything else is in blocks of the owner.
/// </summary>
/// <remarks>
/// Linear hashing: each insertion splits at most one bucket and each removal merges at most one, so no operation is ever in proportion to
/// the number of items. A bucket is one packed block: tags, offsets, items. Items above a size limit have a block of their own.
/// Items found are valid until the next call that changes the table.
/// </remarks>
public unsafe struct PackedTable
{
    /// <summary>An empty table; allocates nothing before the first item.</summary>
    public static PackedTable Create() => throw null!;

    /// <summary>Number of items. O(1).</summary>
    public readonly long Count => throw null!;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => throw null!;

    /// <summary>Number of blocks, items of their own included: the effort of freeing it. O(1).</summary>
    public readonly long BlockCount => throw null!;

    /// <summary>Finds an item.</summary>
    public readonly TableItem Find(ReadOnlySpan<byte> key) => throw null!;

    /// <summary>Finds an item by a hash computed before (<see cref="KeyHash.Compute(ReadOnlySpan{byte})"/>): one hash, many tables.</summary>
    public readonly TableItem Find(ReadOnlySpan<byte> key, ulong hash) => throw null!;

    /// <summary>Asks the processor for the bucket that <see cref="Find(ReadOnlySpan{byte}, ulong)"/> will look at.</summary>
    public readonly void Prefetch(ulong hash) => throw null!;

    /// <summary>
    /// Adds the key, or opens it, with a value of <paramref name="valueLength"/> bytes. The value's bytes are not initialised for a new
    /// item; for an old one they stay where the length stays the same, and are not initialised otherwise.
    /// </summary>
    /// <param name="memory">Owner of the blocks; always the same one for a table.</param>
    /// <param name="key">The key. Must not point into this table.</param>
    /// <param name="valueLength">Bytes; 0 for sets.</param>
    /// <param name="flag">The item's mark (<see cref="TableItem.Flag"/>); replaces the old one.</param>
    /// <param name="added">Whether the key is new.</param>
    public TableItem Put(MemoryOwner memory, ReadOnlySpan<byte> key, int valueLength, bool flag, out bool added) => throw null!;

    /// <summary>Adds a key without value. False: it was there. The short way for sets.</summary>
    public bool Add(MemoryOwner memory, ReadOnlySpan<byte> key) => throw null!;

    /// <summary>Removes an item that was just found. False only for a missing one.</summary>
    public bool Remove(MemoryOwner memory, TableItem item) => throw null!;

    /// <summary>Removes a key. False: there is none.</summary>
    public bool Remove(MemoryOwner memory, ReadOnlySpan<byte> key) => throw null!;

    /// <summary>An item chosen uniformly at random; missing when empty.</summary>
    public readonly TableItem Random(IRandom random) => throw null!;

    /// <summary>
    /// Visits the items of some buckets from a cursor on (SSCAN, HSCAN). What is present from the first call to the last is visited at
    /// least once, whatever is added and removed between the calls.
    /// </summary>
    /// <returns>The cursor to go on with; 0: done.</returns>
    public readonly ulong Scan<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : ITableVisitor, allows ref struct => throw null!;

    /// <summary>Goes to the next item of an enumeration; start with a default walk. The table must not change meanwhile.</summary>
    public readonly bool Next(ref TableWalk walk, out TableItem item) => throw null!;

    /// <summary>An independent copy.</summary>
    public readonly PackedTable Clone(MemoryOwner memory) => throw null!;

    /// <summary>Frees all blocks and leaves an empty table.</summary>
    public void Free(MemoryOwner memory) => throw null!;

    /// <summary>Frees about so many blocks of a table that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks) => throw null!;

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks) => throw null!;
}

/// <summary>An item of a <see cref="PackedTable"/>. Valid until the next call that changes the table.</summary>
public readonly unsafe ref struct TableItem
{
    /// <summary>Whether there is no such item.</summary>
    public bool IsMissing => throw null!;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => throw null!;

    /// <summary>The value's bytes, for reading and for changing in place.</summary>
    public Span<byte> Value => throw null!;

    /// <summary>A mark that belongs to the type (hashes: the value begins with the field's expiry).</summary>
    public bool Flag => throw null!;
}

/// <summary>Where an enumeration of a table stands; 16 bytes, default: at the start.</summary>
public struct TableWalk
{
    internal long Bucket;
    internal int Item;
}

/// <summary>Receives the items of <see cref="PackedTable.Scan"/>.</summary>
public interface ITableVisitor
{
    /// <summary>One item. Borrowed for this call; the table must not be changed.</summary>
    void Visit(TableItem item);
}
