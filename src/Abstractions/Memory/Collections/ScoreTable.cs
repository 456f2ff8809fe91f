using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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
    private const int LoadMax = 14;
    private const int LoadMin = 9;

    private LinearDirectory _directory;
    private long _count;

    /// <summary>An empty table; allocates nothing before the first item.</summary>
    public static ScoreTable Create() => default;

    /// <summary>Number of items.</summary>
    public readonly long Count => _count;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => _directory.UsedBytes;

    /// <summary>Number of blocks. O(1).</summary>
    public readonly long BlockCount => _directory.Blocks;

    /// <summary>
    /// The next candidate for a hash; start with <paramref name="candidate"/> = 0. Usually there is none (absent) or one (present).
    /// </summary>
    /// <param name="hash">The member's hash (<see cref="KeyHash.Compute(ReadOnlySpan{byte})"/>).</param>
    /// <param name="candidate">Where the search stands.</param>
    /// <param name="score">The eight bytes given to <see cref="Add"/>.</param>
    /// <returns>False: no further candidate.</returns>
    public readonly bool Next(ulong hash, ref int candidate, out ulong score)
    {
        score = 0;
        if (_count == 0) return false;
        byte* bucket = _directory.BucketAt(_directory.IndexOf((uint)hash));
        if (bucket == null) return false;
        int index = ScoreBucket.IndexOf(bucket, (uint)hash, candidate);
        if (index < 0) return false;
        candidate = index + 1;
        score = ScoreBucket.Scores(bucket, ScoreBucket.Count(bucket))[index];
        return true;
    }

    /// <summary>Asks the processor for the bucket.</summary>
    public readonly void Prefetch(ulong hash)
    {
        if (!Sse.IsSupported || _count == 0) return;
        byte* bucket = _directory.BucketAt(_directory.IndexOf((uint)hash));
        if (bucket == null) return;
        Sse.Prefetch0(bucket);
        Sse.Prefetch0(bucket + 64);
        Sse.Prefetch0(bucket + 128);
    }

    /// <summary>Adds an item; the caller knows that the member is new.</summary>
    public void Add(MemoryOwner memory, ulong hash, ulong score)
    {
        if (_count >= _directory.Buckets * (long)LoadMax)
        {
            if (_directory.Buckets == 0) _directory.AddBucket(memory);
            else ScoreBucket.Split(ref _directory, memory);
        }

        ScoreBucket.Insert(ref _directory, memory, (uint)hash, score);
        _count++;
    }

    /// <summary>Changes the score of an item with this hash and this score.</summary>
    public void Change(ulong hash, ulong oldScore, ulong newScore)
    {
        int index = Locate(hash, oldScore, out byte* bucket);
        Invariant.Check(index >= 0, "the score to be changed is not in the table");
        ScoreBucket.Scores(bucket, ScoreBucket.Count(bucket))[index] = newScore;
    }

    /// <summary>Removes one item with this hash and this score. False: there is none.</summary>
    public bool Remove(MemoryOwner memory, ulong hash, ulong score)
    {
        int index = Locate(hash, score, out _);
        if (index < 0) return false;
        ScoreBucket.Remove(ref _directory, memory, _directory.IndexOf((uint)hash), index);
        _count--;
        if (_count == 0)
        {
            while (_directory.Buckets > 0) _directory.RemoveBucket(memory);
        }
        else if (_count < (_directory.Buckets - 1L) * LoadMin)
        {
            ScoreBucket.MergeLast(ref _directory, memory);
        }

        return true;
    }

    /// <summary>
    /// Visits the items of a bucket from a cursor on (ZSCAN). What is present from the first call to the last is visited at least once,
    /// whatever is added, changed and removed between the calls.
    /// </summary>
    /// <returns>The cursor to go on with; 0: done.</returns>
    public readonly ulong Scan<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : IScoreTableVisitor, allows ref struct
    {
        if (_count == 0) return 0;
        byte* bucket = _directory.BucketAt(_directory.IndexOf((uint)cursor, out uint mask));
        int count = bucket == null ? 0 : ScoreBucket.Count(bucket);
        for (int i = 0; i < count; i++) visitor.Visit(ScoreBucket.Hashes(bucket)[i], ScoreBucket.Scores(bucket, count)[i]);
        return ScanCursor.Next(cursor, mask);
    }

    /// <summary>An independent copy.</summary>
    public readonly ScoreTable Clone(MemoryOwner memory)
    {
        ScoreTable copy = default;
        copy._directory = _directory.CloneEmpty(memory);
        copy._count = _count;
        for (uint index = 0; index < _directory.Buckets; index++)
        {
            byte* bucket = _directory.BucketAt(index);
            if (bucket == null) continue;
            int size = ScoreBucket.BlockSize(ScoreBucket.Count(bucket));
            byte* block = copy._directory.Allocate(memory, size);
            Buffer.MemoryCopy(bucket, block, size, size);
            copy._directory.SlotAt(index) = block;
        }

        return copy;
    }

    /// <summary>Frees all blocks and leaves an empty table.</summary>
    public void Free(MemoryOwner memory) => FreeSome(memory, int.MaxValue);

    /// <summary>Frees about so many blocks of a table that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks)
    {
        _count = 0;
        for (int seen = 0; _directory.Buckets > 0; seen++)
        {
            if (seen >= Math.Max(blocks, 1)) return false;
            uint last = _directory.Buckets - 1;
            byte* bucket = _directory.BucketAt(last);
            if (bucket != null)
            {
                ScoreBucket.FreeBlock(ref _directory, memory, bucket);
                _directory.SlotAt(last) = null;
            }

            _directory.RemoveBucket(memory);
        }

        return true;
    }

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks)
    {
        for (int seen = 0; position < _directory.Buckets; position++, seen++)
        {
            if (seen >= blocks) return false;
            uint index = (uint)position;
            _directory.DefragmentAt(memory, index);
            ref byte* bucket = ref _directory.SlotAt(index);
            if (bucket != null) memory.TryMove(ref bucket);
        }

        position = 0;
        return true;
    }

    private readonly int Locate(ulong hash, ulong score, out byte* bucket)
    {
        bucket = null;
        if (_count == 0) return -1;
        bucket = _directory.BucketAt(_directory.IndexOf((uint)hash));
        if (bucket == null) return -1;
        ulong* scores = ScoreBucket.Scores(bucket, ScoreBucket.Count(bucket));
        int index = ScoreBucket.IndexOf(bucket, (uint)hash, 0);
        while (index >= 0 && scores[index] != score) index = ScoreBucket.IndexOf(bucket, (uint)hash, index + 1);
        return index;
    }
}

/// <summary>Receives the items of <see cref="ScoreTable.Scan"/>.</summary>
public interface IScoreTableVisitor
{
    /// <summary>One item. The table must not be changed.</summary>
    /// <param name="hash">The lower half of the member's hash.</param>
    /// <param name="score">Its eight bytes.</param>
    void Visit(uint hash, ulong score);
}
