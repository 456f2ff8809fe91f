using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>Counts the bytes that a value would take in an RDB file, without compression (DEBUG OBJECT's serializedlength).</summary>
internal sealed class SerializedLength : ValueWriter
{
    private const int NumberLengthMax = 11;
    private long _bytes;

    /// <summary>Bytes that <paramref name="entry"/> takes, its type byte not counted, as rdbSavedObjectLen does.</summary>
    public static long Of(DataType type, Entry entry)
    {
        var counter = new SerializedLength();
        ulong position = 0;
        while (!type.Save(entry, counter, ref position))
        {
        }

        return counter._bytes;
    }

    /// <inheritdoc/>
    public override long Written => 0;

    /// <inheritdoc/>
    public override void RdbType(byte type)
    {
    }

    /// <inheritdoc/>
    public override void Length(ulong number) => _bytes += number < 1 << 6 ? 1 : number < 1 << 14 ? 2 : number <= uint.MaxValue ? 5 : 9;

    /// <inheritdoc/>
    public override void String(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= NumberLengthMax && NumberText.TryParse(bytes, out long number) && number is >= int.MinValue and <= int.MaxValue)
        {
            _bytes += number is >= sbyte.MinValue and <= sbyte.MaxValue ? 2 : number is >= short.MinValue and <= short.MaxValue ? 3 : 5;
            return;
        }

        Length((ulong)bytes.Length);
        _bytes += bytes.Length;
    }

    /// <inheritdoc/>
    public override void Double(double number) => _bytes += sizeof(double);

    /// <inheritdoc/>
    public override void Fixed64(long number) => _bytes += sizeof(long);

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<byte> bytes) => _bytes += bytes.Length;
}
