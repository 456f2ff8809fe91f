using System.Buffers.Binary;
using ModularKv.Abstractions;

namespace ModularKv.Rdb.Reading;

/// <summary>Values of the types that Redis itself has, straight from the buffered stream.</summary>
internal sealed class RdbValueReader(RdbStream stream) : ValueReader
{
    /// <inheritdoc/>
    public override ulong Length()
    {
        ulong length = stream.Length();
        if (FirstLength == 0) FirstLength = length;
        return length;
    }

    /// <summary>The first number of the value; set it to 0 where a value begins.</summary>
    public ulong FirstLength { get; set; }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> String() => stream.String();

    /// <inheritdoc/>
    public override double Double() => BinaryPrimitives.ReadDoubleLittleEndian(stream.Bytes(sizeof(double)));

    /// <inheritdoc/>
    public override long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(stream.Bytes(sizeof(long)));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw(int count) => stream.Bytes((ulong)count);
}
