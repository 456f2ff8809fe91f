using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Writing;

namespace ModularKv.Rdb.Commands;

/// <summary>DUMP. Source: redis.io/commands/dump; createDumpPayload.</summary>
internal sealed class DumpCommand(IServer server, RdbSettings settings) : IDisposable
{
    private readonly ItemWriter _items = new();
    private readonly ItemReader _reader = new();
    private readonly PayloadSink _sink = new();
    private StringForm? _compressing;

    /// <summary>DUMP key.</summary>
    public void Dump(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Null(); else call.Reply.Bulk(PayloadOf(entry));
    }

    /// <summary>A value as DUMP shows it; borrowed until the next call.</summary>
    public ReadOnlySpan<byte> PayloadOf(Entry entry)
    {
        _sink.Bytes.SetLength(0);
        _items.RdbVersion = (int)settings.Version.Value;
        var output = new ImageOutput(_sink, settings.Compression.Value ? _compressing ??= new(true) : new(false), sums: false);
        DataType type = server.Types.Of(entry);
        ulong position = 0;
        int rdbType = 0;
        bool isMarked = false;
        for (bool isFirst = true, done = false; !done; isFirst = false)
        {
            _items.Clear();
            _items.BeginValue();
            done = type.Save(entry, _items, ref position);
            _reader.Open(_items.Content);
            if (isFirst)
            {
                rdbType = _reader.TryRdbType();
                isMarked = rdbType < 0;
                output.Byte(isMarked ? RdbTypeByte.Module2 : (byte)rdbType);
                if (isMarked) output.Length(ItemForm.ModuleId(type.Name, type.Version));
            }

            if (isMarked) ItemForm.WriteMarked(_reader, output); else ItemForm.WriteBare(_reader, output);
        }

        if (isMarked) output.Length(ModuleMark.End);
        output.Flush();
        Span<byte> footer = stackalloc byte[DumpPayload.FooterBytes];
        int version = (int)Math.Max(settings.Version.Value, RdbTypeByte.VersionOf(isMarked ? RdbTypeByte.Module2 : (byte)rdbType));
        DumpPayload.WriteFooter(_sink.Written, version, footer);
        _sink.Write(footer);
        return _sink.Written;
    }

    /// <inheritdoc/>
    public void Dispose() => _items.Dispose();

    private sealed class PayloadSink : RdbSink
    {
        public MemoryStream Bytes { get; } = new();

        public ReadOnlySpan<byte> Written => Bytes.GetBuffer().AsSpan(0, (int)Bytes.Length);

        public override void Write(ReadOnlySpan<byte> bytes) => Bytes.Write(bytes);

        public override void Complete()
        {
        }

        public override void Abandon()
        {
        }
    }
}
