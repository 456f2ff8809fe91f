using ModularKv.Abstractions;

namespace ModularKv.SortedSets;

/// <summary>Two bounds of scores, each of which may be exclusive. Source: zslParseRange.</summary>
internal readonly record struct ScoreRange(double Min, bool MinExclusive, double Max, bool MaxExclusive)
{
    public static bool TryParse(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out ScoreRange range)
    {
        range = default;
        if (!TryParse(min, out double low, out bool lowExclusive) || !TryParse(max, out double high, out bool highExclusive)) return false;
        range = new(low, lowExclusive, high, highExclusive);
        return true;
    }

    public bool IsAboveMin(double score) => MinExclusive ? score > Min : score >= Min;

    public bool IsBelowMax(double score) => MaxExclusive ? score < Max : score <= Max;

    private static bool TryParse(ReadOnlySpan<byte> text, out double bound, out bool exclusive)
    {
        exclusive = text is [(byte)'(', ..];
        return DoubleText.TryParseClamped(exclusive ? text[1..] : text, out bound);
    }
}

/// <summary>A bound of texts: "(text", "[text", "-" or "+". Source: zslParseLexRangeItem.</summary>
internal readonly ref struct LexBound
{
    public ReadOnlySpan<byte> Text { get; private init; }

    public bool Exclusive { get; private init; }

    public bool IsLowest { get; private init; }

    public bool IsHighest { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> text, out LexBound bound)
    {
        bound = default;
        switch (text.IsEmpty ? 0 : text[0])
        {
            case '+':
                bound = new() { Exclusive = true, IsHighest = true };
                return text.Length == 1 || text[1] == 0;
            case '-':
                bound = new() { Exclusive = true, IsLowest = true };
                return text.Length == 1 || text[1] == 0;
            case '(' or '[':
                bound = new() { Exclusive = text[0] == '(', Text = text[1..] };
                return true;
            default:
                return false;
        }
    }
}

/// <summary>Two bounds of texts. Source: zslParseLexRange.</summary>
internal readonly ref struct LexRange
{
    public LexBound Min { get; private init; }

    public LexBound Max { get; private init; }

    /// <summary>Whether no text at all is within.</summary>
    public bool IsEmpty
    {
        get
        {
            if (Min.IsHighest || Max.IsLowest) return true;
            if (Min.IsLowest || Max.IsHighest) return false;
            int order = Min.Text.SequenceCompareTo(Max.Text);
            return order > 0 || (order == 0 && (Min.Exclusive || Max.Exclusive));
        }
    }

    public static bool TryParse(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out LexRange range)
    {
        range = default;
        if (!LexBound.TryParse(min, out LexBound low) || !LexBound.TryParse(max, out LexBound high)) return false;
        range = new() { Min = low, Max = high };
        return true;
    }

    public bool IsAboveMin(ReadOnlySpan<byte> member)
    {
        if (Min.IsLowest) return true;
        if (Min.IsHighest) return false;
        int order = member.SequenceCompareTo(Min.Text);
        return Min.Exclusive ? order > 0 : order >= 0;
    }

    public bool IsBelowMax(ReadOnlySpan<byte> member)
    {
        if (Max.IsHighest) return true;
        if (Max.IsLowest) return false;
        int order = member.SequenceCompareTo(Max.Text);
        return Max.Exclusive ? order < 0 : order <= 0;
    }
}
