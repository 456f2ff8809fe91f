using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// LZF, the compression of RDB strings and of list nodes: literals 000lllll and so many bytes plus one, references lllooooo oooooooo, and
/// 111ooooo llllllll oooooooo for longer ones. <see cref="LzfCompressor"/> writes it.
/// </summary>
public static class Lzf
{
    internal const int LiteralsMax = 1 << 5;
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
}
