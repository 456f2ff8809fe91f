using System.Buffers.Binary;
using System.Numerics;

namespace ModularKv.HyperLogLog.Registers;

/// <summary>From an element to its register and its run of zeros. MurmurHash64A with Redis's seed.</summary>
internal static class ElementHash
{
    private const ulong Seed = 0xadc83b19UL;
    private const ulong Multiplier = 0xc6a4a7935bd1e995UL;
    private const int Rotation = 47;

    /// <summary>The register of an element, and the value that it would have for this element alone: 1 to 51.</summary>
    public static (int Index, int Run) Place(ReadOnlySpan<byte> element)
    {
        ulong hash = Compute(element);
        int index = (int)(hash & (HllLayout.Registers - 1));

        // One more bit at the end, so that the run ends.
        ulong rest = (hash >> HllLayout.IndexBits) | (1UL << (64 - HllLayout.IndexBits));
        return (index, BitOperations.TrailingZeroCount(rest) + 1);
    }

    internal static ulong Compute(ReadOnlySpan<byte> data)
    {
        ulong hash = Seed ^ ((ulong)data.Length * Multiplier);
        while (data.Length >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data) * Multiplier;
            word ^= word >> Rotation;
            hash = (hash ^ (word * Multiplier)) * Multiplier;
            data = data[sizeof(ulong)..];
        }

        if (data.Length > 0)
        {
            ulong tail = 0;
            for (int i = data.Length - 1; i >= 0; i--) tail = (tail << 8) | data[i];
            hash = (hash ^ tail) * Multiplier;
        }

        hash ^= hash >> Rotation;
        hash *= Multiplier;
        return hash ^ (hash >> Rotation);
    }
}
