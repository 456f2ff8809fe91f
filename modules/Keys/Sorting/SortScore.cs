using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>Weights of SORT: numbers as C's strtod reads them, because that is what Redis lets through.</summary>
public static class SortScore
{
    /// <summary>
    /// Reads a whole text as a double: leading space, a sign, decimal or hexadecimal, inf. Nothing at all is 0; a zero byte ends the text.
    /// Refuses what is no number, not a number, or does not fit (too large, or so small that digits are lost).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double score)
    {
        // The common case first: integers.
        if (NumberText.TryParse(text, out long integer))
        {
            score = integer;
            return true;
        }

        score = 0;
        int end = text.IndexOf((byte)0);
        if (end >= 0) text = text[..end];
        if (text.IsEmpty) return true;

        text = text.TrimStart(" \t\n\v\f\r"u8);
        return DoubleText.TryParse(text, out score) && (score == 0 || double.IsNormal(score) || double.IsInfinity(score));
    }
}
