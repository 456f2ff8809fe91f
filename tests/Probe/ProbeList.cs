using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Probe;

/// <summary>A list of byte strings as ordinary objects.</summary>
internal sealed class ProbeList : ManagedType<List<byte[]>>
{
    private const int BytesPerItem = 32;
    private const int ItemsMax = 1 << 20;
    private static ReadOnlySpan<byte> PushName => "probe.push"u8;

    /// <inheritdoc/>
    public override string Name => "probelist";

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => "objects";

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        foreach (byte[] item in Get(value)) digest.Mix(item);
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        List<byte[]> items = Get(value);
        writer.Length((ulong)items.Count);
        foreach (byte[] item in items) writer.String(item);
        return true;
    }

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
    {
        ulong count = reader.Length();
        if (count > ItemsMax) throw new ValueFormatException($"a probe list of {count} items");
        List<byte[]> items = [];
        for (ulong i = 0; i < count; i++) items.Add(reader.String().ToArray());
        return Create(database, key, items);
    }

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        foreach (byte[] item in Get(value))
        {
            commands.Begin(3);
            commands.Argument(PushName);
            commands.Argument(value.Key);
            commands.Argument(item);
        }
    }

    /// <inheritdoc/>
    protected override List<byte[]> Clone(List<byte[]> value) => [.. value];

    /// <inheritdoc/>
    protected override long SizeOf(List<byte[]> value) => value.Sum(item => (long)item.Length + BytesPerItem);
}
