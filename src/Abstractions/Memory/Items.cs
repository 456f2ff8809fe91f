using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>Marks of the items in which a value travels from the loop to a file's writer.</summary>
internal static class ItemMark
{
    public const byte RdbType = 1;
    public const byte Length = 2;
    public const byte String = 3;
    public const byte Double = 4;
    public const byte Fixed64 = 5;
    public const byte Raw = 6;
}

/// <summary>Kinds of items.</summary>
public enum ItemKind
{
    /// <summary>None: all were read.</summary>
    End = 0,

    /// <summary>The RDB type byte.</summary>
    RdbType = ItemMark.RdbType,

    /// <summary>A number.</summary>
    Length = ItemMark.Length,

    /// <summary>A string.</summary>
    String = ItemMark.String,

    /// <summary>A binary double.</summary>
    Double = ItemMark.Double,

    /// <summary>Eight bytes.</summary>
    Fixed64 = ItemMark.Fixed64,

    /// <summary>Bytes as they are.</summary>
    Raw = ItemMark.Raw,
}

/// <summary>Appends items to an off-heap buffer.</summary>
public sealed unsafe class ItemWriter : ValueWriter, IDisposable
{
    private byte* _bytes;
    private long _length;
    private long _capacity;
    private long _start;

    internal byte* Bytes => _bytes;

    /// <summary>Bytes in the buffer.</summary>
    public long TotalLength => _length;

    /// <summary>All items written, as <see cref="ItemReader.Open"/> takes them.</summary>
    public ReadOnlySpan<byte> Content => new(_bytes, checked((int)_length));

    /// <inheritdoc/>
    public override long Written => _length - _start;

    /// <summary>Starts counting <see cref="Written"/> anew.</summary>
    public void BeginValue() => _start = _length;

    /// <summary>Empties the buffer.</summary>
    public void Clear() => _length = _start = 0;

    /// <summary>Hands the buffer over and starts with none.</summary>
    internal byte* Detach(out long length, out long capacity)
    {
        byte* bytes = _bytes;
        length = _length;
        capacity = _capacity;
        _bytes = null;
        _length = _start = _capacity = 0;
        return bytes;
    }

    /// <summary>Starts with a buffer from <see cref="NativeMemory"/>; there must be none.</summary>
    internal void Attach(byte* bytes, long capacity)
    {
        Invariant.Check(_bytes == null, "an item writer has a buffer already");
        _bytes = bytes;
        _capacity = capacity;
        _length = _start = 0;
    }

    internal byte* Reserve(long count)
    {
        if (_capacity - _length < count)
        {
            _capacity = Math.Max(_capacity * 2, _length + count + 256);
            _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)_capacity);
        }

        byte* at = _bytes + _length;
        _length += count;
        return at;
    }

    /// <inheritdoc/>
    public override void RdbType(byte type)
    {
        byte* p = Reserve(2);
        p[0] = ItemMark.RdbType;
        p[1] = type;
    }

    /// <inheritdoc/>
    public override void Length(ulong number) => Number(ItemMark.Length, number);

    /// <inheritdoc/>
    public override void String(ReadOnlySpan<byte> bytes)
    {
        byte* p = Reserve(5 + bytes.Length);
        *p = ItemMark.String;
        Unsafe.WriteUnaligned(p + 1, bytes.Length);
        bytes.CopyTo(new Span<byte>(p + 5, bytes.Length));
    }

    /// <inheritdoc/>
    public override void Double(double number) => Number(ItemMark.Double, BitConverter.DoubleToUInt64Bits(number));

    /// <inheritdoc/>
    public override void Fixed64(long number) => Number(ItemMark.Fixed64, (ulong)number);

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<byte> bytes)
    {
        byte* p = Reserve(5 + bytes.Length);
        *p = ItemMark.Raw;
        Unsafe.WriteUnaligned(p + 1, bytes.Length);
        bytes.CopyTo(new Span<byte>(p + 5, bytes.Length));
    }

    private void Number(byte mark, ulong number)
    {
        byte* p = Reserve(9);
        *p = mark;
        Unsafe.WriteUnaligned(p + 1, number);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
        _length = _capacity = 0;
        GC.SuppressFinalize(this);
    }
}

/// <summary>Reads items that an <see cref="ItemWriter"/> wrote.</summary>
public sealed unsafe class ItemReader : ValueReader
{
    private byte* _at;
    private byte* _end;

    /// <summary>
    /// Starts at the beginning of <paramref name="items"/>, which must stay in place (off-heap or pinned) while it is read.
    /// </summary>
    public void Open(ReadOnlySpan<byte> items)
    {
        _at = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(items));
        _end = _at + items.Length;
    }

    /// <summary>Whether all items were read.</summary>
    public bool AtEnd => _at == _end;

    /// <summary>What stands next: for who writes a value down without knowing its type.</summary>
    public ItemKind Next => _at == _end ? ItemKind.End : (ItemKind)(*_at);

    /// <summary>Bytes as they are, however many were written in one go; borrowed until the next call.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public ReadOnlySpan<byte> Raw() => Bytes(ItemMark.Raw);

    /// <summary>The RDB type byte, where the type has one; -1 where the first item is something else.</summary>
    public int TryRdbType()
    {
        if (_end - _at < 2 || *_at != ItemMark.RdbType) return -1;
        _at += 2;
        return _at[-1];
    }

    /// <inheritdoc/>
    public override ulong Length() => Number(ItemMark.Length);

    /// <inheritdoc/>
    public override double Double() => BitConverter.UInt64BitsToDouble(Number(ItemMark.Double));

    /// <inheritdoc/>
    public override long Fixed64() => (long)Number(ItemMark.Fixed64);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> String() => Bytes(ItemMark.String);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw(int count)
    {
        ReadOnlySpan<byte> bytes = Bytes(ItemMark.Raw);
        if (bytes.Length != count) throw new ValueFormatException($"expected {count} raw bytes, found {bytes.Length}");
        return bytes;
    }

    private ulong Number(byte mark)
    {
        Need(mark, 9);
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(_at + 1, 8));
        _at += 9;
        return number;
    }

    private ReadOnlySpan<byte> Bytes(byte mark)
    {
        Need(mark, 5);
        int length = Unsafe.ReadUnaligned<int>(_at + 1);
        if (length < 0 || _end - _at - 5 < length) throw new ValueFormatException("a string reaches past the value's end");
        ReadOnlySpan<byte> bytes = new(_at + 5, length);
        _at += 5 + length;
        return bytes;
    }

    private void Need(byte mark, int bytes)
    {
        if (_end - _at < bytes) throw new ValueFormatException("the value ends too early");
        if (*_at != mark) throw new ValueFormatException($"item {*_at} where {mark} was expected");
    }
}
