using System.Buffers.Binary;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>What DUMP gives and RESTORE takes: type byte, value, version (2 bytes), checksum (8 bytes). Source: cluster.c.</summary>
internal static class DumpPayload
{
    /// <summary>Bytes behind the value.</summary>
    public const int FooterBytes = VersionBytes + SumBytes;

    private const int VersionBytes = 2;
    private const int SumBytes = 8;

    /// <summary>Whether version and checksum are right. Source: verifyDumpPayload.</summary>
    /// <param name="payload">All of it.</param>
    /// <param name="checksum">Whether to look at the checksum.</param>
    public static bool IsIntact(ReadOnlySpan<byte> payload, bool checksum)
    {
        if (payload.Length < FooterBytes) return false;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer) > RdbVersion.Newest) return false;
        return !checksum || Crc64.Append(0, payload[..^SumBytes]) == BinaryPrimitives.ReadUInt64LittleEndian(footer[VersionBytes..]);
    }

    /// <summary>Makes a payload of a type byte and a value.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> typeAndValue)
    {
        byte[] payload = new byte[typeAndValue.Length + FooterBytes];
        typeAndValue.CopyTo(payload);
        int version = Math.Max(RdbVersion.Default, RdbTypeByte.VersionOf(typeAndValue[0]));
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(typeAndValue.Length), (ushort)version);
        ulong sum = Crc64.Append(0, payload.AsSpan(0, payload.Length - SumBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(payload.Length - SumBytes), sum);
        return payload;
    }
}
