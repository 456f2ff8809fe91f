using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Persistence;

/// <summary>Some thousand members with their scores, given back in the opposite order.</summary>
internal sealed class PairStack
{
    private const int PairsMax = 1 << 14;
    private const int BytesMax = 1 << 20;

    private byte[] _bytes = new byte[8192];
    private Pair[] _pairs = new Pair[256];
    private int _used;
    private int _count;

    /// <summary>Whether it is to be emptied first.</summary>
    public bool IsFull => _count == PairsMax || _used > BytesMax;

    /// <summary>Whether each pair pushed comes before the one pushed before it, in the order of sorted sets.</summary>
    public bool IsDescending { get; private set; } = true;

    /// <summary>Copies a member; <see cref="PushScore"/> must follow.</summary>
    public void PushMember(ReadOnlySpan<byte> member)
    {
        if (_bytes.Length - _used < member.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + member.Length));
        member.CopyTo(_bytes.AsSpan(_used));
        if (_pairs.Length == _count) Array.Resize(ref _pairs, _count * 2);
        _pairs[_count] = new Pair(_used, member.Length, 0);
        _used += member.Length;
    }

    /// <summary>The score of the member pushed last; a number.</summary>
    public void PushScore(double score)
    {
        _pairs[_count] = _pairs[_count] with { Score = score };
        if (_count > 0)
        {
            ulong order = ScoreOrder.FromScore(score), before = ScoreOrder.FromScore(_pairs[_count - 1].Score);
            IsDescending &= order < before
                || (order == before && MemberAt(_count).SequenceCompareTo(MemberAt(_count - 1)) < 0);
        }

        _count++;
    }

    /// <summary>Takes the pair pushed last; borrowed until the next push. False: it is empty, and as new.</summary>
    public bool TryPop(out ReadOnlySpan<byte> member, out double score)
    {
        member = default;
        score = 0;
        if (_count == 0)
        {
            Clear();
            return false;
        }

        member = MemberAt(--_count);
        score = _pairs[_count].Score;
        return true;
    }

    /// <summary>Forgets all pairs.</summary>
    public void Clear()
    {
        _count = _used = 0;
        IsDescending = true;
    }

    private ReadOnlySpan<byte> MemberAt(int index) => _bytes.AsSpan(_pairs[index].At, _pairs[index].Length);

    private readonly record struct Pair(int At, int Length, double Score);
}
