namespace ModularKv.Abstractions;

/// <summary>Ways in which a string may be encoded; the byte before it has the two highest bits set beside them.</summary>
public static class RdbEncoding
{
    /// <summary>One byte, signed.</summary>
    public const int Int8 = 0;

    /// <summary>Two bytes, little-endian, signed.</summary>
    public const int Int16 = 1;

    /// <summary>Four bytes, little-endian, signed.</summary>
    public const int Int32 = 2;

    /// <summary>Compressed by LZF: length compressed, length in full, bytes.</summary>
    public const int Lzf = 3;

    /// <summary>Longest string that is looked at for an integer: "-2147483648".</summary>
    public const int IntegerLengthMax = 11;

    /// <summary>The first byte of an encoded string.</summary>
    public static byte Mark(int encoding) => (byte)(0xC0 | encoding);
}
