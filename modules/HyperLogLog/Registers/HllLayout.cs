using System.Buffers.Binary;

namespace ModularKv.HyperLogLog.Registers;

/// <summary>The string that is a HyperLogLog: "HYLL", encoding, three unused bytes, the last estimate, registers.</summary>
/// <remarks>Byte for byte Redis's, because GET shows it and a copy of it is SET elsewhere. Source: hyperloglog.c.</remarks>
internal static class HllLayout
{
    /// <summary>Bits of the hash that choose a register.</summary>
    public const int IndexBits = 14;

    /// <summary>Number of registers.</summary>
    public const int Registers = 1 << IndexBits;

    /// <summary>Longest run that a hash can have: its other bits are all zero.</summary>
    public const int RunMax = 64 - IndexBits + 1;

    /// <summary>Bytes before the registers.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of dense registers: six bits each.</summary>
    public const int DenseRegisterBytes = Registers * 6 / 8;

    /// <summary>Length of a dense value.</summary>
    public const int DenseBytes = HeaderBytes + DenseRegisterBytes;

    /// <summary>Length of a new value: a header and one opcode of two bytes for all registers.</summary>
    public const int NewBytes = HeaderBytes + 2;

    private const int EncodingAt = 4;
    private const int EstimateAt = 8;
    private const int StaleAt = 15;
    private const byte Dense = 0;
    private const byte Sparse = 1;
    private const byte Stale = 0x80;

    /// <summary>Whether a string may be a HyperLogLog. Sparse registers are not looked at.</summary>
    public static bool IsValid(ReadOnlySpan<byte> value) =>
        value.Length >= HeaderBytes && value.StartsWith("HYLL"u8) && value[EncodingAt] <= Sparse
            && (value[EncodingAt] != Dense || value.Length == DenseBytes);

    /// <summary>Whether the registers are dense.</summary>
    public static bool IsDense(ReadOnlySpan<byte> value) => value[EncodingAt] == Dense;

    /// <summary>Writes a value without elements, sparse, into <see cref="NewBytes"/> bytes.</summary>
    public static void WriteNew(Span<byte> value)
    {
        value.Clear();
        "HYLL"u8.CopyTo(value);
        value[EncodingAt] = Sparse;
        SparseCode.WriteZeros(value[HeaderBytes..], Registers);
    }

    /// <summary>Makes a header one of dense registers; the estimate stays.</summary>
    public static void MarkDense(Span<byte> value) => value[EncodingAt] = Dense;

    /// <summary>The last estimate. False: registers have changed since.</summary>
    public static bool TryEstimate(ReadOnlySpan<byte> value, out long estimate)
    {
        estimate = BinaryPrimitives.ReadInt64LittleEndian(value[EstimateAt..]);
        return (value[StaleAt] & Stale) == 0;
    }

    /// <summary>Keeps an estimate.</summary>
    public static void KeepEstimate(Span<byte> value, long estimate) =>
        BinaryPrimitives.WriteInt64LittleEndian(value[EstimateAt..], estimate);

    /// <summary>Notes that registers have changed.</summary>
    public static void MarkStale(Span<byte> value) => value[StaleAt] |= Stale;
}
