using System.Buffers.Binary;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// Reads the entries of Redis's ziplist, the packed list of files written before version 7:
/// <c>u32 bytes | u32 offset of the last entry | u16 entries | entry … | 0xFF</c>, an entry being
/// <c>length of the entry before | encoding | content</c>. Source: ziplist.c.
/// </summary>
/// <remarks>The bytes come from a file or another server and are not trusted: every step is checked, also against the way back.</remarks>
public ref struct ZiplistReader
{
    private const int HeaderBytes = 10;
    private const byte End = 0xFF;
    private const byte LongPrevious = 0xFE;
    private const int CountUnknown = ushort.MaxValue;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _previousAt;
    private int _read;

    /// <summary>Opens a ziplist.</summary>
    /// <param name="bytes">All of its bytes; borrowed while it is read.</param>
    /// <exception cref="ValueFormatException">Header and end do not fit the bytes.</exception>
    public ZiplistReader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + 1 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != (uint)bytes.Length || bytes[^1] != End)
        {
            throw new ValueFormatException("a ziplist's header does not fit its bytes");
        }

        _bytes = bytes;
        _at = _previousAt = HeaderBytes;
    }

    /// <summary>Reads the next entry.</summary>
    /// <param name="element">The entry; valid as long as the bytes are.</param>
    /// <returns>False: there is none, and the header's count and last offset were right.</returns>
    /// <exception cref="ValueFormatException">The bytes make no ziplist.</exception>
    public bool TryNext(out ListpackElement element)
    {
        element = default;
        int end = _bytes.Length - 1;
        if (_at == end)
        {
            CheckHeader();
            return false;
        }

        int start = _at;
        ReadOnlySpan<byte> rest = _bytes[start..end];
        int previous = ReadPrevious(ref rest);
        if (previous != start - _previousAt) throw Malformed("a wrong length of the entry before");
        element = ReadContent(ref rest);
        _previousAt = start;
        _at = end - rest.Length;
        _read++;
        return true;
    }

    private readonly void CheckHeader()
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[8..]);
        if (count != CountUnknown && count != _read) throw Malformed("a wrong number of entries");
        if (BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]) != (uint)_previousAt) throw Malformed("a wrong offset of the last entry");
    }

    private readonly int ReadPrevious(ref ReadOnlySpan<byte> rest)
    {
        byte first = Take(ref rest, 1)[0];
        if (first == End) throw Malformed("an end before its end");
        if (first < LongPrevious) return first;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4));
        return length > int.MaxValue ? -1 : (int)length;
    }

    private readonly ListpackElement ReadContent(scoped ref ReadOnlySpan<byte> rest)
    {
        byte first = Take(ref rest, 1)[0];
        switch (first >> 6)
        {
            case 0:
                return new ListpackElement(Take(ref rest, first));
            case 1:
                return new ListpackElement(Take(ref rest, ((first & 0x3F) << 8) | Take(ref rest, 1)[0]));
            case 2:
                return new ListpackElement(Take(ref rest, BinaryPrimitives.ReadUInt32BigEndian(Take(ref rest, 4))));
        }

        switch (first)
        {
            case 0xC0:
                return new ListpackElement(BinaryPrimitives.ReadInt16LittleEndian(Take(ref rest, 2)));
            case 0xD0:
                return new ListpackElement(BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, 4)));
            case 0xE0:
                return new ListpackElement(BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, 8)));
            case 0xF0:
                ReadOnlySpan<byte> three = Take(ref rest, 3);
                return new ListpackElement(BinaryPrimitives.ReadUInt16LittleEndian(three) | ((sbyte)three[2] << 16));
            case 0xFE:
                return new ListpackElement((sbyte)Take(ref rest, 1)[0]);
            case >= 0xF1 and <= 0xFD:
                // Four bits, one too high: zero would be the 24-bit integer's mark.
                return new ListpackElement((first & 0x0F) - 1);
            default:
                throw Malformed("an unknown encoding");
        }
    }

    private readonly ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, uint count)
    {
        if (count > (uint)rest.Length) throw Malformed("an entry that reaches past its end");
        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private readonly ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int count) => Take(ref rest, (uint)count);

    private readonly ValueFormatException Malformed(string what) => new($"a ziplist has {what} at byte {_at}");
}
