namespace ModularKv.SortedSets;

/// <summary>Scores as unsigned integers in the same order, which is what the tree sorts by.</summary>
internal static class ScoreOrder
{
    private const ulong Sign = 1UL << 63;

    /// <summary>What both zeros become: they are one score.</summary>
    public const ulong Zero = Sign;

    /// <summary>A score, not NaN, as an integer.</summary>
    public static ulong FromScore(double score)
    {
        if (score == 0) return Zero;
        ulong bits = BitConverter.DoubleToUInt64Bits(score);
        return (bits & Sign) != 0 ? ~bits : bits | Sign;
    }

    /// <summary>The way back; zero is the positive one.</summary>
    public static double ToScore(ulong order) => BitConverter.UInt64BitsToDouble((order & Sign) != 0 ? order & ~Sign : ~order);
}
