namespace ModularKv.HyperLogLog.Registers;

/// <summary>One opcode of the sparse representation: so many registers of one value.</summary>
/// <remarks>
/// ZERO 00llllll, XZERO 01llllll llllllll, VAL 1vvvvvll; lengths and values less one. An XZERO whose second byte is missing reads as if
/// that were 0, as in Redis, which finds the end of the string there.
/// </remarks>
internal readonly struct SparseCode
{
    /// <summary>Highest value that VAL can tell.</summary>
    public const int ValueMax = 32;

    /// <summary>Most registers of a VAL.</summary>
    public const int ValueRunMax = 4;

    private const int ZeroRunMax = 64;

    /// <summary>Reads the opcode at a place inside the codes.</summary>
    public SparseCode(ReadOnlySpan<byte> codes, int at)
    {
        byte code = codes[at];
        Size = 1;
        if (code >= 0x80)
        {
            Value = ((code >> 2) & 0x1F) + 1;
            Run = (code & 3) + 1;
        }
        else if (code < 0x40)
        {
            Run = code + 1;
        }
        else
        {
            Size = 2;
            Run = (((code & 0x3F) << 8) | (at + 1 < codes.Length ? codes[at + 1] : 0)) + 1;
        }
    }

    /// <summary>Number of registers.</summary>
    public int Run { get; }

    /// <summary>Their value; 0 for ZERO and XZERO.</summary>
    public int Value { get; }

    /// <summary>Bytes of the opcode.</summary>
    public int Size { get; }

    /// <summary>Writes the shortest opcode for a number of zeros and returns its size.</summary>
    public static int WriteZeros(Span<byte> to, int run)
    {
        int length = run - 1;
        if (run <= ZeroRunMax)
        {
            to[0] = (byte)length;
            return 1;
        }

        to[0] = (byte)(0x40 | (length >> 8));
        to[1] = (byte)length;
        return 2;
    }

    /// <summary>The opcode VAL.</summary>
    public static byte Val(int value, int run) => (byte)(0x80 | ((value - 1) << 2) | (run - 1));
}
