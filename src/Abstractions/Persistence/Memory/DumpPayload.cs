using System.Buffers.Binary;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// The end of what DUMP and FUNCTION DUMP give and RESTORE and FUNCTION RESTORE take: behind the content 2 bytes with the version of the
/// RDB format and 8 bytes of checksum over all before, both little-endian. Source: cluster.c, createDumpPayload and verifyDumpPayload.
/// </summary>
public static class DumpPayload
{
    /// <summary>Bytes behind the content.</summary>
    public const int FooterBytes = VersionBytes + SumBytes;

    /// <summary>Newest version of the format that is read.</summary>
    public const int NewestVersion = 12;

    private const int VersionBytes = 2;
    private const int SumBytes = 8;

    /// <summary>Whether version and checksum are right.</summary>
    /// <param name="payload">All of it.</param>
    /// <param name="checksum">Whether to look at the checksum.</param>
    public static bool IsIntact(ReadOnlySpan<byte> payload, bool checksum = true)
    {
        if (payload.Length < FooterBytes) return false;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer) > NewestVersion) return false;
        return !checksum || Crc64.Append(0, payload[..^SumBytes]) == BinaryPrimitives.ReadUInt64LittleEndian(footer[VersionBytes..]);
    }

    /// <summary>The content of a payload that is intact.</summary>
    public static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> payload) => payload[..^FooterBytes];

    /// <summary>Writes the <see cref="FooterBytes"/> that belong behind a content.</summary>
    public static void WriteFooter(ReadOnlySpan<byte> content, int version, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)version);
        ulong sum = Crc64.Append(Crc64.Append(0, content), to[..VersionBytes]);
        BinaryPrimitives.WriteUInt64LittleEndian(to[VersionBytes..], sum);
    }
}
