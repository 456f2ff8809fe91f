using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModularKv.Rdb.Format.Memory;

/// <summary>
/// LZF, the compression of RDB strings: literals 000lllll and so many bytes plus one, references lllooooo oooooooo, and 111ooooo llllllll
/// oooooooo for longer ones. Compresses to the same bytes as liblzf with its usual settings (hash of 16 bits, "very fast").
/// </summary>
internal static class Lzf
{
    private const int LiteralsMax = 1 << 5;
    private const int OffsetMax = 1 << 13;
    private const int ReferenceMax = (1 << 8) + (1 << 3);

    private const int WideBytes = 16;

    /// <summary>Expands. Safe on any input.</summary>
    /// <returns>False: the bytes are broken, or do not make exactly as many as <paramref name="to"/> holds.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDecompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        ref byte input = ref MemoryMarshal.GetReference(from);
        ref byte output = ref MemoryMarshal.GetReference(to);
        int ip = 0, op = 0, inputEnd = from.Length, outputEnd = to.Length;
        while (ip < inputEnd)
        {
            int control = Unsafe.Add(ref input, ip++);
            if (control < LiteralsMax)
            {
                int count = control + 1;
                if (inputEnd - ip >= LiteralsMax && outputEnd - op >= LiteralsMax)
                {
                    // The most that a run can be, whatever it is: what is too much is written over, or makes the end wrong.
                    Wide(ref output, op) = Wide(ref input, ip);
                    if (count > WideBytes) Wide(ref output, op + WideBytes) = Wide(ref input, ip + WideBytes);
                }
                else
                {
                    if (count > inputEnd - ip || count > outputEnd - op) return false;
                    Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref output, op), ref Unsafe.Add(ref input, ip), (uint)count);
                }

                ip += count;
                op += count;
                continue;
            }

            int length = control >> 5;
            if (length == 7)
            {
                if (ip >= inputEnd) return false;
                length += Unsafe.Add(ref input, ip++);
            }

            if (ip >= inputEnd) return false;
            int distance = ((control & 0x1F) << 8) + 1 + Unsafe.Add(ref input, ip++);
            length += 2;
            if (distance > op || length > outputEnd - op) return false;
            int roomLeft = outputEnd - op - length;
            if (distance >= WideBytes && roomLeft >= WideBytes)
            {
                for (int i = 0; i < length; i += WideBytes) Wide(ref output, op + i) = Wide(ref output, op + i - distance);
            }
            else if (distance >= sizeof(ulong) && roomLeft >= sizeof(ulong))
            {
                for (int i = 0; i < length; i += sizeof(ulong)) Eight(ref output, op + i) = Eight(ref output, op + i - distance);
            }
            else
            {
                // May overlap: what was just written is read again.
                for (int i = op; i < op + length; i++) Unsafe.Add(ref output, i) = Unsafe.Add(ref output, i - distance);
            }

            op += length;
        }

        return op == outputEnd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Vector128<byte> Wide(ref byte start, int at) => ref Unsafe.As<byte, Vector128<byte>>(ref Unsafe.Add(ref start, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref ulong Eight(ref byte start, int at) => ref Unsafe.As<byte, ulong>(ref Unsafe.Add(ref start, at));

    /// <summary>Compresses, with a table that is kept from one call to the next. One thread at a time.</summary>
    internal sealed class Compressor
    {
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
                    if (literals < LiteralsMax) continue;
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
                if (literals < LiteralsMax) continue;
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
            if (most >= sizeof(ulong))
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

        private static uint First(ref byte input, int at) => ((uint)Unsafe.Add(ref input, at) << 8) | Unsafe.Add(ref input, at + 1);

        private static uint Next(uint hash, ref byte input, int at) => (hash << 8) | Unsafe.Add(ref input, at + 2);

        private static uint Index(uint hash) => ((hash >> (24 - HashBits)) - (hash * 5)) & (Slots - 1);
    }
}
