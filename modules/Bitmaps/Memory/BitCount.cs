using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModularKv.Bitmaps.Memory;

/// <summary>Counts the bits that are set.</summary>
internal static unsafe class BitCount
{
    /// <summary>Vectors whose counts fit into bytes: each adds at most 8.</summary>
    private const int VectorsPerSum = 31;

    /// <summary>Bits set within a range that lies inside the string.</summary>
    public static long Count(ReadOnlySpan<byte> value, BitRange range)
    {
        int first = (int)(range.First >> 3);
        int last = (int)(range.Last >> 3);
        int before = value[first] & ~(0xFF >> (int)(range.First & 7));
        int after = value[last] & ((1 << (7 - (int)(range.Last & 7))) - 1);
        return Count(value[first..(last + 1)]) - BitOperations.PopCount((uint)before) - BitOperations.PopCount((uint)after);
    }

    /// <summary>Bits set in all of the bytes.</summary>
    public static long Count(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            byte* at = start;
            byte* end = start + bytes.Length;
            long count = 0;
            if (Vector512.IsHardwareAccelerated) count = CountBy512(ref at, end);
            else if (Vector256.IsHardwareAccelerated) count = CountBy256(ref at, end);
            for (; end - at >= sizeof(ulong); at += sizeof(ulong)) count += BitOperations.PopCount(Unsafe.ReadUnaligned<ulong>(at));
            for (; at < end; at++) count += BitOperations.PopCount((uint)*at);
            return count;
        }
    }

    // Both: a table of 16 counts, looked up for the two halves of each byte; sums of bytes are widened before they can overflow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountBy512(ref byte* at, byte* end)
    {
        Vector512<byte> table = Vector512.Create(Vector256.Create(Table128(), Table128()), Vector256.Create(Table128(), Table128()));
        Vector512<byte> low = Vector512.Create((byte)0x0F);
        Vector512<ulong> total = Vector512<ulong>.Zero;
        while (end - at >= Vector512<byte>.Count)
        {
            long vectors = Math.Min(VectorsPerSum, (end - at) / Vector512<byte>.Count);
            Vector512<byte> sum = Vector512<byte>.Zero;
            for (; vectors > 0; vectors--, at += Vector512<byte>.Count)
            {
                Vector512<byte> bits = Vector512.Load(at);
                sum += Lookup(table, bits & low) + Lookup(table, (bits.AsUInt16() >>> 4).AsByte() & low);
            }

            (Vector512<ushort> lower, Vector512<ushort> upper) = Vector512.Widen(sum);
            (Vector512<uint> left, Vector512<uint> right) = Vector512.Widen(lower + upper);
            (Vector512<ulong> a, Vector512<ulong> b) = Vector512.Widen(left + right);
            total += a + b;
        }

        return (long)Vector512.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountBy256(ref byte* at, byte* end)
    {
        Vector256<byte> table = Vector256.Create(Table128(), Table128());
        Vector256<byte> low = Vector256.Create((byte)0x0F);
        Vector256<ulong> total = Vector256<ulong>.Zero;
        while (end - at >= Vector256<byte>.Count)
        {
            long vectors = Math.Min(VectorsPerSum, (end - at) / Vector256<byte>.Count);
            Vector256<byte> sum = Vector256<byte>.Zero;
            for (; vectors > 0; vectors--, at += Vector256<byte>.Count)
            {
                Vector256<byte> bits = Vector256.Load(at);
                sum += Lookup(table, bits & low) + Lookup(table, (bits.AsUInt16() >>> 4).AsByte() & low);
            }

            (Vector256<ushort> lower, Vector256<ushort> upper) = Vector256.Widen(sum);
            (Vector256<uint> left, Vector256<uint> right) = Vector256.Widen(lower + upper);
            (Vector256<ulong> a, Vector256<ulong> b) = Vector256.Widen(left + right);
            total += a + b;
        }

        return (long)Vector256.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Table128() => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Lookup(Vector512<byte> table, Vector512<byte> indices) =>
        System.Runtime.Intrinsics.X86.Avx512BW.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx512BW.Shuffle(table, indices)
            : Vector512.Shuffle(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> indices) =>
        System.Runtime.Intrinsics.X86.Avx2.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx2.Shuffle(table, indices)
            : Vector256.Shuffle(table, indices);
}
