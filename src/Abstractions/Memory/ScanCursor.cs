using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// A position in the space of bit-reversed hashes, written as the reversed number: the bucket that is next. A bucket with k significant
/// bits covers an interval of that space, and so do the two buckets that it splits into: whatever is split or merged between two calls,
/// everything before the position has been visited.
/// </summary>
/// <remarks>As Redis's dictScan. A cursor is below the number of buckets (rounded up to a power of two), so a client may parse it as
/// signed.</remarks>
internal static class ScanCursor
{
    /// <summary>The start of the interval behind the one that <paramref name="cursor"/> is in; 0 when that was the last.</summary>
    /// <param name="cursor">Any number.</param>
    /// <param name="mask">The significant bits of the bucket that was visited.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Next(ulong cursor, ulong mask) => Reverse(Reverse(cursor | ~mask) + 1);

    /// <summary>
    /// Whether a walk that stands at <paramref name="cursor"/> is past the key with this hash. A walk at 0 has not begun.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasPassed(ulong cursor, ulong hash) => Reverse(hash) < Reverse(cursor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Reverse(ulong value)
    {
        value = ((value >> 1) & 0x5555_5555_5555_5555) | ((value & 0x5555_5555_5555_5555) << 1);
        value = ((value >> 2) & 0x3333_3333_3333_3333) | ((value & 0x3333_3333_3333_3333) << 2);
        value = ((value >> 4) & 0x0F0F_0F0F_0F0F_0F0F) | ((value & 0x0F0F_0F0F_0F0F_0F0F) << 4);
        return BinaryPrimitives.ReverseEndianness(value);
    }
}
