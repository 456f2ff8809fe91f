using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// Compresses into <see cref="Lzf"/>, with a table of 256 KB that is kept from one call to the next: one thread at a time. The bytes are
/// those of liblzf with its usual settings (hash of 16 bits, "very fast").
/// </summary>
public sealed class LzfCompressor
{
    private const int OffsetMax = 1 << 13;
    private const int ReferenceMax = (1 << 8) + (1 << 3);
    private const int HashBits = 16;
    private const int Slots = 1 << HashBits;

    // Positions count on from one input to the next, so that what the table holds of earlier ones is out of reach without clearing it.
    private readonly uint[] _table = new uint[Slots];
    private uint _base = 1;

    /// <summary>Compresses <paramref name="from"/> into <paramref name="to"/>.</summary>
    /// <returns>Bytes used; 0: it does not fit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.Length == 0 || to.Length == 0) return 0;
        if (_base > uint.MaxValue - (uint)from.Length - OffsetMax)
        {
            Array.Clear(_table);
            _base = 1;
        }

        ref byte input = ref MemoryMarshal.GetReference(from);
        ref byte output = ref MemoryMarshal.GetReference(to);
        ref uint table = ref MemoryMarshal.GetArrayDataReference(_table);
        uint start = _base;
        _base += (uint)from.Length;
        int ip = 0;
        int op = 1;
        int literals = 0;
        int last = from.Length - 2;
        uint hash = last > 0 ? First(ref input, 0) : 0;
        while (ip < last)
        {
            hash = Next(hash, ref input, ip);
            ref uint slot = ref Unsafe.Add(ref table, Index(hash));
            uint position = start + (uint)ip;
            uint offset = position - slot - 1;

            // The very first position is never referred to: liblzf compares with greater than.
            bool found = slot > start && offset < OffsetMax;
            int reference = (int)(slot - start);
            slot = position;
            if (!found || !SameThree(ref input, reference, ip))
            {
                if (op >= to.Length) return 0;
                literals++;
                Unsafe.Add(ref output, op++) = Unsafe.Add(ref input, ip++);
                if (literals < Lzf.LiteralsMax) continue;
                Unsafe.Add(ref output, op - literals - 1) = (byte)(literals - 1);
                literals = 0;
                op++;
                continue;
            }

            if (op + 4 >= to.Length && op - (literals == 0 ? 1 : 0) + 4 >= to.Length) return 0;
            EndLiterals(to, ref op, literals);
            int length = MatchLength(ref input, reference, ip, from.Length);
            op += WriteReference(to[op..], length, (int)offset);
            literals = 0;
            op++;
            ip += length + 2;
            if (ip >= last) break;

            ip -= 2;
            hash = Next(First(ref input, ip), ref input, ip);
            Unsafe.Add(ref table, Index(hash)) = start + (uint)ip++;
            hash = Next(hash, ref input, ip);
            Unsafe.Add(ref table, Index(hash)) = start + (uint)ip++;
        }

        return Finish(from[ip..], to, op, literals);
    }

    private static int Finish(ReadOnlySpan<byte> rest, Span<byte> to, int op, int literals)
    {
        if (op + 3 > to.Length) return 0;
        foreach (byte one in rest)
        {
            literals++;
            to[op++] = one;
            if (literals < Lzf.LiteralsMax) continue;
            to[op - literals - 1] = (byte)(literals - 1);
            literals = 0;
            op++;
        }

        EndLiterals(to, ref op, literals);
        return op;
    }

    // A run of no literals takes its place back.
    private static void EndLiterals(Span<byte> to, ref int op, int literals)
    {
        if (literals == 0) op--;
        else to[op - literals - 1] = (byte)(literals - 1);
    }

    /// <summary>Length of the match, less 2.</summary>
    private static int MatchLength(ref byte input, int reference, int ip, int end)
    {
        int most = Math.Min(end - ip - 2, ReferenceMax);
        if (BitConverter.IsLittleEndian && most >= sizeof(ulong))
        {
            // Most matches are short.
            ulong difference = Eight(ref input, reference) ^ Eight(ref input, ip);
            if (difference != 0) return Math.Max(BitOperations.TrailingZeroCount(difference) >> 3, 3) - 2;
        }

        ReadOnlySpan<byte> earlier = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref input, reference), most);
        ReadOnlySpan<byte> later = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref input, ip), most);

        // Three are equal in any case, even where the limit is smaller.
        return Math.Max(earlier.CommonPrefixLength(later), 3) - 2;
    }

    private static int WriteReference(Span<byte> to, int length, int offset)
    {
        if (length < 7)
        {
            to[0] = (byte)((offset >> 8) + (length << 5));
            to[1] = (byte)offset;
            return 2;
        }

        to[0] = (byte)((offset >> 8) + (7 << 5));
        to[1] = (byte)(length - 7);
        to[2] = (byte)offset;
        return 3;
    }

    private static bool SameThree(ref byte input, int left, int right)
        => Unsafe.Add(ref input, left + 2) == Unsafe.Add(ref input, right + 2)
            && Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref input, left))
                == Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref input, right));

    private static ulong Eight(ref byte input, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref input, at));

    private static uint First(ref byte input, int at) => ((uint)Unsafe.Add(ref input, at) << 8) | Unsafe.Add(ref input, at + 1);

    private static uint Next(uint hash, ref byte input, int at) => (hash << 8) | Unsafe.Add(ref input, at + 2);

    private static uint Index(uint hash) => ((hash >> (24 - HashBits)) - (hash * 5)) & (Slots - 1);
}
