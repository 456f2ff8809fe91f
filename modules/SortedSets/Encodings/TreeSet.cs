using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.SortedSets.Encodings;

/// <summary>
/// The large encoding: members in a tree ordered by score and member, and a table from a member's hash to the scores under which it may
/// stand there. The members exist once. This struct is the root and stands in the record.
/// </summary>
internal struct TreeSet
{
    private OrderedTree _tree;
    private ScoreTable _scores;

    // The tree knows one zero. As long as there is no negative one among the scores nobody needs to ask the table which it is.
    private long _negativeZeros;

    public static TreeSet Create() => new() { _tree = OrderedTree.Create(0), _scores = ScoreTable.Create() };

    public readonly long Count => _tree.Count;

    public readonly long UsedBytes => _tree.UsedBytes + _scores.UsedBytes;

    public readonly long BlockCount => _tree.BlockCount + _scores.BlockCount;

    /// <summary>The members in order.</summary>
    public readonly OrderedTree Tree => _tree;

    /// <summary>Reads a member's score.</summary>
    /// <param name="member">The member.</param>
    /// <param name="hash">Its <see cref="KeyHash"/>.</param>
    /// <param name="score">Its score.</param>
    public readonly bool TryGet(ReadOnlySpan<byte> member, ulong hash, out double score)
    {
        int candidate = 0;
        while (_scores.Next(hash, ref candidate, out ulong bits))
        {
            score = BitConverter.UInt64BitsToDouble(bits);
            if (_tree.Find(ScoreOrder.FromScore(score), member).IsValid) return true;
        }

        score = 0;
        return false;
    }

    /// <summary>The score of an item of the tree, with the sign of zero.</summary>
    public readonly double ScoreOf(TreeCursor item)
    {
        if (item.Head != ScoreOrder.Zero || _negativeZeros == 0) return ScoreOrder.ToScore(item.Head);
        return TryGet(item.Tail, KeyHash.Compute(item.Tail), out double zero) ? zero : 0;
    }

    /// <summary>Asks for what <see cref="TryGet"/> will look at first.</summary>
    public readonly void Prefetch(ulong hash) => _scores.Prefetch(hash);

    /// <summary>Adds a member that is not there.</summary>
    public void Add(MemoryOwner memory, ReadOnlySpan<byte> member, ulong hash, double score)
    {
        _tree.Put(memory, ScoreOrder.FromScore(score), member, out _);
        Remember(memory, hash, score);
    }

    /// <summary>Adds a member that is not there and comes behind all others.</summary>
    public void AddLast(MemoryOwner memory, ReadOnlySpan<byte> member, ulong hash, double score)
    {
        _tree.PutLast(memory, ScoreOrder.FromScore(score), member);
        Remember(memory, hash, score);
    }

    /// <summary>Gives a member another score.</summary>
    public void Change(MemoryOwner memory, ReadOnlySpan<byte> member, ulong hash, double from, double to)
    {
        ulong oldOrder = ScoreOrder.FromScore(from), newOrder = ScoreOrder.FromScore(to);
        if (oldOrder != newOrder)
        {
            _tree.Remove(memory, oldOrder, member);
            _tree.Put(memory, newOrder, member, out _);
        }

        _scores.Change(hash, BitConverter.DoubleToUInt64Bits(from), BitConverter.DoubleToUInt64Bits(to));
        if (IsNegativeZero(from)) _negativeZeros--;
        if (IsNegativeZero(to)) _negativeZeros++;
    }

    /// <summary>Removes a member. False: it is not there.</summary>
    public bool Remove(MemoryOwner memory, ReadOnlySpan<byte> member)
    {
        ulong hash = KeyHash.Compute(member);
        if (!TryGet(member, hash, out double score)) return false;
        _tree.Remove(memory, ScoreOrder.FromScore(score), member);
        Forget(memory, hash, score);
        return true;
    }

    /// <summary>Removes the first or the last member, which the cursor stands on.</summary>
    public void RemoveEnd(MemoryOwner memory, TreeCursor item, bool last)
    {
        Forget(memory, KeyHash.Compute(item.Tail), ScoreOf(item));
        _tree.RemoveAt(memory, last ? _tree.Count - 1 : 0);
    }

    /// <summary>Removes members by rank.</summary>
    public void RemoveRange(MemoryOwner memory, long from, long count)
    {
        // Another copy of the root than the one that the tree is changed through: the visitor touches the table only.
        Forgetter forgetter = new(ref this, memory);
        _tree.RemoveRange(memory, from, count, ref forgetter);
    }

    /// <summary>Visits some members for ZSCAN: their hashes and scores.</summary>
    public readonly ulong Scan<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : IScoreTableVisitor, allows ref struct
        => _scores.Scan(cursor, ref visitor);

    public readonly TreeSet Clone(MemoryOwner memory) => this with { _tree = _tree.Clone(memory), _scores = _scores.Clone(memory) };

    public void Free(MemoryOwner memory)
    {
        _tree.Free(memory);
        _scores.Free(memory);
    }

    public bool FreeSome(MemoryOwner memory, int blocks) =>
        _tree.BlockCount > 0 ? _tree.FreeSome(memory, blocks) && _scores.BlockCount == 0 : _scores.FreeSome(memory, blocks);

    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks)
    {
        // The upper bit: the tree is done.
        const ulong InTable = 1UL << 63;
        if ((position & InTable) == 0)
        {
            if (_tree.Defragment(memory, ref position, blocks)) position = InTable;
            return false;
        }

        ulong bucket = position & ~InTable;
        bool done = _scores.Defragment(memory, ref bucket, blocks);
        position = done ? 0 : bucket | InTable;
        return done;
    }

    private void Remember(MemoryOwner memory, ulong hash, double score)
    {
        _scores.Add(memory, hash, BitConverter.DoubleToUInt64Bits(score));
        if (IsNegativeZero(score)) _negativeZeros++;
    }

    private void Forget(MemoryOwner memory, ulong hash, double score)
    {
        bool known = _scores.Remove(memory, hash, BitConverter.DoubleToUInt64Bits(score));
        Abstractions.Invariant.Check(known, "a member of a sorted set is missing from its table");
        if (IsNegativeZero(score)) _negativeZeros--;
    }

    private static bool IsNegativeZero(double score) => score == 0 && double.IsNegative(score);

    private readonly ref struct Forgetter(ref TreeSet set, MemoryOwner memory) : ITreeVisitor
    {
        private readonly ref TreeSet _set = ref set;

        public void Visit(TreeCursor item) => _set.Forget(memory, KeyHash.Compute(item.Tail), _set.ScoreOf(item));
    }
}
