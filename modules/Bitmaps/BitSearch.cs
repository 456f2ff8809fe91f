using System.Numerics;

namespace ModularKv.Bitmaps;

/// <summary>Looks for the first bit that is set, or clear.</summary>
internal static class BitSearch
{
    /// <summary>Position of the first bit of that kind within a range inside the string; -1: there is none.</summary>
    public static long First(ReadOnlySpan<byte> value, BitRange range, bool isSet)
    {
        int first = (int)(range.First >> 3);
        int last = (int)(range.Last >> 3);

        // A byte of nothing but the other kind is skipped; both ends are looked at with the bits outside the range out of the way.
        byte skip = isSet ? (byte)0 : (byte)0xFF;
        int at = first;
        int found = Wanted(value[at], isSet) & (0xFF >> (int)(range.First & 7));
        if (found == 0)
        {
            int ahead = first < last ? value[(first + 1)..(last + 1)].IndexOfAnyExcept(skip) : -1;
            if (ahead < 0) return -1;
            at = first + 1 + ahead;
            found = Wanted(value[at], isSet);
        }

        // Leading zeros of a byte: those of the word less its other 24 bits.
        long position = at * 8L + BitOperations.LeadingZeroCount((uint)found) - 24;
        return position <= range.Last ? position : -1;
    }

    private static int Wanted(byte bits, bool isSet) => isSet ? bits : bits ^ 0xFF;
}
