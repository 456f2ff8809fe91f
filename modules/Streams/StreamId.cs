using System.Buffers.Binary;
using System.Buffers.Text;
using ModularKv.Abstractions;

namespace ModularKv.Streams;

/// <summary>An entry's number in a stream: milliseconds, and a sequence within them. Written as <c>ms-seq</c>.</summary>
internal readonly record struct StreamId(ulong Ms, ulong Seq) : IComparable<StreamId>
{
    /// <summary>Most bytes of the text of an id.</summary>
    public const int TextBytesMax = 41;

    /// <summary>Bytes of an id in binary: both parts big-endian, so that bytes compare as ids do.</summary>
    public const int BinaryBytes = 16;

    /// <summary>Bytes of the sequence in binary: the tail under which trees keep ids.</summary>
    public const int TailBytes = 8;

    /// <summary>The smallest id; no entry has it.</summary>
    public static StreamId Zero => default;

    /// <summary>The largest id.</summary>
    public static StreamId Max => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Whether it is 0-0.</summary>
    public bool IsZero => (Ms | Seq) == 0;

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads sixteen binary bytes.</summary>
    public static StreamId FromBinary(ReadOnlySpan<byte> bytes)
        => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>The id that a tree keeps as head and tail.</summary>
    public static StreamId FromTree(ulong head, ReadOnlySpan<byte> tail) => new(head, BinaryPrimitives.ReadUInt64BigEndian(tail));

    public int CompareTo(StreamId other) => Ms != other.Ms ? Ms.CompareTo(other.Ms) : Seq.CompareTo(other.Seq);

    /// <summary>The id after this one. False: there is none.</summary>
    public bool TryNext(out StreamId next)
    {
        // The caller may have this very id replaced.
        bool exists = this != Max;
        next = Seq != ulong.MaxValue ? new StreamId(Ms, Seq + 1) : new StreamId(unchecked(Ms + 1), 0);
        return exists;
    }

    /// <summary>The id before this one. False: there is none.</summary>
    public bool TryPrevious(out StreamId previous)
    {
        bool exists = !IsZero;
        previous = Seq != 0 ? new StreamId(Ms, Seq - 1) : new StreamId(unchecked(Ms - 1), ulong.MaxValue);
        return exists;
    }

    /// <summary>Writes sixteen binary bytes.</summary>
    public void WriteBinary(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, Ms);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Seq);
    }

    /// <summary>Writes the sequence as a tree's tail.</summary>
    public void WriteTail(Span<byte> to) => BinaryPrimitives.WriteUInt64BigEndian(to, Seq);

    /// <summary>Writes <c>ms-seq</c> and returns the number of bytes.</summary>
    /// <param name="to">At least <see cref="TextBytesMax"/> bytes.</param>
    /// <param name="separator">Between the parts; digests use a dot.</param>
    public int Write(Span<byte> to, byte separator = (byte)'-')
    {
        Utf8Formatter.TryFormat(Ms, to, out int length);
        to[length++] = separator;
        Utf8Formatter.TryFormat(Seq, to[length..], out int more);
        return length + more;
    }

    public override string ToString() => $"{Ms}-{Seq}";
}
