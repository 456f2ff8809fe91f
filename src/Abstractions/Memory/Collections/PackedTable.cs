using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// A hash table of byte strings, each with an optional value, off-heap: the large form of hashes and sets. The struct itself is the root
/// and stands in the key's record (<see cref="Entry.Structure{T}"/>); it may be moved, everything else is in blocks of the owner.
/// </summary>
/// <remarks>
/// Linear hashing: each insertion splits at most one bucket and each removal merges at most one, so no operation is ever in proportion to
/// the number of items. A bucket is one packed block: tags, lengths, items. Items above a size limit have a block of their own.
/// Items found are valid until the next call that changes the table.
/// </remarks>
public unsafe struct PackedTable
{
    // Items per bucket on average: above, a bucket is split with each insertion; below, one is merged with each removal.
    private const int LoadMax = 14;
    private const int LoadMin = 9;

    // A tag and the bucket's number must come from different bits of the hash.
    private const int TagShift = 56;

    private LinearDirectory _directory;
    private long _count;

    /// <summary>An empty table; allocates nothing before the first item.</summary>
    public static PackedTable Create() => default;

    /// <summary>Number of items. O(1).</summary>
    public readonly long Count => _count;

    /// <summary>Bytes of all blocks. O(1).</summary>
    public readonly long UsedBytes => _directory.UsedBytes;

    /// <summary>Number of blocks, items of their own included: the effort of freeing it. O(1).</summary>
    public readonly long BlockCount => _directory.Blocks;

    /// <summary>Finds an item.</summary>
    public readonly TableItem Find(scoped ReadOnlySpan<byte> key) => Find(key, KeyHash.Compute(key));

    /// <summary>
    /// Finds an item by a hash computed before (<see cref="KeyHash.Compute(ReadOnlySpan{byte})"/>): one hash, many tables.
    /// </summary>
    public readonly TableItem Find(scoped ReadOnlySpan<byte> key, ulong hash)
    {
        if (_count == 0) return default;
        uint index = _directory.IndexOf((uint)hash);
        byte* bucket = _directory.BucketAt(index);
        if (bucket == null) return default;
        PrefetchItems(bucket);
        int count = PackedBucket.Count(bucket);
        for (int first = 0; first < count; first += 32)
        {
            for (uint hits = PackedBucket.Matches(bucket, count, first, (byte)(hash >> TagShift)); hits != 0; hits &= hits - 1)
            {
                int i = first + System.Numerics.BitOperations.TrailingZeroCount(hits);
                byte* lengths = PackedBucket.Lengths(bucket, count);
                byte* item = PackedBucket.Items(bucket, count) + PackedBucket.OffsetOf(lengths, i);
                TableItem found = new(item, lengths[i], index, i);
                if (found.HasKey(key)) return found;
            }
        }

        return default;
    }

    /// <summary>Asks the processor for the bucket that <see cref="Find(ReadOnlySpan{byte}, ulong)"/> will look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(ulong hash)
    {
        if (!Sse.IsSupported || _count == 0) return;
        byte* bucket = _directory.BucketAt(_directory.IndexOf((uint)hash));
        if (bucket == null) return;
        Sse.Prefetch0(bucket);
        PrefetchItems(bucket);
    }

    /// <summary>
    /// Adds the key, or opens it, with a value of <paramref name="valueLength"/> bytes. The value's bytes are not initialised for a new
    /// item; for an old one they stay where the length stays the same, and are not initialised otherwise.
    /// </summary>
    /// <param name="memory">Owner of the blocks; always the same one for a table.</param>
    /// <param name="key">The key. Must not point into this table.</param>
    /// <param name="valueLength">Bytes; 0 for sets.</param>
    /// <param name="flag">The item's mark (<see cref="TableItem.Flag"/>); replaces the old one.</param>
    /// <param name="added">Whether the key is new.</param>
    public TableItem Put(MemoryOwner memory, scoped ReadOnlySpan<byte> key, int valueLength, bool flag, out bool added) =>
        Put(memory, key, KeyHash.Compute(key), valueLength, flag, out added);

    /// <inheritdoc cref="Put(MemoryOwner, ReadOnlySpan{byte}, int, bool, out bool)"/>
    /// <param name="memory">Owner of the blocks; always the same one for a table.</param>
    /// <param name="key">The key. Must not point into this table.</param>
    /// <param name="hash">The key's hash (<see cref="KeyHash.Compute(ReadOnlySpan{byte})"/>).</param>
    /// <param name="valueLength">Bytes; 0 for sets.</param>
    /// <param name="flag">The item's mark (<see cref="TableItem.Flag"/>); replaces the old one.</param>
    /// <param name="added">Whether the key is new.</param>
    public TableItem Put(
        MemoryOwner memory, scoped ReadOnlySpan<byte> key, ulong hash, int valueLength, bool flag, out bool added)
    {
        TableItem item = Find(key, hash);
        added = item.IsMissing;
        if (added) return Insert(memory, key, hash, new ItemShape(key.Length, valueLength, flag));
        if (item.ValueBytes == valueLength && item.Flag == flag) return item;
        return Reshape(memory, item, key, new ItemShape(key.Length, valueLength, flag));
    }

    /// <summary>Adds a key without value. False: it was there. The short way for sets.</summary>
    public bool Add(MemoryOwner memory, scoped ReadOnlySpan<byte> key) => Add(memory, key, KeyHash.Compute(key));

    /// <summary>Adds a key without value by a hash computed before.</summary>
    public bool Add(MemoryOwner memory, scoped ReadOnlySpan<byte> key, ulong hash)
    {
        if (!Find(key, hash).IsMissing) return false;
        Insert(memory, key, hash, new ItemShape(key.Length, 0, false));
        return true;
    }

    /// <summary>Removes an item that was just found. False only for a missing one.</summary>
    public bool Remove(MemoryOwner memory, scoped TableItem item)
    {
        if (item.IsMissing) return false;
        if (item.External != null) FreeExternal(memory, item.External);
        PackedBucket.Remove(ref _directory, memory, item.Bucket, item.Index);
        _count--;
        if (_count == 0)
        {
            // Down to nothing: the last buckets are all empty.
            while (_directory.Buckets > 0) _directory.RemoveBucket(memory);
        }
        else if (_count < (_directory.Buckets - 1L) * LoadMin)
        {
            PackedBucket.MergeLast(ref _directory, memory);
        }

        return true;
    }

    /// <summary>Removes a key. False: there is none.</summary>
    public bool Remove(MemoryOwner memory, scoped ReadOnlySpan<byte> key) => Remove(memory, Find(key));

    /// <summary>An item chosen uniformly at random; missing when empty.</summary>
    public readonly TableItem Random(IRandom random)
    {
        if (_count == 0) return default;
        if (_directory.Buckets == 1)
        {
            return ItemAt(0, (uint)random.Next(_count));
        }

        uint nextPosition;
        uint next = _directory.Choose(random.Next(), out nextPosition);
        while (true)
        {
            uint index = next, position = nextPosition;
            next = _directory.Choose(random.Next(), out nextPosition);
            if (Sse.IsSupported) Sse.Prefetch0(_directory.BucketAt(next));
            byte* bucket = _directory.BucketAt(index);
            if (bucket != null && position < PackedBucket.Count(bucket)) return ItemAt(index, position);
        }
    }

    /// <summary>
    /// Visits the items of some buckets from a cursor on (SSCAN, HSCAN). What is present from the first call to the last is visited at
    /// least once, whatever is added and removed between the calls.
    /// </summary>
    /// <returns>The cursor to go on with; 0: done.</returns>
    public readonly ulong Scan<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : ITableVisitor, allows ref struct
    {
        if (_count == 0) return 0;
        uint index = _directory.IndexOf((uint)cursor, out uint mask);
        byte* bucket = _directory.BucketAt(index);
        if (bucket != null)
        {
            int count = PackedBucket.Count(bucket);
            byte* lengths = PackedBucket.Lengths(bucket, count), item = PackedBucket.Items(bucket, count);
            for (int i = 0; i < count; i++)
            {
                visitor.Visit(new TableItem(item, lengths[i], index, i));
                item += lengths[i] & PackedBucket.ItemBytesMax;
            }
        }

        return ScanCursor.Next(cursor, mask);
    }

    /// <summary>Goes to the next item of an enumeration; start with a default walk. The table must not change meanwhile.</summary>
    public readonly bool Next(scoped ref TableWalk walk, out TableItem item)
    {
        while (walk.Bucket < _directory.Buckets)
        {
            byte* bucket = _directory.BucketAt(walk.Bucket);
            int count = bucket == null ? 0 : PackedBucket.Count(bucket);
            int i = walk.Item;
            if (i < count)
            {
                byte length = PackedBucket.Lengths(bucket, count)[i];
                item = new TableItem(PackedBucket.Items(bucket, count) + walk.Offset, length, walk.Bucket, i);
                walk.Item = i + 1;
                walk.Offset += length & PackedBucket.ItemBytesMax;
                return true;
            }

            walk.Bucket++;
            walk.Item = walk.Offset = 0;
            PrefetchAhead(walk.Bucket);
        }

        item = default;
        return false;
    }

    /// <summary>An independent copy.</summary>
    public readonly PackedTable Clone(MemoryOwner memory)
    {
        PackedTable copy = default;
        copy._directory = _directory.CloneEmpty(memory);
        copy._count = _count;
        for (uint index = 0; index < _directory.Buckets; index++)
        {
            byte* bucket = _directory.BucketAt(index);
            if (bucket == null) continue;
            int size = PackedBucket.BlockSize(bucket);
            byte* block = copy._directory.Allocate(memory, size);
            Buffer.MemoryCopy(bucket, block, size, size);
            copy._directory.SlotAt(index) = block;
            copy.CopyExternals(memory, block);
        }

        return copy;
    }

    /// <summary>Frees all blocks and leaves an empty table.</summary>
    public void Free(MemoryOwner memory) => FreeSome(memory, int.MaxValue);

    /// <summary>Frees about so many blocks of a table that nobody reads any more.</summary>
    /// <returns>True when all are freed.</returns>
    public bool FreeSome(MemoryOwner memory, int blocks)
    {
        _count = 0;
        long until = _directory.Blocks - Math.Max(blocks, 1);
        int buckets = 0;
        while (_directory.Buckets > 0)
        {
            // Empty buckets cost time too.
            if (_directory.Blocks <= until || buckets++ > Math.Max(blocks, 1)) return false;
            uint last = _directory.Buckets - 1;
            byte* bucket = _directory.BucketAt(last);
            if (bucket != null)
            {
                FreeExternals(memory, bucket);
                PackedBucket.FreeBlock(ref _directory, memory, bucket);
                _directory.SlotAt(last) = null;
            }

            _directory.RemoveBucket(memory);
        }

        return true;
    }

    /// <summary>Moves blocks to fuller pages where that pays, about <paramref name="blocks"/> of them per call.</summary>
    /// <returns>True when all were looked at.</returns>
    public bool Defragment(MemoryOwner memory, ref ulong position, int blocks)
    {
        for (int seen = 0; position < _directory.Buckets; position++)
        {
            if (seen++ >= blocks) return false;
            uint index = (uint)position;
            _directory.DefragmentAt(memory, index);
            ref byte* bucket = ref _directory.SlotAt(index);
            if (bucket == null) continue;
            memory.TryMove(ref bucket);
            int count = PackedBucket.Count(bucket);
            byte* lengths = PackedBucket.Lengths(bucket, count), item = PackedBucket.Items(bucket, count);
            for (int i = 0; i < count; item += lengths[i++] & PackedBucket.ItemBytesMax)
            {
                if (!ItemShape.IsExternal(item, lengths[i])) continue;
                seen++;
                memory.TryMove(ref *(byte**)(item + 1));
            }
        }

        position = 0;
        return true;
    }

    private TableItem Insert(MemoryOwner memory, scoped ReadOnlySpan<byte> key, ulong hash, ItemShape shape)
    {
        if (_count >= _directory.Buckets * (long)LoadMax)
        {
            if (_directory.Buckets == 0) _directory.AddBucket(memory);
            else PackedBucket.Split(ref _directory, memory);
        }

        byte* external = shape.IsLarge ? NewExternal(memory, key, hash, shape.ValueLength) : null;
        uint index = _directory.IndexOf((uint)hash);
        byte* item = PackedBucket.Insert(ref _directory, memory, index, (byte)(hash >> TagShift), shape.LengthByte);
        shape.Write(item, key, external);
        _count++;
        return new TableItem(item, shape.LengthByte, index, PackedBucket.Count(_directory.BucketAt(index)) - 1);
    }

    // Another value length or flag for an item that is there.
    private TableItem Reshape(MemoryOwner memory, TableItem old, scoped ReadOnlySpan<byte> key, ItemShape shape)
    {
        ExternalItem* external = old.External;
        byte* block = (byte*)external;
        if (external != null && !shape.IsLarge)
        {
            FreeExternal(memory, external);
            block = null;
        }
        else if (external != null && external->ValueLength != shape.ValueLength)
        {
            long oldSize = ExternalItem.BlockSize(external->KeyLength, external->ValueLength);
            block = _directory.Reallocate(memory, block, oldSize, ExternalItem.BlockSize(key.Length, shape.ValueLength));
            ((ExternalItem*)block)->ValueLength = shape.ValueLength;
        }
        else if (external == null && shape.IsLarge)
        {
            block = NewExternal(memory, key, KeyHash.Compute(key), shape.ValueLength);
        }

        byte* item = PackedBucket.Resize(ref _directory, memory, old.Bucket, old.Index, shape.LengthByte);
        shape.Write(item, key, block);
        return new TableItem(item, shape.LengthByte, old.Bucket, old.Index);
    }

    private readonly TableItem ItemAt(uint index, uint position)
    {
        byte* bucket = _directory.BucketAt(index);
        int count = PackedBucket.Count(bucket);
        byte* lengths = PackedBucket.Lengths(bucket, count);
        byte* item = PackedBucket.Items(bucket, count) + PackedBucket.OffsetOf(lengths, (int)position);
        return new TableItem(item, lengths[position], index, (int)position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void PrefetchAhead(uint index)
    {
        const uint Distance = 4;
        if (!Sse.IsSupported || index + Distance >= _directory.Buckets) return;
        byte* bucket = _directory.BucketAt(index + Distance);
        if (bucket == null) return;
        Sse.Prefetch0(bucket);
        PrefetchItems(bucket);
    }

    // The item is on any of these lines; asked for together with the tags they come together, not one after the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchItems(byte* bucket)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(bucket + 64);
        Sse.Prefetch0(bucket + 128);
        Sse.Prefetch0(bucket + 192);
    }

    private byte* NewExternal(MemoryOwner memory, scoped ReadOnlySpan<byte> key, ulong hash, int valueLength)
    {
        byte* block = _directory.Allocate(memory, ExternalItem.BlockSize(key.Length, valueLength));
        *(ExternalItem*)block = new ExternalItem { Hash = hash, KeyLength = key.Length, ValueLength = valueLength };
        key.CopyTo(new Span<byte>(block + ExternalItem.Bytes, key.Length));
        return block;
    }

    private void FreeExternal(MemoryOwner memory, ExternalItem* item) =>
        _directory.Free(memory, (byte*)item, ExternalItem.BlockSize(item->KeyLength, item->ValueLength));

    private void FreeExternals(MemoryOwner memory, byte* bucket)
    {
        int count = PackedBucket.Count(bucket);
        byte* lengths = PackedBucket.Lengths(bucket, count), item = PackedBucket.Items(bucket, count);
        for (int i = 0; i < count; item += lengths[i++] & PackedBucket.ItemBytesMax)
        {
            if (ItemShape.IsExternal(item, lengths[i])) FreeExternal(memory, ExternalItem.At(item));
        }
    }

    private void CopyExternals(MemoryOwner memory, byte* bucket)
    {
        int count = PackedBucket.Count(bucket);
        byte* lengths = PackedBucket.Lengths(bucket, count), item = PackedBucket.Items(bucket, count);
        for (int i = 0; i < count; item += lengths[i++] & PackedBucket.ItemBytesMax)
        {
            if (!ItemShape.IsExternal(item, lengths[i])) continue;
            ExternalItem* external = ExternalItem.At(item);
            long size = ExternalItem.BlockSize(external->KeyLength, external->ValueLength);
            byte* block = _directory.Allocate(memory, size);
            Buffer.MemoryCopy(external, block, size, size);
            *(byte**)(item + 1) = block;
        }
    }
}
