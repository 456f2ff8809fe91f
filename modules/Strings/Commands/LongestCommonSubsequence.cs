using System.Numerics;

namespace ModularKv.Strings.Commands;

/// <summary>
/// The longest common subsequence of two strings. With L(i, j) for the length that the first i bytes of one and the first j of the other
/// have in common, L grows by 0 or 1 along a row; a row is kept as these differences, one bit each, and computed 64 columns at a time.
/// </summary>
/// <remarks>
/// O(N·M / 64) time and N·M bits of memory (M when only the length is asked for), where the textbook's table takes N·M numbers.
/// Source: H. Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
/// </remarks>
internal sealed class LongestCommonSubsequence
{
    private readonly int _words;
    private readonly ulong[] _rows;

    /// <summary>Computes it.</summary>
    /// <param name="first">The string along the rows. Borrowed.</param>
    /// <param name="second">The string along the columns. Borrowed.</param>
    /// <param name="keepRows">Needed for <see cref="Step"/>.</param>
    public LongestCommonSubsequence(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, bool keepRows)
    {
        _words = (second.Length + 63) / 64;

        // Row 0 stands for no byte of the first string: all differences are 0.
        int rows = keepRows ? first.Length + 1 : 1;
        _rows = new ulong[checked(rows * _words)];
        if (first.Length > 0 && second.Length > 0) Fill(first, second, keepRows);

        foreach (ulong word in _rows.AsSpan(keepRows ? first.Length * _words : 0, _words)) Length += BitOperations.PopCount(word);
    }

    /// <summary>Its length in bytes.</summary>
    public int Length { get; }

    private void Fill(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, bool keepRows)
    {
        // For each byte value that the first string has: where the second one has it.
        Span<int> maskOf = stackalloc int[256];
        maskOf.Fill(-1);
        int masks = 0;
        foreach (byte b in first) if (maskOf[b] < 0) maskOf[b] = masks++;
        ulong[] positions = new ulong[checked(masks * _words)];
        for (int j = 0; j < second.Length; j++)
        {
            int mask = maskOf[second[j]];
            if (mask >= 0) positions[mask * _words + j / 64] |= 1ul << (j % 64);
        }

        for (int i = 0; i < first.Length; i++)
        {
            ReadOnlySpan<ulong> before = _rows.AsSpan(keepRows ? i * _words : 0, _words);
            Span<ulong> after = _rows.AsSpan(keepRows ? (i + 1) * _words : 0, _words);
            NextRow(before, after, positions.AsSpan(maskOf[first[i]] * _words, _words));
        }

        // The bits behind the last column took part in carries only.
        ulong valid = second.Length % 64 == 0 ? ulong.MaxValue : (1ul << (second.Length % 64)) - 1;
        for (int end = _words - 1; end < (keepRows ? first.Length + 1 : 1) * _words; end += _words) _rows[end] &= valid;
    }

    /// <summary>Hyyrö's step on the complement (his bit is 0 where the length grows), with the carry taken from word to word.</summary>
    private static void NextRow(ReadOnlySpan<ulong> before, Span<ulong> after, ReadOnlySpan<ulong> matches)
    {
        ulong carry = 0;
        for (int w = 0; w < after.Length; w++)
        {
            ulong v = ~before[w];
            ulong hit = v & matches[w];
            ulong sum = v + hit;
            ulong overflow = sum < v ? 1ul : 0;
            ulong total = sum + carry;
            carry = overflow | (total < sum ? 1ul : 0);
            after[w] = ~(total | (v & ~matches[w]));
        }
    }

    /// <summary>Where the bytes before (i, j) differ: true to go on with one byte less of the first string, false: of the second.</summary>
    /// <remarks>The length grew in the last column: then dropping that column loses a byte, and dropping the row does not.</remarks>
    public bool Step(int i, int j) => (_rows[i * _words + (j - 1) / 64] >> ((j - 1) % 64) & 1) != 0;
}
