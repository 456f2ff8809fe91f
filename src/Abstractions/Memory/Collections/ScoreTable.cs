using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// From members to scores without the members: 32 bits of the member's hash and 8 bytes of score per item. The large sorted set keeps its
/// members in an <see cref="OrderedTree"/> only; this says where in it a member may stand. Several items may have the same hash: the
/// caller looks each candidate up in the tree.
/// </summary>
/// <remarks>Linear hashing over packed buckets as <see cref="PackedTable"/>: about 14 bytes per item.</remarks>
public unsafe struct ScoreTable
{
    /// <summary>An empty table; allocates nothing before the first item.</summary>
    public static ScoreTable Create() => throw null!;

    /// <summary>Number of items.</summary>
    public readonly long Count => throw null!;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => throw null!;

    /// <summary>Number of blocks. O(1).</summary>
    public readonly long BlockCount => throw null!;

    /// <summary>
    /// The next candidate for a hash; start with <paramref name="candidate"/> = 0. Usually there is none (absent) or one (present).
    /// </summary>
    /// <param name="hash">The member's hash (<see cref="KeyHash.Compute(ReadOnlySpan{byte})"/>).</param>
    /// <param name="candidate">Where the search stands.</param>
    /// <param name="score">The eight bytes given to <see cref="Add"/>.</param>
    /// <returns>False: no further candidate.</returns>
    public readonly bool Next(ulong hash, ref int candidate, out ulong score) => throw null!;

    /// <summary>Asks the processor for the bucket.</summary>
    public readonly void Prefetch(ulong hash) => throw null!;

    /// <summary>Adds an item; the caller knows that the member is new.</summary>
    public void Add(MemoryOwner memory, ulong hash, ulong score) => throw null!;

    /// <summary>Changes the score of an item with this hash and this score.</summary>
    public void Change(ulong hash, ulong oldScore, ulong newScore) => throw null!;

    /// <summary>Removes one item with this hash and this score. False: there is none.</summary>
    public bool Remove(MemoryOwner memory, ulong hash, ulong score) => throw null!;

    /// <summary>An independent copy.</summary>
    public readonly ScoreTable Clone(MemoryOwner memory) => throw null!;

    /// <summary>Frees all blocks and leaves an empty table.</summary>
    public void Free(MemoryOwner memory) => throw null!;

    /// <summary>Frees about so many blocks of a table that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks) => throw null!;

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks) => throw null!;
}
