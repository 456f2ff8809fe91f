using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// What a database holds: table, record heap, and their counters. SWAPDB exchanges contents between databases, FLUSHDB takes one away
/// as a whole. Makes and frees records; the table is its owner's business.
/// </summary>
internal sealed unsafe class StoreContent
{
    /// <summary>Key and value up to this many bytes together are stored in one block; longer values get a block of their own.</summary>
    public const int InlineMax = SizeClasses.SlotLimit - 24;

    /// <summary>Values up to this length stay inline however long the key is.</summary>
    public const int AlwaysInline = 1024;

    /// <summary>External blocks from this size on are freed by another thread.</summary>
    public const long FreedInBackground = 1 << 20;

    /// <summary>Pieces of work above which freeing a value is put off. Source: LAZYFREE_THRESHOLD.</summary>
    public const int LazyEffort = 64;

    /// <summary>
    /// Pieces of work above which freeing is put off though nobody asked for it: in one go it would hold the loop up, as DEL does in Redis.
    /// </summary>
    public const int HoldingEffort = 4096;

    // Appending doubles a value's room up to here, and adds an eighth from here on.
    private const long DoublesBelow = 1 << 20;
    private const int GrowthShare = 8;

    private readonly KeyspaceState _state;

    /// <summary>Makes an empty content; it has no memory before the first key.</summary>
    public StoreContent(KeyspaceState state, int index)
    {
        _state = state;
        Table = new KeyTable(state.Options.TableReserveBytes);
        Heap = new MemoryHeap($"records of database {index}", new MemoryHeapOptions
        {
            Checking = state.Options.Checking,
            HugePages = state.Options.HugePages,
            ReserveBytes = state.Options.HeapReserveBytes,
        });
    }

    /// <summary>From keys to records.</summary>
    public KeyTable Table { get; }

    /// <summary>Holds the records.</summary>
    public MemoryHeap Heap { get; }

    /// <summary>Number of keys by type id.</summary>
    public long[] TypeCounts { get; } = new long[Record.TypeIdMax + 1];

    /// <summary>Keys with a time to live.</summary>
    public long Expiring { get; private set; }

    /// <summary>Bytes of external values' blocks.</summary>
    public long ExternalBytes { get; private set; }

    /// <summary>Number of external values' blocks.</summary>
    public long ExternalCount { get; private set; }

    /// <summary>Estimate of the average time to live, milliseconds.</summary>
    public long AverageTtlMs { get; set; }

    /// <summary>Where the active expire cycle goes on.</summary>
    public ulong ExpireCursor;

    /// <summary>Where the search for keys with a time to live goes on, for samples of them.</summary>
    public ulong SampleCursor;

    /// <summary>Where the snapshot walk goes on.</summary>
    public ulong WalkCursor;

    /// <summary>Database number when the snapshot walk began.</summary>
    public int WalkIndex { get; set; }

    /// <summary>Whether a snapshot walk has still to go through it.</summary>
    public bool IsAwaitingWalk { get; set; }

    /// <summary>Whether it belongs to no database any more.</summary>
    public bool IsDetached { get; set; }

    /// <summary>Where freeing what the values own goes on, once it is detached.</summary>
    public ulong FreeCursor;

    /// <summary>Whether no value owns anything any more.</summary>
    public bool IsFreed { get; set; }

    /// <summary>Whether its keys count as freed lazily (FLUSHALL ASYNC).</summary>
    public bool IsFreedLazily { get; set; }

    /// <summary>Bytes of everything, in use.</summary>
    public long UsedBytes => Heap.UsedBytes + Table.UsedBytes + ExternalBytes;

    /// <summary>Number of keys whose types own memory outside their records.</summary>
    public long OwningCount
    {
        get
        {
            long count = 0;
            for (ulong ids = _state.Types.Owning; ids != 0; ids &= ids - 1) count += TypeCounts[BitOperations.TrailingZeroCount(ids)];
            return count;
        }
    }

    /// <summary>Whether a value gets a block of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExternal(int keyLength, long length) => keyLength + length > InlineMax && length > AlwaysInline;

    /// <summary>Makes a record that is in no table yet, with the block of an external value. The value is not initialised.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record* Make(byte* key, int keyLength, int typeId, long length, bool hasExpiry, bool growing = false)
    {
        bool external = IsExternal(keyLength, length);
        Record* record = MakeBlock(key, keyLength, typeId, external ? 0 : (int)length, hasExpiry, external);
        if (external) AllocateExternal(record, length, growing ? GrowthOf(length) : length);
        return record;
    }

    /// <summary>Makes a record with no value yet, for an external one to be adopted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record* MakeBlock(byte* key, int keyLength, int typeId, int length, bool hasExpiry, bool external)
    {
        byte* block = Heap.Allocate(Record.TotalSize(keyLength, length, hasExpiry, external));
        Record* record = Record.Initialize(block, key, keyLength, typeId, 0, length, hasExpiry, external, _state.Clock.Fresh);
        if (_state.Parity) record->SnapshotParity = true;
        return record;
    }

    /// <summary>Makes a block the external value of a record that has none yet.</summary>
    public void Adopt(Record* record, byte* pointer, long length, long capacity)
    {
        record->ExternalPointer = pointer;
        record->ExternalLength = length;
        record->ExternalCapacity = capacity;
        ExternalBytes += capacity;
        ExternalCount++;
    }

    /// <summary>Takes the external value from a record, whose area is dead afterwards.</summary>
    public void Disown(Record* record)
    {
        ExternalBytes -= record->ExternalCapacity;
        ExternalCount--;
    }

    /// <summary>Changes an external value's length, with its block if that is too small or much too large.</summary>
    /// <param name="record">The record.</param>
    /// <param name="length">New length.</param>
    /// <param name="growing">Leave room for more.</param>
    /// <param name="keepBytes">Whether the old bytes matter.</param>
    public void ResizeExternal(Record* record, long length, bool growing, bool keepBytes)
    {
        long capacity = record->ExternalCapacity;
        bool fits = length <= capacity && (growing || length >= capacity / 2);
        if (!fits)
        {
            long wanted = growing ? GrowthOf(length) : length;
            if (keepBytes)
            {
                record->ExternalPointer = (byte*)NativeMemory.Realloc(record->ExternalPointer, (nuint)wanted);
            }
            else
            {
                byte* fresh = (byte*)NativeMemory.Alloc((nuint)wanted);
                FreeNative(record->ExternalPointer, capacity);
                record->ExternalPointer = fresh;
            }

            record->ExternalCapacity = wanted;
            ExternalBytes += wanted - capacity;
        }

        record->ExternalLength = length;
    }

    /// <summary>Counts a record that has come into the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(Record* record)
    {
        TypeCounts[record->TypeId]++;
        if (record->HasExpiry) Expiring++;
    }

    /// <summary>Counts a record that has left the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Uncount(Record* record)
    {
        TypeCounts[record->TypeId]--;
        if (record->HasExpiry) Expiring--;
    }

    /// <summary>Frees a record that is in no table, with all it owns.</summary>
    /// <param name="record">The record.</param>
    /// <param name="lazy">
    /// A value that takes more than <see cref="LazyEffort"/> pieces is freed later; else one of more than <see cref="HoldingEffort"/>.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(Record* record, bool lazy)
    {
        if (_state.Types.Owns(record) && !ReleaseOwned(record, lazy)) return;
        if (record->IsExternal) FreeExternal(record);
        FreeBlock(record);
    }

    /// <summary>Frees the record's block only: its value has gone elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FreeBlock(Record* record) => Heap.Free((byte*)record, record->Size);

    /// <summary>Frees an external value's block; the record's area is dead afterwards.</summary>
    public void FreeExternal(Record* record)
    {
        Disown(record);
        FreeNative(record->ExternalPointer, record->ExternalCapacity);
    }

    /// <summary>Gives table, records and external values back at once. Any thread, once nobody else uses the content. What values own
    /// elsewhere must be freed before.</summary>
    public void Dispose()
    {
        if (ExternalCount > 0)
        {
            ExternalFreeing freeing = default;
            ulong cursor = 0;
            do cursor = Table.Scan(cursor, ref freeing);
            while (cursor != 0);
            ExternalBytes = ExternalCount = 0;
        }

        Table.Dispose();
        Heap.Dispose();
    }

    private static long GrowthOf(long length)
    {
        long wanted = length < DoublesBelow ? length * 2 : length + (length / GrowthShare);
        return Math.Min(wanted, Math.Max(length, int.MaxValue));
    }

    private void AllocateExternal(Record* record, long length, long capacity)
    {
        byte* pointer;
        try
        {
            pointer = (byte*)NativeMemory.Alloc((nuint)capacity);
        }
        catch (OutOfMemoryException)
        {
            FreeBlock(record);
            throw;
        }

        Adopt(record, pointer, length, capacity);
    }

    private void FreeNative(byte* pointer, long capacity)
    {
        if (capacity < FreedInBackground)
        {
            NativeMemory.Free(pointer);
            return;
        }

        nint address = (nint)pointer;
        _state.Background.Run(() => NativeMemory.Free((void*)address), capacity);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReleaseOwned(Record* record, bool lazy)
    {
        DataType type = _state.Types.Of(record);
        Entry value = new(record, null);
        long effort = type.FreeEffort(value);
        if (effort > (lazy ? LazyEffort : HoldingEffort) && _state.LazyFree.TryEnqueue(this, record, effort, lazy)) return false;
        type.Free(value);
        return true;
    }

    private struct ExternalFreeing : IRecordVisitor
    {
        public readonly void Visit(Record* record)
        {
            if (record->IsExternal) NativeMemory.Free(record->ExternalPointer);
        }
    }
}
