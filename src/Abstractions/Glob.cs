namespace ModularKv.Abstractions;

/// <summary>Redis's glob patterns over raw bytes: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a]</c> and <c>\</c> escapes.</summary>
/// <remarks>
/// The semantics are those of Redis's stringmatchlen, its oddities included: an unclosed class ends with the pattern, a
/// reversed range is turned round, an escape inside a class ignores <c>ignoreCase</c>, and only trailing <c>*</c> match nothing.
/// Only the last <c>*</c> is ever backtracked to, so the cost is at most pattern length × text length.
/// Source: redis.io/commands/keys.
/// </remarks>
public static class GlobPattern
{
    /// <summary>True when the whole of <paramref name="text"/> matches <paramref name="pattern"/>.</summary>
    /// <param name="pattern">Pattern bytes, any length. Borrowed for this call only.</param>
    /// <param name="text">The bytes to match, any length. Borrowed for this call only.</param>
    /// <param name="ignoreCase">Compares ASCII letters without regard to case.</param>
    /// <remarks>No allocation, no recursion.</remarks>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text, bool ignoreCase = false)
    {
        // In Redis no pattern but the empty one matches an empty text, not even "*".
        if (text.IsEmpty) return pattern.IsEmpty;

        int p = 0;
        int t = 0;
        int starPattern = -1;
        int starText = 0;

        while (true)
        {
            if (t == text.Length)
            {
                // When this fails, every later start for the last star has even less text left.
                while (p < pattern.Length && pattern[p] == (byte)'*') p++;
                return p == pattern.Length;
            }

            if (p < pattern.Length && pattern[p] == (byte)'*')
            {
                while (p < pattern.Length && pattern[p] == (byte)'*') p++;
                if (p == pattern.Length) return true;
                starPattern = p;
                starText = t;
                continue;
            }

            if (p < pattern.Length && MatchOne(pattern, ref p, text[t], ignoreCase))
            {
                t++;
                continue;
            }

            if (starPattern < 0) return false;
            p = starPattern;
            t = ++starText;
        }
    }

    /// <summary>True when the pattern has a byte that makes it more than a literal name, as CONFIG GET and SCAN decide it.</summary>
    public static bool HasWildcard(ReadOnlySpan<byte> pattern) => pattern.IndexOfAny("[*?"u8) >= 0;

    /// <summary>Matches one pattern element with one byte and steps over the element.</summary>
    private static bool MatchOne(ReadOnlySpan<byte> pattern, ref int p, byte value, bool ignoreCase)
    {
        byte element = pattern[p];
        switch (element)
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[':
                return MatchClass(pattern, ref p, value, ignoreCase);
            case (byte)'\\' when p + 1 < pattern.Length:
                element = pattern[++p];
                break;
        }

        p++;
        return element == value || (ignoreCase && Lower(element) == Lower(value));
    }

    private static bool MatchClass(ReadOnlySpan<byte> pattern, ref int p, byte value, bool ignoreCase)
    {
        p++;
        bool negated = p < pattern.Length && pattern[p] == (byte)'^';
        if (negated) p++;

        bool matched = false;
        while (p < pattern.Length)
        {
            byte element = pattern[p];
            if (element == (byte)'\\' && p + 1 < pattern.Length)
            {
                p++;
                matched |= pattern[p] == value;
            }
            else if (element == (byte)']')
            {
                break;
            }
            else if (p + 2 < pattern.Length && pattern[p + 1] == (byte)'-')
            {
                matched |= InRange(element, pattern[p + 2], value, ignoreCase);
                p += 2;
            }
            else
            {
                matched |= element == value || (ignoreCase && Lower(element) == Lower(value));
            }

            p++;
        }

        // Steps over the closing bracket; an unclosed class ends where the pattern does.
        if (p < pattern.Length) p++;
        return matched != negated;
    }

    private static bool InRange(byte start, byte end, byte value, bool ignoreCase)
    {
        // Redis compares char, which is signed on x86: a range from 'a' to 0xff is a range from -1 to 'a' there.
        int low = (sbyte)start;
        int high = (sbyte)end;
        int between = (sbyte)value;
        if (low > high) (low, high) = (high, low);
        if (ignoreCase)
        {
            low = Lower(low);
            high = Lower(high);
            between = Lower(between);
        }

        return between >= low && between <= high;
    }

    private static int Lower(int value) => value is >= 'A' and <= 'Z' ? value + 32 : value;
}
