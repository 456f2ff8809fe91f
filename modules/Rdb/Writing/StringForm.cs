using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Writing;

/// <summary>Writes strings as RDB does: small integers as numbers, longer texts compressed where that saves something.</summary>
/// <remarks>One thread at a time. Source: rdbSaveRawString.</remarks>
internal sealed class StringForm(bool compresses)
{
    /// <summary>Bytes that a string may take beyond its own: the head of an uncompressed one.</summary>
    public const int OverheadMax = RdbLength.SizeMax;

    /// <summary>Texts up to this length are not compressed.</summary>
    private const int UncompressedMax = 20;

    /// <summary>Compression must save so many bytes.</summary>
    private const int SavedMin = 4;

    private readonly LzfCompressor _compressor = new();
    private byte[] _packed = [];

    /// <summary>Writes a string into at least its length and <see cref="OverheadMax"/> bytes; gives those used.</summary>
    public int Write(ReadOnlySpan<byte> text, Span<byte> to)
    {
        if (text.Length <= RdbEncoding.IntegerLengthMax && NumberText.TryParse(text, out long number)
            && WriteInteger(number, to) is var size and > 0)
        {
            return size;
        }

        if (compresses && text.Length > UncompressedMax && Compress(text) is var packed and > 0)
        {
            to[0] = RdbEncoding.Mark(RdbEncoding.Lzf);
            int at = 1 + RdbLength.Write((ulong)packed, to[1..]);
            at += RdbLength.Write((ulong)text.Length, to[at..]);
            _packed.AsSpan(0, packed).CopyTo(to[at..]);
            return at + packed;
        }

        int head = RdbLength.Write((ulong)text.Length, to);
        text.CopyTo(to[head..]);
        return head + text.Length;
    }

    private int Compress(ReadOnlySpan<byte> text)
    {
        if (_packed.Length < text.Length) _packed = GC.AllocateUninitializedArray<byte>(Math.Max(text.Length, 2 * _packed.Length));
        return _compressor.Compress(text, _packed.AsSpan(0, text.Length - SavedMin));
    }

    private static int WriteInteger(long number, Span<byte> to)
    {
        if (number == (sbyte)number)
        {
            to[0] = RdbEncoding.Mark(RdbEncoding.Int8);
            to[1] = (byte)number;
            return 2;
        }

        if (number == (short)number)
        {
            to[0] = RdbEncoding.Mark(RdbEncoding.Int16);
            BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)number);
            return 3;
        }

        if (number != (int)number) return 0;
        to[0] = RdbEncoding.Mark(RdbEncoding.Int32);
        BinaryPrimitives.WriteInt32LittleEndian(to[1..], (int)number);
        return 5;
    }
}
