using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Streams.Memory;
using ModularKv.Streams.Persistence;

namespace ModularKv.Streams;

/// <summary>Streams: a <see cref="StreamRoot"/> in the record, nodes and groups in blocks of the module's memory.</summary>
internal sealed class StreamType(MemoryOwner memory) : DataType
{
    private readonly StreamBlocks _blocks = new(memory);
    private readonly StreamSaving _saving = new();
    private readonly StreamLoading _loading = new(memory);
    private readonly StreamRewriting _rewriting = new();

    /// <inheritdoc/>
    public override string Name => "stream";

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RdbTypes => [RdbForm.Listpacks, RdbForm.Listpacks2, RdbForm.Listpacks3];

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => "stream";

    /// <summary>The stream in an entry of this type.</summary>
    public StreamValue Of(Entry entry) => new(entry, memory);

    /// <summary>Creates a key with an empty stream.</summary>
    public Entry Create(Database database, scoped in KeyRef key)
    {
        Entry entry = database.Put(key, this, StreamValue.RootBytes);
        StreamValue.Initialize(entry);
        return entry;
    }

    /// <inheritdoc/>
    public override void Free(Entry value) => _blocks.FreeSome(value, int.MaxValue);

    /// <inheritdoc/>
    public override long FreeEffort(Entry value) => StreamBlocks.Count(value);

    /// <inheritdoc/>
    public override bool FreeSome(Entry value, int pieces) => _blocks.FreeSome(value, pieces);

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy) => _blocks.Duplicate(source, copy);

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples) => StreamBlocks.Bytes(value);

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest)
    {
        Span<byte> text = stackalloc byte[StreamId.TextBytesMax];
        EntryWalk walk = Of(value).Walk(StreamId.Zero, StreamId.Max);
        while (walk.MoveNext())
        {
            digest.Mix(text[..walk.Id.Write(text, (byte)'.')]);
            for (int i = 0; i < walk.Pairs; i++)
            {
                walk.Read(out ListpackElement field, out ListpackElement element);
                digest.Mix(field.Text(text));
                digest.Mix(element.Text(text));
            }
        }
    }

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => _saving.Save(Of(value), writer, ref position);

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => _loading.Load(reader, rdbType, database, this, key);

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces) => _blocks.Defragment(value, ref position, pieces);

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        ulong position = 0;
        while (!Rewrite(value, commands, ref position))
        {
        }
    }

    /// <inheritdoc/>
    public override bool Rewrite(Entry value, ICommandSink commands, ref ulong position)
        => _rewriting.Write(value.Key, Of(value), commands, ref position);

}
