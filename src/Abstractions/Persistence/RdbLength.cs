using System.Buffers.Binary;

namespace ModularKv.Abstractions;

/// <summary>
/// Lengths: 00xxxxxx one byte, 01xxxxxx two, 10000000 and four bytes, 10000001 and eight bytes, all big-endian; 11xxxxxx is no length but
/// says how the string that would follow is encoded (<see cref="RdbEncoding"/>).
/// </summary>
public static class RdbLength
{
    /// <summary>Bytes that the longest one takes.</summary>
    public const int SizeMax = 9;

    private const byte Long32 = 0x80;
    private const byte Long64 = 0x81;

    /// <summary>Writes a length into <see cref="SizeMax"/> bytes; gives those used.</summary>
    public static int Write(ulong length, Span<byte> to)
    {
        if (length < 1 << 6)
        {
            to[0] = (byte)length;
            return 1;
        }

        if (length < 1 << 14)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(0x4000 | length));
            return 2;
        }

        if (length <= uint.MaxValue)
        {
            to[0] = Long32;
            BinaryPrimitives.WriteUInt32BigEndian(to[1..], (uint)length);
            return 5;
        }

        to[0] = Long64;
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], length);
        return 9;
    }

    /// <summary>Bytes of the length that begins so, its first byte included; 0: no length begins so.</summary>
    public static int SizeOf(byte first) => (first >> 6) switch
    {
        0 or 3 => 1,
        1 => 2,
        _ => first switch
        {
            Long32 => 5,
            Long64 => 9,
            _ => 0,
        },
    };

    /// <summary>Reads a length from as many bytes as <see cref="SizeOf"/> says.</summary>
    /// <param name="from">The bytes.</param>
    /// <param name="isEncoding">The result is a value of <see cref="RdbEncoding"/>.</param>
    public static ulong Read(ReadOnlySpan<byte> from, out bool isEncoding)
    {
        byte first = from[0];
        isEncoding = first >> 6 == 3;
        return SizeOf(first) switch
        {
            1 => (ulong)(first & 0x3F),
            2 => (ulong)(BinaryPrimitives.ReadUInt16BigEndian(from) & 0x3FFF),
            5 => BinaryPrimitives.ReadUInt32BigEndian(from[1..]),
            _ => BinaryPrimitives.ReadUInt64BigEndian(from[1..]),
        };
    }
}
