using System.Buffers.Binary;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Probe;

/// <summary>Bytes in a block of the module's own account; the record keeps address and length.</summary>
internal sealed class ProbeBlock(MemoryOwner memory) : DataType
{
    private const int RecordBytes = sizeof(long) + sizeof(int);

    /// <inheritdoc/>
    public override string Name => "probeblok";

    /// <inheritdoc/>
    public override bool OwnsMemory => true;

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => "block";

    /// <summary>The bytes of a value. Borrowed until it is written.</summary>
    public static ReadOnlySpan<byte> Content(Entry value) => BlockOf(value).Span;

    /// <summary>Creates or replaces a key.</summary>
    public Entry Put(Database database, scoped in KeyRef key, ReadOnlySpan<byte> content)
    {
        MemoryBlock block = Copy(content);
        Entry entry = database.Put(key, this, RecordBytes);
        Keep(entry, block);
        return entry;
    }

    /// <inheritdoc/>
    public override void Free(Entry value) => memory.FreeBlock(BlockOf(value));

    /// <inheritdoc/>
    public override void Duplicate(Entry source, Entry copy) => Keep(copy, Copy(Content(source)));

    /// <inheritdoc/>
    public override bool Defragment(Entry value, ref ulong position, int pieces)
    {
        MemoryBlock block = BlockOf(value);
        if (memory.TryMove(ref block)) Keep(value, block);
        return true;
    }

    /// <inheritdoc/>
    public override long MemoryUsage(Entry value, int samples) => BlockOf(value).Length;

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest) => digest.Mix(Content(value));

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        writer.String(Content(value));
        return true;
    }

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => Put(database, key, reader.String());

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        commands.Begin(3);
        commands.Argument("probe.bset"u8);
        commands.Argument(value.Key);
        commands.Argument(Content(value));
    }

    private MemoryBlock Copy(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty) return default;
        MemoryBlock block = memory.AllocateBlock(content.Length);
        content.CopyTo(block.Span);
        return block;
    }

    private static void Keep(Entry entry, MemoryBlock block)
    {
        BinaryPrimitives.WriteInt64LittleEndian(entry.WritableValue, block.Address);
        BinaryPrimitives.WriteInt32LittleEndian(entry.WritableValue[sizeof(long)..], block.Length);
    }

    private static MemoryBlock BlockOf(Entry entry)
    {
        ReadOnlySpan<byte> kept = entry.Value;
        var address = (nint)BinaryPrimitives.ReadInt64LittleEndian(kept);
        return MemoryBlock.FromAddress(address, BinaryPrimitives.ReadInt32LittleEndian(kept[sizeof(long)..]));
    }
}
