namespace ModularKv.Lists;

/// <summary>How large a node may become by list-max-listpack-size. Source: quicklist.c, optimization_level and SIZE_SAFETY_LIMIT.</summary>
internal static class NodeLimits
{
    /// <summary>The least and the largest value that mean something.</summary>
    public const int FillMin = -5, FillMax = short.MaxValue;

    /// <summary>Bytes up to which a node goes when the limit is a number of elements.</summary>
    public const int SafetyBytes = 8192;

    /// <summary>Bytes that Redis adds to an element's length before it looks whether the element fits.</summary>
    private const int ElementOverheadBytes = 8;

    private const int SmallestBytes = 4096;

    // A small list's limits look at the elements' own bytes only: empty elements would never reach it.
    private const int SmallListBytesMax = 256 * 1024;

    /// <summary>Most elements of a node: they are counted in 16 bits.</summary>
    public const int CountMax = 60_000;

    /// <summary>The value as a list keeps it.</summary>
    public static short Fill(long parameter) => (short)Math.Clamp(parameter, FillMin, FillMax);

    /// <summary>Bytes of the largest listpack that a node may hold.</summary>
    public static int BytesMax(int fill) => fill >= 0 ? SafetyBytes : SmallestBytes << (-fill - 1);

    /// <summary>Whether a node may hold so many bytes and elements.</summary>
    public static bool Allow(int fill, long bytes, long count) => bytes <= BytesMax(fill) && (fill < 0 || count <= Math.Max(1, fill));

    /// <summary>Whether a node of so many bytes and elements may take one more.</summary>
    public static bool AllowOneMore(int fill, int bytes, int count, int elementLength)
        => Allow(fill, (long)bytes + elementLength + ElementOverheadBytes, count + 1);

    /// <summary>Whether a listpack may become (or stay) a small list. Source: listTypeTryConvertListpack.</summary>
    /// <param name="fill">The limit.</param>
    /// <param name="bytes">Bytes of the listpack, with the lengths of the elements to come, as Redis counts.</param>
    /// <param name="count">Elements, those to come included.</param>
    /// <param name="packedBytes">Bytes that the listpack will really have.</param>
    public static bool AllowSmall(int fill, long bytes, long count, long packedBytes)
        => Allow(fill, bytes, count) && count <= CountMax && packedBytes <= SmallListBytesMax;

    /// <summary>Whether a list that has shrunk to one node becomes a small list again. Source: listTypeTryConvertQuicklist.</summary>
    public static bool AllowSmallAgain(int fill, int bytes, long count, bool shrinking)
    {
        int share = shrinking ? 2 : 1;
        if (fill < 0) return bytes <= BytesMax(fill) / share;
        return count <= Math.Max(1, fill) / share && bytes <= SafetyBytes * 2;
    }

    /// <summary>Whether an element gets a node of its own.</summary>
    /// <param name="fill">The list's limit.</param>
    /// <param name="length">Bytes of the element.</param>
    /// <param name="threshold">What DEBUG QUICKLIST-PACKED-THRESHOLD has set; 0: nothing.</param>
    public static bool IsLarge(int fill, int length, long threshold) => length > BytesMax(fill) || (threshold != 0 && length >= threshold);
}
