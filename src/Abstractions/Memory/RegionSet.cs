using System.Numerics;

namespace ModularKv.Abstractions.Memory;

/// <summary>A set of region numbers that gives its smallest one: a bit per region and a mark below which no bit is set.</summary>
internal unsafe struct RegionSet(ulong* words)
{
    private int lowestWord;

    public int Count { get; private set; }

    public static long WordsFor(long regions) => (regions + 63) / 64;

    public void Add(int region)
    {
        ulong bit = 1UL << (region & 63);
        if ((words[region >> 6] & bit) != 0) return;
        words[region >> 6] |= bit;
        lowestWord = Count++ == 0 ? region >> 6 : Math.Min(lowestWord, region >> 6);
    }

    public void Remove(int region)
    {
        ulong bit = 1UL << (region & 63);
        if ((words[region >> 6] & bit) == 0) return;
        words[region >> 6] &= ~bit;
        Count--;
    }

    /// <summary>The smallest member, or -1. Amortised: the mark only moves up past empty words (64 regions, 128 MB each).</summary>
    public int Lowest()
    {
        if (Count == 0) return -1;
        while (words[lowestWord] == 0) lowestWord++;
        return (lowestWord << 6) + BitOperations.TrailingZeroCount(words[lowestWord]);
    }

    /// <summary>The largest member, all of which are below <paramref name="end"/>; -1 when there is none.</summary>
    public readonly int Highest(int end)
    {
        for (int word = (end - 1) >> 6; word >= 0 && Count > 0; word--)
        {
            if (words[word] != 0) return (word << 6) + BitOperations.Log2(words[word]);
        }

        return -1;
    }

    /// <summary>The smallest member above <paramref name="region"/>, or -1.</summary>
    public readonly int Above(int region, int end)
    {
        for (int next = region + 1; next < end;)
        {
            ulong rest = words[next >> 6] >> (next & 63);
            if (rest != 0)
            {
                int found = next + BitOperations.TrailingZeroCount(rest);
                return found < end ? found : -1;
            }

            next = (next | 63) + 1;
        }

        return -1;
    }
}
