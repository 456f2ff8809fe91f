using System.Buffers;
using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Scripting.Libraries;

/// <summary>
/// FUNCTION DUMP's payload: each library as in an RDB file, then the format's version and a checksum. Source: functionDumpCommand.
/// </summary>
internal static class FunctionDump
{
    private const byte LibraryOpcode = 245;
    private const byte OldLibraryOpcode = 246;
    private const ushort Version = 10;

    /// <summary>Payloads of versions up to this one are read.</summary>
    private const ushort VersionMax = 12;
    private const int FooterBytes = 10;

    /// <summary>A compressed text larger than this is not believed, bytes.</summary>
    private const int SourceBytesMax = 512 * 1024 * 1024;

    /// <summary>Writes all libraries.</summary>
    public static byte[] Write(IReadOnlyList<byte[]> sources)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (byte[] source in sources)
        {
            Span<byte> head = payload.GetSpan(6);
            head[0] = LibraryOpcode;
            payload.Advance(1 + WriteLength(head[1..], source.Length));
            payload.Write(source);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(payload.GetSpan(2), Version);
        payload.Advance(2);
        ulong checksum = Crc64.Append(0, payload.WrittenSpan);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.GetSpan(8), checksum);
        payload.Advance(8);
        return payload.WrittenSpan.ToArray();
    }

    private static int WriteLength(Span<byte> to, int length)
    {
        if (length < 1 << 6)
        {
            to[0] = (byte)length;
            return 1;
        }

        if (length < 1 << 14)
        {
            to[0] = (byte)(0x40 | (length >> 8));
            to[1] = (byte)length;
            return 2;
        }

        to[0] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(to[1..], length);
        return 5;
    }

    /// <summary>Whether a payload's version and checksum are right.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FooterBytes) return false;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer) > VersionMax) return false;
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(footer[2..]);
        return stated == 0 || stated == Crc64.Append(0, payload[..^8]);
    }

    /// <summary>Reads the libraries' texts.</summary>
    /// <returns>Null, or what is wrong with the payload.</returns>
    public static string? Read(ReadOnlySpan<byte> payload, List<byte[]> sources)
    {
        ReadOnlySpan<byte> rest = payload[..^FooterBytes];
        while (!rest.IsEmpty)
        {
            byte opcode = rest[0];
            rest = rest[1..];
            if (opcode == OldLibraryOpcode) return "Pre-GA function format not supported";
            if (opcode != LibraryOpcode) return "given type is not a function";
            if (!TryReadString(ref rest, out byte[] source)) return "Failed loading library code";
            sources.Add(source);
        }

        return null;
    }

    private static bool TryReadString(ref ReadOnlySpan<byte> rest, out byte[] text)
    {
        text = [];
        const byte Compressed = 0xc3;
        if (rest.IsEmpty) return false;
        if (rest[0] == Compressed)
        {
            rest = rest[1..];
            if (!TryReadLength(ref rest, out int packed) || !TryReadLength(ref rest, out int length)) return false;
            if (packed > rest.Length || length > SourceBytesMax) return false;
            text = new byte[length];
            ReadOnlySpan<byte> from = rest[..packed];
            rest = rest[packed..];
            return LzfText.TryExpand(from, text);
        }

        if (!TryReadLength(ref rest, out int plain) || plain > rest.Length) return false;
        text = rest[..plain].ToArray();
        rest = rest[plain..];
        return true;
    }

    private static bool TryReadLength(ref ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (rest.IsEmpty) return false;
        int bytes = (rest[0] >> 6) switch { 0 => 1, 1 => 2, 2 when rest[0] == 0x80 => 5, _ => int.MaxValue };
        if (bytes > rest.Length) return false;
        length = bytes switch
        {
            1 => rest[0],
            2 => ((rest[0] & 0x3f) << 8) | rest[1],
            _ => BinaryPrimitives.ReadInt32BigEndian(rest[1..]),
        };
        rest = rest[bytes..];
        return length >= 0;
    }
}

/// <summary>Expands what LZF has packed, as Redis packs texts in an RDB.</summary>
internal static class LzfText
{
    /// <summary>Expands into a buffer of exactly the right size. False: it is not packed like that.</summary>
    public static bool TryExpand(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int at = 0, end = 0;
        while (at < from.Length)
        {
            int control = from[at++];
            if (control < 32)
            {
                int literal = control + 1;
                if (literal > from.Length - at || literal > to.Length - end) return false;
                from.Slice(at, literal).CopyTo(to[end..]);
                at += literal;
                end += literal;
                continue;
            }

            int length = control >> 5;
            if (length == 7 && at < from.Length) length += from[at++];
            if (at >= from.Length) return false;
            int source = end - ((control & 0x1f) << 8) - from[at++] - 1;
            length += 2;
            if (source < 0 || length > to.Length - end) return false;
            for (int i = 0; i < length; i++) to[end++] = to[source++]; // may overlap: what was just written repeats
        }

        return end == to.Length;
    }
}
