namespace ModularKv.Bitmaps;

/// <summary>A range of bits in a string, both ends included, inside the string; empty when the first lies behind the last.</summary>
internal readonly record struct BitRange(long First, long Last)
{
    /// <summary>A range without bits.</summary>
    public static readonly BitRange Empty = new(0, -1);

    /// <summary>Whether it has no bits.</summary>
    public bool IsEmpty => First > Last;

    /// <summary>All bits of a string.</summary>
    public static BitRange Whole(long bytes) => new(0, bytes * 8 - 1);

    /// <summary>Cuts a range as BITCOUNT and BITPOS give it to a string.</summary>
    /// <param name="start">First position; negative: from the end. Before the string means its start.</param>
    /// <param name="end">Last position, included; negative: from the end. Before the string means its start, as in Redis.</param>
    /// <param name="inBits">Whether positions count bits; else bytes.</param>
    /// <param name="bytes">Length of the string.</param>
    public static BitRange Cut(long start, long end, bool inBits, long bytes)
    {
        long length = inBits ? bytes * 8 : bytes;
        if (start < 0) start = Math.Max(start + length, 0);
        if (end < 0) end = Math.Max(end + length, 0);
        if (end >= length) end = length - 1;
        if (start > end) return Empty;
        return inBits ? new BitRange(start, end) : new BitRange(start * 8, end * 8 + 7);
    }
}
