using System.Buffers.Binary;
using ModularKv.Abstractions;

namespace ModularKv.Hashes.Persistence;

/// <summary>
/// Reads the fields of a zipmap, Redis's small hash before version 2.6: <c>u8 fields | (length | field | length | u8 free | value | free
/// bytes) … | 0xFF</c>. The bytes are not trusted. Source: zipmap.c.
/// </summary>
internal ref struct ZipmapReader
{
    private const byte End = 0xFF;
    private const byte LongLength = 0xFE;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Opens a zipmap.</summary>
    /// <exception cref="ValueFormatException">It has no end.</exception>
    public ZipmapReader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[^1] != End) throw new ValueFormatException("a zipmap has no end");
        _rest = bytes[1..];
    }

    /// <summary>Reads the next field. False: there is none.</summary>
    /// <exception cref="ValueFormatException">The bytes make no zipmap.</exception>
    public bool TryNext(out ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        field = value = default;
        if (_rest[0] == End)
        {
            return _rest.Length == 1 ? false : throw new ValueFormatException("a zipmap ends before its end");
        }

        field = Take(Length());
        long length = Length();
        int free = Take(1)[0];
        value = Take(length);
        Take(free);
        return true;
    }

    private long Length()
    {
        byte first = Take(1)[0];
        if (first < LongLength) return first;
        if (first == End) throw new ValueFormatException("a zipmap ends within a field");
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    // The end mark is never part of what is taken.
    private ReadOnlySpan<byte> Take(long count)
    {
        if (count >= _rest.Length) throw new ValueFormatException("a zipmap's field reaches past its end");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
