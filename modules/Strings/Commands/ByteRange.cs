namespace ModularKv.Strings.Commands;

/// <summary>Positions from the start, or (negative) from the end, as GETRANGE takes them.</summary>
internal static class ByteRange
{
    /// <summary>Cuts an inclusive range to a string.</summary>
    /// <param name="start">First position; negative: from the end. Before the string means its first byte.</param>
    /// <param name="end">Last position, included; negative: from the end. Before the string means its first byte, as in Redis.</param>
    /// <param name="length">Length of the string.</param>
    /// <returns>Offset and number of bytes; a count of 0 when nothing is in the range.</returns>
    public static (int Offset, int Count) Clamp(long start, long end, int length)
    {
        // Two positions from the end in the wrong order are empty even where both would be cut to the first byte.
        if (start < 0 && end < 0 && start > end) return (0, 0);
        if (start < 0) start = Math.Max(start + length, 0);
        if (end < 0) end = Math.Max(end + length, 0);
        if (end >= length) end = length - 1;
        return start > end ? (0, 0) : ((int)start, (int)(end - start + 1));
    }
}
