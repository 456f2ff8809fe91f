using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Memory;

/// <summary>Registers of six bits, the lowest bits first, and what is done to all of them at once.</summary>
/// <remarks>
/// Sixteen registers are twelve bytes: a shuffle puts three bytes into each 32 bits, four shifts bring their registers apart. "Raw"
/// registers have a byte each.
/// </remarks>
internal static unsafe class DenseRegisters
{
    private const int RegisterMax = 63;
    private const int GroupRegisters = 16;
    private const int GroupBytes = 12;

    /// <summary>Groups that can be read or written as whole vectors without reaching behind the end.</summary>
    private const int VectorGroups = HllLayout.Registers / GroupRegisters - 1;

    /// <summary>The value of one register.</summary>
    public static int Get(ReadOnlySpan<byte> dense, int index)
    {
        int bit = index * 6;
        int at = bit >> 3;
        int shift = bit & 7;
        int word = dense[at] | (shift > 2 ? dense[at + 1] << 8 : 0);
        return (word >> shift) & RegisterMax;
    }

    /// <summary>Raises one register. False: it has that value or a higher one.</summary>
    public static bool Raise(Span<byte> dense, int index, int value)
    {
        if (value <= Get(dense, index)) return false;
        Set(dense, index, value);
        return true;
    }

    /// <summary>Sets one register.</summary>
    public static void Set(Span<byte> dense, int index, int value)
    {
        int bit = index * 6;
        int at = bit >> 3;
        int shift = bit & 7;
        dense[at] = (byte)((dense[at] & ~(RegisterMax << shift)) | (value << shift));
        if (shift > 2) dense[at + 1] = (byte)((dense[at + 1] & ~(RegisterMax >> (8 - shift))) | (value >> (8 - shift)));
    }

    /// <summary>Raises raw registers to those of a dense value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(ReadOnlySpan<byte> dense, Span<byte> raw)
    {
        fixed (byte* from = dense, to = raw)
        {
            int group = 0;
            if (Vector128.IsHardwareAccelerated)
            {
                for (; group < VectorGroups; group++)
                {
                    byte* place = to + group * GroupRegisters;
                    Vector128.Max(Unpack(Vector128.Load(from + group * GroupBytes)), Vector128.Load(place)).Store(place);
                }
            }

            for (int i = group * GroupRegisters; i < HllLayout.Registers; i++) to[i] = Math.Max(to[i], (byte)Get(dense, i));
        }
    }

    /// <summary>Writes raw registers, which are at most 63, as dense ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<byte> raw, Span<byte> dense)
    {
        fixed (byte* from = raw, to = dense)
        {
            int group = 0;
            if (Vector128.IsHardwareAccelerated)
            {
                // Each vector writes four bytes more than its group has; the next one overwrites them.
                for (; group < VectorGroups; group++) Pack(Vector128.Load(from + group * GroupRegisters)).Store(to + group * GroupBytes);
            }

            for (int i = group * GroupRegisters; i < HllLayout.Registers; i++) Set(dense, i, raw[i]);
        }
    }

    /// <summary>Counts raw registers by value.</summary>
    /// <param name="raw">The registers.</param>
    /// <param name="histogram">At least <see cref="Estimator.HistogramSize"/> counts, to which these are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Histogram(ReadOnlySpan<byte> raw, Span<int> histogram)
    {
        // Four tables: the same count twice in a row would wait for itself.
        int* counts = stackalloc int[4 * 256];
        new Span<int>(counts, 4 * 256).Clear();
        fixed (byte* from = raw)
        {
            for (int i = 0; i < HllLayout.Registers; i += sizeof(ulong))
            {
                ulong word = Unsafe.ReadUnaligned<ulong>(from + i);
                counts[(byte)word]++;
                counts[256 + (byte)(word >> 8)]++;
                counts[512 + (byte)(word >> 16)]++;
                counts[768 + (byte)(word >> 24)]++;
                counts[(byte)(word >> 32)]++;
                counts[256 + (byte)(word >> 40)]++;
                counts[512 + (byte)(word >> 48)]++;
                counts[768 + (word >> 56)]++;
            }
        }

        for (int i = 0; i < Estimator.HistogramSize; i++) histogram[i] += counts[i] + counts[256 + i] + counts[512 + i] + counts[768 + i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Unpack(Vector128<byte> packed)
    {
        Vector128<uint> bits = Vector128.ShuffleNative(
            packed, Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255)).AsUInt32();
        return ((bits & Vector128.Create(0x3Fu))
            | ((bits << 2) & Vector128.Create(0x3F00u))
            | ((bits << 4) & Vector128.Create(0x3F0000u))
            | ((bits << 6) & Vector128.Create(0x3F000000u))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pack(Vector128<byte> raw)
    {
        Vector128<uint> bits = raw.AsUInt32();
        Vector128<uint> packed = (bits & Vector128.Create(0x3Fu))
            | ((bits >>> 2) & Vector128.Create(0xFC0u))
            | ((bits >>> 4) & Vector128.Create(0x3F000u))
            | ((bits >>> 6) & Vector128.Create(0xFC0000u));
        return Vector128.ShuffleNative(
            packed.AsByte(), Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255));
    }
}
