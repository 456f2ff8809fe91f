using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Writing;

/// <summary>
/// A buffer before a sink, with the checksum of what went through it. One thread at a time. Never holds more than a buffer and one string.
/// </summary>
internal sealed class ImageOutput(RdbSink sink, StringForm strings, bool sums)
{
    // Half a millisecond of writing.
    private const int BufferBytes = 64 * 1024;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _used;
    private ulong _sum;

    /// <summary>Bytes written.</summary>
    public long Written { get; private set; }

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_used++] = value;
    }

    /// <summary>A length.</summary>
    public void Length(ulong value)
    {
        Reserve(RdbLength.SizeMax);
        _used += RdbLength.Write(value, _buffer.AsSpan(_used));
    }

    /// <summary>Eight bytes, little-endian.</summary>
    public void Fixed64(long value)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_used), value);
        _used += sizeof(long);
    }

    /// <summary>A string, encoded in the way that suits it.</summary>
    public void String(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length + StringForm.OverheadMax);
        _used += strings.Write(text, _buffer.AsSpan(_used));
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>The checksum of all before it, or 0 where none is wanted; then everything is handed to the sink.</summary>
    public void End()
    {
        Flush();
        Span<byte> sum = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(sum, sums ? _sum : 0);
        Raw(sum);
        Flush();
    }

    /// <summary>Hands what is buffered to the sink.</summary>
    public void Flush()
    {
        if (_used == 0) return;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _used);
        if (sums) _sum = Crc64.Append(_sum, bytes);
        sink.Write(bytes);
        Written += _used;
        _used = 0;

        // One very long string has made it grow: not for good.
        if (_buffer.Length > 64 * BufferBytes) _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _used >= bytes) return;
        Flush();
        if (_buffer.Length < bytes) _buffer = GC.AllocateUninitializedArray<byte>(bytes);
    }
}
