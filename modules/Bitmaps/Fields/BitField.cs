using System.Buffers.Binary;

namespace ModularKv.Bitmaps.Fields;

/// <summary>An integer of 1 to 64 bits at any bit of a string; the highest bit first.</summary>
/// <param name="Width">Bits: 1 to 64, unsigned ones to 63.</param>
/// <param name="IsSigned">Whether its highest bit is a sign.</param>
/// <param name="Offset">Position of its highest bit.</param>
internal readonly record struct BitField(int Width, bool IsSigned, long Offset)
{
    /// <summary>A field of 64 bits that starts within a byte ends in the ninth.</summary>
    private const int BytesMax = 9;

    /// <summary>Position of its lowest bit.</summary>
    public long LastBit => Offset + Width - 1;

    private ulong Mask => ulong.MaxValue >> (64 - Width);

    private int BytesTouched => ((int)(Offset & 7) + Width + 7) >> 3;

    /// <summary>Reads the field; beyond the string's end all bits are 0.</summary>
    public long Read(ReadOnlySpan<byte> value)
    {
        Span<byte> window = stackalloc byte[BytesMax];
        window.Clear();
        long first = Offset >> 3;
        if (first < value.Length)
        {
            ReadOnlySpan<byte> bytes = value[(int)first..];
            bytes[..Math.Min(bytes.Length, BytesMax)].CopyTo(window);
        }

        ulong bits = Unpack(window) & Mask;
        return IsSigned ? SignExtend(bits) : (long)bits;
    }

    /// <summary>Writes the field, which lies inside the string.</summary>
    public void Write(Span<byte> value, long number)
    {
        Span<byte> bytes = value.Slice((int)(Offset >> 3), BytesTouched);
        Span<byte> window = stackalloc byte[BytesMax];
        window.Clear();
        bytes.CopyTo(window);
        UInt128 mask = (UInt128)Mask << Shift;
        UInt128 all = ((UInt128)BinaryPrimitives.ReadUInt64BigEndian(window) << 8) | window[8];
        all = (all & ~mask) | ((UInt128)((ulong)number & Mask) << Shift);
        BinaryPrimitives.WriteUInt64BigEndian(window, (ulong)(all >> 8));
        window[8] = (byte)all;
        window[..bytes.Length].CopyTo(bytes);
    }

    /// <summary>Lets a number wrap into the field's range.</summary>
    public long Wrap(long number)
    {
        ulong bits = (ulong)number & Mask;
        return IsSigned ? SignExtend(bits) : (long)bits;
    }

    /// <summary>Bits to the right of the field within nine bytes.</summary>
    private int Shift => BytesMax * 8 - (int)(Offset & 7) - Width;

    private ulong Unpack(ReadOnlySpan<byte> window)
    {
        UInt128 all = ((UInt128)BinaryPrimitives.ReadUInt64BigEndian(window) << 8) | window[8];
        return (ulong)(all >> Shift);
    }

    private long SignExtend(ulong bits) => (long)(bits << (64 - Width)) >> (64 - Width);
}
