namespace ModularKv.Abstractions;

/// <summary>
/// Takes a value as a sequence of items; what they look like in a file is the consumer's business. Runs on the loop: cheap copies only.
/// </summary>
public abstract class ValueWriter
{
    /// <summary>The RDB type byte; first item of a type that has one.</summary>
    public abstract void RdbType(byte type);

    /// <summary>An unsigned number (RDB length).</summary>
    public abstract void Length(ulong number);

    /// <summary>A string of bytes.</summary>
    public abstract void String(ReadOnlySpan<byte> bytes);

    /// <summary>A binary double.</summary>
    public abstract void Double(double number);

    /// <summary>Eight bytes, little-endian (times in milliseconds).</summary>
    public abstract void Fixed64(long number);

    /// <summary>Bytes as they are.</summary>
    public abstract void Raw(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// The newest RDB version whose forms the reader understands; forms that came later are not written, unless the data have no other.
    /// </summary>
    public int RdbVersion { get; set; } = RdbVersionDefault;

    /// <summary>What Redis 7.0 reads.</summary>
    public const int RdbVersionDefault = 10;

    /// <summary>Bytes written so far for this call of Save; a type writes large values in pieces of some 64 KB.</summary>
    public abstract long Written { get; }
}

/// <summary>Gives back what a <see cref="ValueWriter"/> took, in the same order.</summary>
public abstract class ValueReader
{
    /// <summary>An unsigned number.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public abstract ulong Length();

    /// <summary>A string; borrowed until the next call.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public abstract ReadOnlySpan<byte> String();

    /// <summary>A binary double.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public abstract double Double();

    /// <summary>Eight bytes, little-endian.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public abstract long Fixed64();

    /// <summary>So many bytes as they are; borrowed until the next call.</summary>
    /// <exception cref="ValueFormatException">Something else stands here, or the value ends.</exception>
    public abstract ReadOnlySpan<byte> Raw(int count);

    /// <summary>Whether a deep check of packed encodings is asked for (sanitize-dump-payload).</summary>
    public bool Sanitize { get; set; }
}
