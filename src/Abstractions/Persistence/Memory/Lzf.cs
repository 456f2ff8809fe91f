namespace ModularKv.Abstractions.Memory;

/// <summary>
/// LZF, the compression of RDB strings and of list nodes: literals 000lllll and so many bytes plus one, references lllooooo oooooooo, and
/// 111ooooo llllllll oooooooo for longer ones. <see cref="LzfCompressor"/> writes it.
/// </summary>
public static class Lzf
{
    internal const int LiteralsMax = 1 << 5;

    /// <summary>Expands. Safe on any input.</summary>
    /// <returns>False: the bytes are broken, or do not make exactly as many as <paramref name="to"/> holds.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int ip = 0;
        int op = 0;
        while (ip < from.Length)
        {
            int control = from[ip++];
            if (control < LiteralsMax)
            {
                int count = control + 1;
                if (count > from.Length - ip || count > to.Length - op) return false;
                from.Slice(ip, count).CopyTo(to[op..]);
                ip += count;
                op += count;
                continue;
            }

            int length = control >> 5;
            if (length == 7)
            {
                if (ip >= from.Length) return false;
                length += from[ip++];
            }

            if (ip >= from.Length) return false;
            int source = op - ((control & 0x1F) << 8) - 1 - from[ip++];
            length += 2;
            if (source < 0 || length > to.Length - op) return false;

            // May overlap: what was just written is read again.
            if (op - source >= length) to.Slice(source, length).CopyTo(to[op..]);
            else for (int i = 0; i < length; i++) to[op + i] = to[source + i];
            op += length;
        }

        return op == to.Length;
    }
}
