using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Reading;

namespace ModularKv.Rdb.Opaque;

/// <summary>
/// Values of a type whose module is not loaded: kept as the bytes that they were read as, and written back unchanged. The record's value is
/// the type byte, then those bytes.
/// </summary>
/// <param name="name">The type's name, as TYPE replies it.</param>
internal sealed class OpaqueType(string name) : DataType
{
    private const int PieceBytes = 64 * 1024;

    /// <inheritdoc/>
    public override string Name => name;

    /// <summary>Its values bring their type byte along, so they count as a type that has some. Nobody may load by them.</summary>
    public override ReadOnlySpan<byte> RdbTypes => [RdbTypeByte.Module2];

    /// <inheritdoc/>
    public override bool IsStandIn => true;

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => "raw";

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest) => digest.Mix(value.Value);

    /// <summary>Puts a value under a key.</summary>
    /// <param name="rdbType">Its type byte.</param>
    /// <param name="bytes">What follows the key in the image.</param>
    /// <param name="database">Where to.</param>
    /// <param name="key">The key.</param>
    public Entry Put(int rdbType, ReadOnlySpan<byte> bytes, Database database, scoped in KeyRef key)
    {
        Entry entry = database.Put(key, this, bytes.Length + 1L);
        Span<byte> value = entry.WritableValue;
        value[0] = (byte)rdbType;
        bytes.CopyTo(value[1..]);
        return entry;
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        ReadOnlySpan<byte> bytes = value.Value;
        int at = (int)position;
        if (at == 0)
        {
            writer.RdbType(bytes[0]);
            at = 1;
        }

        while (at < bytes.Length && writer.Written < PieceBytes)
        {
            int piece = Math.Min(PieceBytes, bytes.Length - at);
            writer.Raw(bytes.Slice(at, piece));
            at += piece;
        }

        position = (ulong)at;
        return at == bytes.Length;
    }

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => throw new ValueFormatException($"values of type {name}, whose module is not loaded, are read from images only");

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        commands.Begin(4);
        commands.Argument("RESTORE"u8);
        commands.Argument(value.Key);
        commands.Argument("0"u8);
        ReadOnlySpan<byte> content = value.Value;
        Span<byte> payload = new byte[content.Length + DumpPayload.FooterBytes];
        content.CopyTo(payload);
        int version = Math.Max(RdbVersion.Default, RdbTypeByte.VersionOf(content[0]));
        DumpPayload.WriteFooter(content, version, payload[content.Length..]);
        commands.Argument(payload);
    }
}
