using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets;

/// <summary>A sorted set for reading, whatever its encoding. Valid as long as the entry.</summary>
internal readonly ref struct SetView
{
    private readonly ref readonly TreeSet _tree;
    private readonly ReadOnlySpan<byte> _list;

    /// <param name="entry">Holds a sorted set.</param>
    public SetView(Entry entry)
    {
        if (entry.Encoding == SortedSetType.TreeEncoding) _tree = ref entry.Structure<TreeSet>();
        else _list = entry.Value;
    }

    public bool IsTree => _list.IsEmpty;

    public long Count => IsTree ? _tree.Count : PairList.Count(_list);

    public ref readonly TreeSet Tree => ref _tree;

    public ReadOnlySpan<byte> List => _list;

    public SetCursor First() => IsTree ? new(in _tree, _tree.Tree.First()) : new(_list, Listpack.First(_list));

    public SetCursor At(long rank) => IsTree ? new(in _tree, _tree.Tree.At(rank)) : new(_list, PairList.At(_list, rank));

    /// <summary>The first member whose score is not below.</summary>
    public SetCursor FirstFrom(double score)
    {
        if (IsTree) return new(in _tree, _tree.Tree.Seek(ScoreOrder.FromScore(score), default));
        int at = Listpack.First(_list);
        while (at >= 0 && PairList.ScoreAt(_list, at) < score) at = PairList.Next(_list, at);
        return new(_list, at);
    }

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score) =>
        TryGetScore(member, IsTree ? KeyHash.Compute(member) : 0, out score);

    /// <summary>Reads a member's score.</summary>
    /// <param name="member">The member.</param>
    /// <param name="hash">Its hash; looked at only where the set is a tree.</param>
    /// <param name="score">Its score.</param>
    public bool TryGetScore(ReadOnlySpan<byte> member, ulong hash, out double score)
    {
        if (IsTree) return _tree.TryGet(member, hash, out score);
        int at = PairList.Find(_list, member);
        score = at < 0 ? 0 : PairList.ScoreAt(_list, at);
        return at >= 0;
    }

    /// <summary>Number of members before one, and its score. -1: it is not there.</summary>
    public long RankOf(ReadOnlySpan<byte> member, out double score)
    {
        if (IsTree)
        {
            return _tree.TryGet(member, KeyHash.Compute(member), out score)
                ? _tree.Tree.RankOf(ScoreOrder.FromScore(score), member) : -1;
        }

        score = 0;
        int found = PairList.Find(_list, member);
        if (found < 0) return -1;
        score = PairList.ScoreAt(_list, found);
        long rank = 0;
        for (int at = Listpack.First(_list); at != found; at = PairList.Next(_list, at)) rank++;
        return rank;
    }

    /// <summary>The members within a range of scores.</summary>
    public RankRange Ranks(in ScoreRange range)
    {
        if (IsTree)
        {
            ulong low = ScoreOrder.FromScore(range.Min), high = ScoreOrder.FromScore(range.Max);
            OrderedTree tree = _tree.Tree;
            if (range.MinExclusive) low++;
            if (!range.MaxExclusive) high++;
            return low >= high ? default : new(tree.RankOf(low, default), tree.RankOf(high, default));
        }

        long from = 0, to = 0, rank = 0;
        for (int at = Listpack.First(_list); at >= 0; at = PairList.Next(_list, at), rank++)
        {
            double score = PairList.ScoreAt(_list, at);
            if (!range.IsAboveMin(score)) from = rank + 1;
            if (!range.IsBelowMax(score)) break;
            to = rank + 1;
        }

        return new(from, to);
    }

    /// <summary>
    /// The members within a range of texts, where all have one score; where not, what Redis finds in a listpack, and in a tree something.
    /// </summary>
    /// <param name="range">The range.</param>
    /// <param name="backwards">Whether it is looked for from the end, which matters for unequal scores only.</param>
    public RankRange Ranks(in LexRange range, bool backwards)
    {
        if (range.IsEmpty) return default;
        if (IsTree)
        {
            OrderedTree tree = _tree.Tree;
            ulong head = tree.First().Head;
            return new(LexBound(tree, head, range.Min, above: range.Min.Exclusive), LexBound(tree, head, range.Max, !range.Max.Exclusive));
        }

        return backwards ? LastInRange(range) : FirstInRange(range);
    }

    private static long LexBound(in OrderedTree tree, ulong head, in LexBound bound, bool above)
    {
        if (bound.IsLowest) return 0;
        if (bound.IsHighest) return tree.Count;
        long rank = tree.RankOf(head, bound.Text);
        if (!above) return rank;
        TreeCursor item = tree.At(rank);
        return item.IsValid && item.Head == head && item.Tail.SequenceEqual(bound.Text) ? rank + 1 : rank;
    }

    private RankRange FirstInRange(in LexRange range)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        if (!MayHave(range, digits)) return default;
        long from = -1, rank = 0;
        for (SetCursor at = First(); at.IsValid; at.MoveNext(), rank++)
        {
            ReadOnlySpan<byte> member = at.Member(digits);
            if (from < 0 && !range.IsAboveMin(member)) continue;
            if (!range.IsBelowMax(member)) break;
            if (from < 0) from = rank;
        }

        return from < 0 ? default : new(from, rank);
    }

    private RankRange LastInRange(in LexRange range)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        if (!MayHave(range, digits)) return default;
        long to = -1, rank = Count;
        for (SetCursor at = At(rank - 1); at.IsValid; at.MovePrevious(), rank--)
        {
            ReadOnlySpan<byte> member = at.Member(digits);
            if (to < 0 && !range.IsBelowMax(member)) continue;
            if (!range.IsAboveMin(member)) break;
            if (to < 0) to = rank;
        }

        return to < 0 ? default : new(rank, to);
    }

    private bool MayHave(in LexRange range, Span<byte> digits) =>
        range.IsAboveMin(At(Count - 1).Member(digits)) && range.IsBelowMax(First().Member(digits));
}

/// <summary>Members from a rank up to another, that one not included.</summary>
internal readonly record struct RankRange(long From, long To)
{
    public long Count => Math.Max(0, To - From);
}
