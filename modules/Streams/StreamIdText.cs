using ModularKv.Abstractions;

namespace ModularKv.Streams;

/// <summary>Reads ids as clients write them. Source: streamGenericParseIDOrReply.</summary>
internal static class StreamIdText
{
    /// <summary>Longer arguments are no ids. Source: the buffer of streamGenericParseIDOrReply.</summary>
    private const int LengthMax = 127;

    /// <summary>Reads <c>ms</c>, <c>ms-seq</c>, <c>-</c> (the smallest) or <c>+</c> (the largest).</summary>
    /// <param name="text">The argument.</param>
    /// <param name="missingSeq">The sequence where only milliseconds are given.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id)
    {
        if (text.Length <= LengthMax)
        {
            ReadOnlySpan<byte> shown = Words.Shown(text);
            if (shown is [(byte)'-'] or [(byte)'+'])
            {
                id = shown[0] == '-' ? StreamId.Zero : StreamId.Max;
                return true;
            }
        }

        return TryParseStrict(text, missingSeq, out id);
    }

    /// <summary>Reads <c>ms</c> or <c>ms-seq</c>.</summary>
    public static bool TryParseStrict(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id)
        => TryParse(text, missingSeq, false, out id, out _);

    /// <summary>Reads what XADD takes: <c>ms-*</c> too, which leaves the sequence to the stream.</summary>
    public static bool TryParseForAdd(ReadOnlySpan<byte> text, out StreamId id, out bool isSeqGiven)
        => TryParse(text, 0, true, out id, out isSeqGiven);

    /// <summary>Reads an end of a range: an id, or one that is not part of it, after an opening bracket.</summary>
    public static bool TryParseInterval(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id, out bool isExclusive)
    {
        isExclusive = text.Length > 1 && text[0] == '(';
        return isExclusive ? TryParseStrict(text[1..], missingSeq, out id) : TryParse(text, missingSeq, out id);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, ulong missingSeq, bool takesStar, out StreamId id, out bool isSeqGiven)
    {
        id = default;
        isSeqGiven = true;
        if (text.Length > LengthMax) return false;

        // As a C string: what follows a zero byte is not looked at.
        text = Words.Shown(text);
        int dash = text.IndexOf((byte)'-');
        ReadOnlySpan<byte> first = dash < 0 ? text : text[..dash];
        if (!TryParsePart(first, out ulong ms)) return false;
        ulong seq = missingSeq;
        if (dash >= 0)
        {
            ReadOnlySpan<byte> second = text[(dash + 1)..];
            if (takesStar && second is [(byte)'*'])
            {
                seq = 0;
                isSeqGiven = false;
            }
            else if (!TryParsePart(second, out seq))
            {
                return false;
            }
        }

        id = new StreamId(ms, seq);
        return true;
    }

    // Canonical integers first; then what C's strtoull takes: space, a sign, leading zeros. Source: string2ull.
    private static bool TryParsePart(ReadOnlySpan<byte> text, out ulong value)
    {
        if (NumberText.TryParse(text, out long number))
        {
            value = (ulong)number;
            return number >= 0;
        }

        value = 0;
        int i = 0;
        while (i < text.Length && (text[i] == ' ' || text[i] is >= 9 and <= 13)) i++;
        bool isNegative = i < text.Length && text[i] == '-';
        if (i < text.Length && text[i] is (byte)'-' or (byte)'+') i++;
        if (i == text.Length) return false;
        for (; i < text.Length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit > 9 || value > ulong.MaxValue / 10) return false;
            value *= 10;
            if (value > ulong.MaxValue - digit) return false;
            value += digit;
        }

        if (isNegative) value = 0 - value;
        return true;
    }
}
