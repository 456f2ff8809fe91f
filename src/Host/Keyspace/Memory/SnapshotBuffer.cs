using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Collects a snapshot's entries off-heap: header, key, items, one after another.</summary>
/// <param name="pool">Where its memory comes from; null: what is put into it needs a block of its own size.</param>
internal sealed unsafe class SnapshotBuffer(ChunkPool? pool) : IDisposable
{
    private const int StringItemsOverhead = 7;
    private readonly ItemWriter _writer = new();

    /// <summary>Entries in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes in it.</summary>
    public long Bytes => _writer.TotalLength;

    /// <summary>Takes a value's items, between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public ItemWriter Writer => _writer;

    /// <summary>Adds a string with its value: copies, nothing else.</summary>
    public void AddString(StoreContent content, Record* record, KeyspaceClock clock)
    {
        Span<byte> value = record->Value;
        byte* to = BeginString(content, record, clock, value.Length);
        value.CopyTo(new Span<byte>(to, value.Length));
    }

    /// <summary>Adds a string whose bytes the caller copies. Nothing else may be added before that is done.</summary>
    /// <returns>Where the bytes go.</returns>
    public byte* BeginString(StoreContent content, Record* record, KeyspaceClock clock, int length)
    {
        int items = checked(length + StringItemsOverhead);
        byte* at = ReserveEntry(record, items, out byte* to);
        WriteHeader(at, content, record, clock, items);
        to[0] = ItemMark.RdbType;
        to[1] = StringType.RdbString;
        to[2] = ItemMark.String;
        Unsafe.WriteUnaligned(to + 3, length);
        Count++;
        return to + StringItemsOverhead;
    }

    /// <summary>Starts an entry whose items follow.</summary>
    /// <returns>For <see cref="End"/> and <see cref="Forget"/>.</returns>
    public long Begin(StoreContent content, Record* record, KeyspaceClock clock)
    {
        long start = _writer.TotalLength;
        byte* at = ReserveEntry(record, 0, out _);
        WriteHeader(at, content, record, clock, 0);
        _writer.BeginValue();
        return start;
    }

    /// <summary>Ends an entry.</summary>
    public void End(long start, bool continued)
    {
        EntryHeader header = Unsafe.ReadUnaligned<EntryHeader>(_writer.Bytes + start);
        header.ItemsLength = checked((int)_writer.Written);
        header.Continued = continued ? (byte)1 : (byte)0;
        Unsafe.WriteUnaligned(_writer.Bytes + start, header);
        Count++;
    }

    /// <summary>Makes a chunk of what is there, and starts anew.</summary>
    public SnapshotChunk Detach(TypeName[] names, SnapshotAccount account)
    {
        byte* bytes = _writer.Detach(out long length, out long capacity);
        NativeSnapshotChunk chunk = new(new ChunkBytes(bytes, length, capacity, pool), Count, names, account);
        Count = 0;
        return chunk;
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        _writer.Dispose();
        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static void WriteHeader(byte* at, StoreContent content, Record* record, KeyspaceClock clock, int items)
    {
        uint accessClock = record->AccessClock;
        EntryHeader header = new()
        {
            ItemsLength = items,
            KeyLength = record->KeyLength,
            Database = content.WalkIndex,
            Frequency = clock.UsesFrequency ? (short)clock.Frequency(accessClock) : (short)-1,
            TypeId = (byte)record->TypeId,
            ExpireAtMs = record->HasExpiry ? record->ExpireAtMs : -1,
            IdleSeconds = clock.UsesFrequency ? -1 : (int)clock.IdleSeconds(accessClock),
        };
        Unsafe.WriteUnaligned(at, header);
    }

    private byte* ReserveEntry(Record* record, int items, out byte* to)
    {
        if (_writer.Bytes == null && pool != null) _writer.Attach(pool.Take(), ChunkPool.BlockBytes);
        int keyLength = record->KeyLength;
        byte* at = _writer.Reserve((long)sizeof(EntryHeader) + keyLength + items);
        byte* key = at + sizeof(EntryHeader);
        new ReadOnlySpan<byte>(record->KeyPointer, keyLength).CopyTo(new Span<byte>(key, keyLength));
        to = key + keyLength;
        return at;
    }
}

/// <summary>What stands before an entry's key and items. Not aligned.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct EntryHeader
{
    public long ExpireAtMs;
    public int ItemsLength;
    public int KeyLength;
    public int Database;
    public int IdleSeconds;
    public short Frequency;
    public byte TypeId;
    public byte Continued;
}

/// <summary>Bytes of all chunks that consumers hold. Any thread.</summary>
internal sealed class SnapshotAccount
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}

/// <summary>A block and whose it is.</summary>
internal readonly unsafe struct ChunkBytes(byte* start, long length, long capacity, ChunkPool? pool)
{
    public byte* Start => start;

    public long Length => length;

    public void Free()
    {
        if (pool != null) pool.Return(start, capacity);
        else NativeMemory.Free(start);
    }
}

/// <summary>A chunk over one native block.</summary>
internal sealed unsafe class NativeSnapshotChunk : SnapshotChunk
{
    private readonly long _length;
    private readonly TypeName[] _names;
    private readonly SnapshotAccount _account;
    private readonly ChunkBytes _block;
    private byte* _bytes;
    private long _at;

    public NativeSnapshotChunk(ChunkBytes block, int count, TypeName[] names, SnapshotAccount account)
    {
        _block = block;
        _bytes = block.Start;
        _length = block.Length;
        _names = names;
        _account = account;
        Count = count;
        account.Add(_length);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override long Bytes => _length;

    /// <inheritdoc/>
    public override bool Read(out SnapshotEntry entry)
    {
        ObjectDisposedException.ThrowIf(_bytes == null, this);
        if (_at >= _length)
        {
            entry = default;
            return false;
        }

        EntryHeader header = Unsafe.ReadUnaligned<EntryHeader>(_bytes + _at);
        byte* key = _bytes + _at + sizeof(EntryHeader);
        _at += sizeof(EntryHeader) + (long)header.KeyLength + header.ItemsLength;
        TypeName type = _names[header.TypeId];
        entry = new SnapshotEntry
        {
            Database = header.Database,
            Key = new ReadOnlySpan<byte>(key, header.KeyLength),
            Type = type.Name,
            TypeVersion = type.Version,
            ExpireAtMs = header.ExpireAtMs,
            IdleSeconds = header.IdleSeconds,
            Frequency = header.Frequency,
            Items = new ReadOnlySpan<byte>(key + header.KeyLength, header.ItemsLength),
            Continued = header.Continued != 0,
        };
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_bytes == null) return;
        _bytes = null;
        _account.Add(-_length);
        _block.Free();
    }
}
