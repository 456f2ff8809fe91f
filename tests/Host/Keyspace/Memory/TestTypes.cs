using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>A type whose values are objects.</summary>
internal sealed class ObjectType : ManagedType<byte[]>
{
    public override string Name => "object";

    public override string EncodingOf(Entry value) => "object";

    public override void Digest(Entry value, DigestBuilder digest) => digest.Mix(Get(value));

    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        writer.String(Get(value));
        return true;
    }

    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => Create(database, key, reader.String().ToArray());

    public override void Rewrite(Entry value, ICommandSink commands) => throw new NotSupportedException();

    protected override byte[] Clone(byte[] value) => (byte[])value.Clone();

    protected override long SizeOf(byte[] value) => value.Length;
}

/// <summary>A type whose values are chains of off-heap pieces: saved and freed by pieces.</summary>
internal sealed class PiecesType(MemoryOwner owner) : DataType
{
    public const int PieceBytes = 100;
    private const int PiecesPerSave = 4;

    public bool FailsToSave { get; set; }

    public override string Name => "pieces";

    public override bool OwnsMemory => true;

    public override string EncodingOf(Entry value) => "pieces";

    public Entry Create(Database database, scoped in KeyRef key, byte[] content, Ttl ttl)
    {
        Entry entry = database.Put(key, this, (long)(((content.Length + PieceBytes - 1) / PieceBytes) + 1) * sizeof(long), ttl);
        Fill(entry, content);
        return entry;
    }

    public byte[] Get(Entry entry)
    {
        ReadOnlySpan<long> words = MemoryMarshal.Cast<byte, long>(entry.Value.ToArray().AsSpan());
        byte[] content = new byte[words[0]];
        for (int i = 1; i < words.Length; i++)
        {
            Span<byte> part = content.AsSpan((i - 1) * PieceBytes);
            Piece(words[i])[..Math.Min(PieceBytes, part.Length)].CopyTo(part);
        }

        return content;
    }

    public void ChangeByte(Entry entry, int index, byte value)
    {
        long address = MemoryMarshal.Cast<byte, long>(entry.Value.ToArray().AsSpan())[1 + (index / PieceBytes)];
        Piece(address)[index % PieceBytes] = value;
    }

    public override long FreeEffort(Entry value) => (value.ValueLength / sizeof(long)) - 1;

    public override void Free(Entry value) => FreeSome(value, int.MaxValue);

    public override bool FreeSome(Entry value, int pieces)
    {
        Span<byte> bytes = value.WritableValue;
        for (int at = sizeof(long); at < bytes.Length; at += sizeof(long))
        {
            long address = MemoryMarshal.Read<long>(bytes[at..]);
            if (address == 0) continue;
            if (pieces-- == 0) return false;
            owner.FreeBlock(MemoryBlock.FromAddress((nint)address, PieceBytes));
            MemoryMarshal.Write(bytes[at..], 0L);
        }

        return true;
    }

    public override bool Defragment(Entry value, ref ulong position, int pieces)
    {
        Span<byte> bytes = value.WritableValue;
        for (int at = (int)(position + 1) * sizeof(long); at < bytes.Length; at += sizeof(long), position++)
        {
            if (pieces-- == 0) return false;
            MemoryBlock block = MemoryBlock.FromAddress((nint)MemoryMarshal.Read<long>(bytes[at..]), PieceBytes);
            if (owner.TryMove(ref block)) MemoryMarshal.Write(bytes[at..], (long)block.Address);
        }

        return true;
    }

    public override void Duplicate(Entry source, Entry copy) => Fill(copy, Get(source));

    public override void Digest(Entry value, DigestBuilder digest) => digest.Mix(Get(value));

    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        if (FailsToSave) throw new InvalidOperationException("out of order");
        byte[] content = Get(value);
        int from = (int)position * PieceBytes;
        int count = Math.Min(PiecesPerSave * PieceBytes, content.Length - from);
        writer.String(content.AsSpan(from, count));
        position += PiecesPerSave;
        return from + count == content.Length;
    }

    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => throw new NotSupportedException();

    public override void Rewrite(Entry value, ICommandSink commands) => throw new NotSupportedException();

    private void Fill(Entry entry, byte[] content)
    {
        Span<byte> bytes = entry.WritableValue;
        MemoryMarshal.Write(bytes, (long)content.Length);
        for (int at = sizeof(long), from = 0; at < bytes.Length; at += sizeof(long), from += PieceBytes)
        {
            MemoryBlock block = owner.AllocateBlock(PieceBytes);
            content.AsSpan(from, Math.Min(PieceBytes, content.Length - from)).CopyTo(block.Span);
            MemoryMarshal.Write(bytes[at..], (long)block.Address);
        }
    }

    private static Span<byte> Piece(long address) => MemoryBlock.FromAddress((nint)address, PieceBytes).Span;
}
