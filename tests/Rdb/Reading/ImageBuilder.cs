using System.Buffers.Binary;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>Makes images and payloads byte by byte.</summary>
internal sealed class ImageBuilder
{
    private readonly List<byte> _bytes = [];

    public ImageBuilder(int version = 10) => _bytes.AddRange(Encoding.ASCII.GetBytes($"REDIS{version:D4}"));

    public ImageBuilder Bytes(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ImageBuilder String(ReadOnlySpan<byte> bytes) => Bytes(Text(bytes));

    /// <summary>A key with its type byte; the value follows.</summary>
    public ImageBuilder Key(byte type, string key) => Bytes(type).String(Encoding.Latin1.GetBytes(key));

    public byte[] End(bool withSum = true)
    {
        Bytes(0xFF);
        Span<byte> sum = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(sum, withSum ? Crc64.Append(0, _bytes.ToArray()) : 0);
        return Bytes(sum)._bytes.ToArray();
    }

    /// <summary>A plain string as it stands in an image.</summary>
    public static byte[] Text(ReadOnlySpan<byte> bytes)
    {
        byte[] head = new byte[9];
        int used = RdbLength.Write((ulong)bytes.Length, head);
        return [.. head[..used], .. bytes];
    }

    /// <summary>A payload of RESTORE.</summary>
    public static byte[] Payload(byte[] typeAndValue, int version = 9)
    {
        byte[] body = [.. typeAndValue, (byte)version, 0];
        byte[] sum = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(sum, Crc64.Append(0, body));
        return [.. body, .. sum];
    }
}
