using ModularKv.Abstractions;

namespace ModularKv.Bitmaps;

/// <summary>What BITOP does to its sources X, Y1, Y2, …</summary>
internal enum BitOperation
{
    /// <summary>No such operation.</summary>
    None,

    /// <summary>Set in all.</summary>
    And,

    /// <summary>Set in any.</summary>
    Or,

    /// <summary>Set in an odd number of them.</summary>
    Xor,

    /// <summary>Not set in the only one.</summary>
    Not,

    /// <summary>Set in X and in no Y.</summary>
    Diff,

    /// <summary>Set in any Y and not in X.</summary>
    Diff1,

    /// <summary>Set in X and in any Y.</summary>
    AndOr,

    /// <summary>Set in exactly one.</summary>
    One,
}

/// <summary>The operations' words.</summary>
internal static class BitOperationName
{
    /// <summary>The operation of that name, in any case.</summary>
    public static BitOperation Parse(ReadOnlySpan<byte> name)
    {
        if (Words.EqualsIgnoreCase(name, "and"u8)) return BitOperation.And;
        if (Words.EqualsIgnoreCase(name, "or"u8)) return BitOperation.Or;
        if (Words.EqualsIgnoreCase(name, "xor"u8)) return BitOperation.Xor;
        if (Words.EqualsIgnoreCase(name, "not"u8)) return BitOperation.Not;
        if (Words.EqualsIgnoreCase(name, "diff"u8)) return BitOperation.Diff;
        if (Words.EqualsIgnoreCase(name, "diff1"u8)) return BitOperation.Diff1;
        if (Words.EqualsIgnoreCase(name, "andor"u8)) return BitOperation.AndOr;
        if (Words.EqualsIgnoreCase(name, "one"u8)) return BitOperation.One;
        return BitOperation.None;
    }
}
