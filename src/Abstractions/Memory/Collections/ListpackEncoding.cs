using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModularKv.Abstractions.Collections;

/// <summary>How one element of a listpack looks: <c>encoding | content | length backwards</c>. Source: listpack.c.</summary>
internal static class ListpackEncoding
{
    private const byte String32 = 0xF0;
    private const byte Integer16 = 0xF1;
    private const byte Integer24 = 0xF2;
    private const byte Integer32 = 0xF3;
    private const byte Integer64 = 0xF4;

    private const int Short6Max = 63;
    private const int Short12Max = 4095;

    /// <summary>Bytes of the length backwards of an element of so many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BackBytes(int length) => length <= 127 ? 1 : length < 16383 ? 2 : length < 2097151 ? 3 : length < 268435455 ? 4 : 5;

    /// <summary>Bytes of encoding and content of an integer.</summary>
    public static int IntegerBytes(long value) => value switch
    {
        >= 0 and <= 127 => 1,
        >= -4096 and <= 4095 => 2,
        >= short.MinValue and <= short.MaxValue => 3,
        >= -8388608 and <= 8388607 => 4,
        >= int.MinValue and <= int.MaxValue => 5,
        _ => 9,
    };

    /// <summary>Bytes of a whole element that holds a string of so many bytes.</summary>
    public static int SizeOfString(int length)
    {
        int bytes = checked(length + (length <= Short6Max ? 1 : length <= Short12Max ? 2 : 5));
        return checked(bytes + BackBytes(bytes));
    }

    /// <summary>Reads the element at an offset, and the bytes that it takes in all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ListpackElement Read(ReadOnlySpan<byte> listpack, int at, scoped out int bytes)
    {
        byte first = listpack[at];
        if ((first & 0xC0) == 0x80)
        {
            int length = first & Short6Max;
            bytes = length + 2;
            return new ListpackElement(listpack.Slice(at + 1, length));
        }

        return ReadOther(listpack, at, out bytes);
    }

    /// <summary>Bytes of encoding and content of the element at an offset.</summary>
    public static int ContentEnd(ReadOnlySpan<byte> listpack, int at)
    {
        byte first = listpack[at];
        if (first < 0x80) return 1;
        if (first < 0xC0) return 1 + (first & Short6Max);
        if (first < 0xE0) return 2;
        if (first < 0xF0) return 2 + (((first & 0xF) << 8) | listpack[at + 1]);
        return first switch
        {
            String32 => 5 + BinaryPrimitives.ReadInt32LittleEndian(listpack[(at + 1)..]),
            Integer16 => 3,
            Integer24 => 4,
            Integer32 => 5,
            _ => 9,
        };
    }

    /// <summary>As <see cref="ContentEnd"/>, for bytes from outside: -1 where they make no element.</summary>
    public static long TryContentEnd(ReadOnlySpan<byte> bytes)
    {
        byte first = bytes[0];
        if (first > Integer64) return -1;
        if (first is >= 0xE0 and < 0xF0 && bytes.Length < 2) return -1;
        if (first != String32) return ContentEnd(bytes, 0);
        return bytes.Length < 5 ? -1 : 5L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
    }

    /// <summary>Whether these bytes are the length backwards.</summary>
    public static bool BackIs(ReadOnlySpan<byte> bytes, int length)
    {
        Span<byte> expected = stackalloc byte[5];
        return bytes.SequenceEqual(expected[..WriteBack(expected, length)]);
    }

    /// <summary>Writes a string element.</summary>
    public static void Write(Span<byte> to, ReadOnlySpan<byte> element)
    {
        int head;
        if (element.Length <= Short6Max)
        {
            to[0] = (byte)(0x80 | element.Length);
            head = 1;
        }
        else if (element.Length <= Short12Max)
        {
            to[0] = (byte)(0xE0 | (element.Length >> 8));
            to[1] = (byte)element.Length;
            head = 2;
        }
        else
        {
            to[0] = String32;
            BinaryPrimitives.WriteInt32LittleEndian(to[1..], element.Length);
            head = 5;
        }

        element.CopyTo(to[head..]);
        WriteBack(to[(head + element.Length)..], head + element.Length);
    }

    /// <summary>Writes an integer element.</summary>
    public static void Write(Span<byte> to, long value)
    {
        int bytes = IntegerBytes(value);
        switch (bytes)
        {
            case 1:
                to[0] = (byte)value;
                break;
            case 2:
                to[0] = (byte)(0xC0 | ((value >> 8) & 0x1F));
                to[1] = (byte)value;
                break;
            case 3:
                to[0] = Integer16;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                break;
            case 4:
                to[0] = Integer24;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                to[3] = (byte)(value >> 16);
                break;
            case 5:
                to[0] = Integer32;
                BinaryPrimitives.WriteInt32LittleEndian(to[1..], (int)value);
                break;
            default:
                to[0] = Integer64;
                BinaryPrimitives.WriteInt64LittleEndian(to[1..], value);
                break;
        }

        to[bytes] = (byte)bytes;
    }

    private static ListpackElement ReadOther(ReadOnlySpan<byte> listpack, int at, scoped out int bytes)
    {
        byte first = listpack[at];
        if (first < 0x80)
        {
            bytes = 2;
            return new ListpackElement(first);
        }

        if (first < 0xE0)
        {
            bytes = 3;

            // 13 bits with a sign.
            int value = ((first & 0x1F) << 8) | listpack[at + 1];
            return new ListpackElement((value << 19) >> 19);
        }

        int end = ContentEnd(listpack, at);
        bytes = end + BackBytes(end);
        if (first < 0xF0) return new ListpackElement(listpack.Slice(at + 2, end - 2));
        ReadOnlySpan<byte> content = listpack.Slice(at + 1, end - 1);
        return first switch
        {
            String32 => new ListpackElement(content[4..]),
            Integer16 => new ListpackElement(BinaryPrimitives.ReadInt16LittleEndian(content)),
            Integer24 => new ListpackElement(BinaryPrimitives.ReadUInt16LittleEndian(content) | ((sbyte)content[2] << 16)),
            Integer32 => new ListpackElement(BinaryPrimitives.ReadInt32LittleEndian(content)),
            _ => new ListpackElement(BinaryPrimitives.ReadInt64LittleEndian(content)),
        };
    }

    // Read from the end: the highest bit says that more follow before it.
    private static int WriteBack(Span<byte> to, int length)
    {
        int bytes = BackBytes(length);
        for (int i = bytes - 1; i > 0; i--)
        {
            to[i] = (byte)(length | 128);
            length >>= 7;
        }

        to[0] = (byte)length;
        return bytes;
    }
}
