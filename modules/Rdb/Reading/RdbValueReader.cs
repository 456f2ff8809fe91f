using System.Buffers.Binary;
using ModularKv.Abstractions;

namespace ModularKv.Rdb.Reading;

/// <summary>Values of the types that Redis itself has, straight from the buffered stream.</summary>
internal sealed class RdbValueReader(RdbStream stream) : ValueReader
{
    /// <inheritdoc/>
    public override ulong Length() => stream.Length();

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> String() => stream.String();

    /// <inheritdoc/>
    public override double Double() => BinaryPrimitives.ReadDoubleLittleEndian(stream.Bytes(sizeof(double)));

    /// <inheritdoc/>
    public override long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(stream.Bytes(sizeof(long)));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw(int count) => stream.Bytes((ulong)count);
}
