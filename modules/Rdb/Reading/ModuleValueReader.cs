using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>Values of types of third parties: each item has a mark before it that says what it is.</summary>
internal sealed class ModuleValueReader(RdbStream stream) : ValueReader
{
    /// <inheritdoc/>
    public override ulong Length()
    {
        Expect(ModuleMark.Unsigned);
        return stream.Length();
    }

    /// <inheritdoc/>
    public override long Fixed64()
    {
        Expect(ModuleMark.Signed);
        return (long)stream.Length();
    }

    /// <inheritdoc/>
    public override double Double()
    {
        Expect(ModuleMark.Double);
        return BinaryPrimitives.ReadDoubleLittleEndian(stream.Bytes(sizeof(double)));
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> String()
    {
        Expect(ModuleMark.String);
        return stream.String();
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw(int count)
    {
        ReadOnlySpan<byte> bytes = String();
        return bytes.Length == count ? bytes : throw stream.Broken($"{bytes.Length} raw bytes where {count} are expected");
    }

    /// <summary>Reads the mark of the value's end.</summary>
    public void End() => Expect(ModuleMark.End);

    private void Expect(byte mark)
    {
        ulong found = stream.Length();
        if (found != mark) throw stream.Broken($"a module's item of kind {found} where {mark} is expected");
    }
}
