using System.Buffers.Binary;

namespace ModularKv.Lists.Compression;

/// <summary>
/// The LZF format, as Redis's list nodes and files have it: <c>000LLLLL</c> and L+1 bytes as they are; <c>LLLooooo oooooooo</c>, L+2 bytes
/// (L 1-6) from o+1 bytes back; <c>111ooooo LLLLLLLL oooooooo</c>, L+9 bytes from there. Source: lzf_c.c, lzf_d.c.
/// </summary>
/// <remarks>Not thread-safe: it keeps its table of places. Allocates nothing after it was made.</remarks>
internal sealed class Lzf
{
    private const int TableBits = 13;
    private const int LiteralMax = 32;
    private const int DistanceMax = 8192;
    private const int MatchMin = 3;
    private const int MatchMax = 264;
    private const int LongMatch = 7;

    // Where three bytes of that hash stood last, plus one.
    private readonly int[] _places = new int[1 << TableBits];

    /// <summary>Compresses.</summary>
    /// <returns>Bytes written; 0: they would not fit into <paramref name="to"/>.</returns>
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        Array.Clear(_places);
        int at = 0, written = 0, literals = 0, last = from.Length - MatchMin;
        while (at <= last)
        {
            ref int place = ref _places[Hash(from, at)];
            int candidate = place - 1;
            place = at + 1;
            if (candidate < 0 || at - candidate > DistanceMax || !from.Slice(candidate, MatchMin).SequenceEqual(from.Slice(at, MatchMin)))
            {
                at++;
                continue;
            }

            if (!TryLiterals(from[literals..at], to, ref written)) return 0;
            int length = from[(at + MatchMin)..Math.Min(from.Length, at + MatchMax)].CommonPrefixLength(from[(candidate + MatchMin)..]);
            length += MatchMin;
            if (!TryMatch(length, at - candidate - 1, to, ref written)) return 0;
            int end = at + length;
            for (at++; at < end && at <= last; at++) _places[Hash(from, at)] = at + 1;
            at = literals = end;
        }

        return TryLiterals(from[literals..], to, ref written) ? written : 0;
    }

    /// <summary>Decompresses to exactly <paramref name="to"/>'s length. Does not trust the bytes.</summary>
    /// <returns>False: the bytes are no LZF of that length.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int at = 0, written = 0;
        while (at < from.Length)
        {
            int control = from[at++];
            if (control < LiteralMax)
            {
                int count = control + 1;
                if (count > from.Length - at || count > to.Length - written) return false;
                from.Slice(at, count).CopyTo(to[written..]);
                at += count;
                written += count;
                continue;
            }

            int length = control >> 5;
            if (length == LongMatch)
            {
                if (at == from.Length) return false;
                length += from[at++];
            }

            if (at == from.Length) return false;
            int distance = (((control & 0x1F) << 8) | from[at++]) + 1;
            length += 2;
            if (distance > written || length > to.Length - written) return false;
            CopyBack(to, written, distance, length);
            written += length;
        }

        return written == to.Length;
    }

    private static int Hash(ReadOnlySpan<byte> bytes, int at)
    {
        uint three = (uint)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) | (bytes[at + 2] << 16));
        return (int)((three * 2654435761u) >> (32 - TableBits));
    }

    // The distance may be shorter than the length: then what is written is read again.
    private static void CopyBack(Span<byte> to, int at, int distance, int length)
    {
        if (distance >= length)
        {
            to.Slice(at - distance, length).CopyTo(to[at..]);
            return;
        }

        for (int i = 0; i < length; i++) to[at + i] = to[at + i - distance];
    }

    private static bool TryLiterals(ReadOnlySpan<byte> bytes, Span<byte> to, ref int written)
    {
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, LiteralMax);
            if (to.Length - written <= count) return false;
            to[written++] = (byte)(count - 1);
            bytes[..count].CopyTo(to[written..]);
            written += count;
            bytes = bytes[count..];
        }

        return true;
    }

    private static bool TryMatch(int length, int offset, Span<byte> to, ref int written)
    {
        if (to.Length - written < 3) return false;
        int code = length - 2;
        if (code < LongMatch)
        {
            to[written++] = (byte)((code << 5) | (offset >> 8));
        }
        else
        {
            to[written++] = (byte)((LongMatch << 5) | (offset >> 8));
            to[written++] = (byte)(code - LongMatch);
        }

        to[written++] = (byte)offset;
        return true;
    }
}
