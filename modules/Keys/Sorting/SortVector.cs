using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>
/// The elements under a SORT with what they are sorted by. A copy: looking other keys up may remove expired ones and so move values.
/// </summary>
public sealed class SortVector : IElementVisitor
{
    private readonly int _skip;
    private Row[] _rows;
    private byte[] _bytes = new byte[1024];
    private int _used;
    private int _seen;

    /// <param name="range">Which of the elements that come to <see cref="Visit"/> are kept.</param>
    public SortVector(SortRange range)
    {
        _skip = range.Start;
        _rows = new Row[range.Count];
    }

    /// <summary>Number of elements.</summary>
    public int Count { get; private set; }

    /// <summary>The element at a place of the present order.</summary>
    public ReadOnlySpan<byte> this[int index] => Text(_rows[index].Element);

    /// <inheritdoc/>
    public bool Visit(ReadOnlySpan<byte> element)
    {
        if (Count == _rows.Length) return false;
        if (_seen++ < _skip) return true;
        _rows[Count] = new Row { Element = Keep(element), Place = Count };
        Count++;
        return Count < _rows.Length;
    }

    /// <summary>Sets the number that an element is sorted by; 0 unless set.</summary>
    public void SetScore(int index, double score) => _rows[index].Score = score;

    /// <summary>Sets the text that an element is sorted by. One without stands before all others.</summary>
    public void SetText(int index, ReadOnlySpan<byte> text)
    {
        _rows[index].By = Keep(text);
        _rows[index].HasText = true;
    }

    /// <summary>Sorts. Stable: equal elements stay in the order in which they came.</summary>
    public void Sort(SortOrder order)
    {
        Comparer<Row> comparer = Comparer<Row>.Create((left, right) =>
        {
            int result = Compare(left, right, order);
            if ((order & SortOrder.Descending) != 0) result = -result;
            return result != 0 ? result : left.Place.CompareTo(right.Place);
        });
        Array.Sort(_rows, 0, Count, comparer);
    }

    private int Compare(in Row left, in Row right, SortOrder order)
    {
        if ((order & SortOrder.Text) == 0)
        {
            int byScore = left.Score.CompareTo(right.Score);
            return byScore != 0 ? byScore : Text(left.Element).SequenceCompareTo(Text(right.Element));
        }

        bool binary = (order & SortOrder.Binary) != 0;
        if ((order & SortOrder.ByPattern) == 0) return CompareText(Text(left.Element), Text(right.Element), binary);
        if (!left.HasText || !right.HasText) return left.HasText.CompareTo(right.HasText);
        return CompareText(Text(left.By), Text(right.By), binary);
    }

    /// <summary>Redis compares with strcoll, which ends at a zero byte, unless the result is stored.</summary>
    private static int CompareText(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool binary)
        => binary ? left.SequenceCompareTo(right) : UpToZero(left).SequenceCompareTo(UpToZero(right));

    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private Range Keep(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _used < bytes.Length)
        {
            long wanted = Math.Max(_bytes.Length * 2L, (long)_used + bytes.Length);
            Array.Resize(ref _bytes, (int)Math.Min(wanted, Array.MaxLength));
        }

        bytes.CopyTo(_bytes.AsSpan(_used));
        Range kept = new(_used, _used + bytes.Length);
        _used += bytes.Length;
        return kept;
    }

    private ReadOnlySpan<byte> Text(Range range) => _bytes.AsSpan(range);

    private struct Row
    {
        public Range Element;
        public Range By;
        public bool HasText;
        public double Score;
        public int Place;
    }
}

/// <summary>How <see cref="SortVector.Sort"/> compares.</summary>
[Flags]
public enum SortOrder
{
    /// <summary>By number, smallest first; equal numbers by the elements' bytes.</summary>
    Numeric = 0,

    /// <summary>Largest first.</summary>
    Descending = 1,

    /// <summary>By text, not by number.</summary>
    Text = 2,

    /// <summary>The texts are those set by <see cref="SortVector.SetText"/>, not the elements.</summary>
    ByPattern = 4,

    /// <summary>Texts may contain zero bytes (the result is stored).</summary>
    Binary = 8,
}
