using System.Text;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;
using Record = ModularKv.Abstractions.Memory.Record;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>A table beside a Dictionary that it must agree with.</summary>
internal sealed unsafe class TableModel : IDisposable
{
    private readonly delegate*<byte*, int, ulong> _hasher;

    public TableModel(delegate*<byte*, int, ulong> hasher = null, long reserveBytes = 1L << 30)
    {
        _hasher = hasher != null ? hasher : &KeyHash.Compute;
        Table = new KeyTable(reserveBytes, _hasher);
    }

    public KeyTable Table { get; }

    public RecordArena Arena { get; } = new();

    public Dictionary<string, nint> Expected { get; } = [];

    public ulong Hash(string key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        fixed (byte* p = bytes) return _hasher(p, bytes.Length);
    }

    public TableSlot Slot(string key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        fixed (byte* p = bytes) return Table.FindSlot(_hasher(p, bytes.Length), p, bytes.Length);
    }

    public void Add(string key, bool hasExpiry = false, long expireAtMs = 0)
    {
        long moved = Table.BucketsMoved;
        Record* record = Arena.Make(key, hasExpiry, expireAtMs);
        Table.Insert(Hash(key), record);
        Expected.Add(key, (nint)record);
        Assert.InRange(Table.BucketsMoved - moved, 0, KeyTable.BucketsMovedMax);
    }

    public void Remove(string key)
    {
        long moved = Table.BucketsMoved;
        TableSlot slot = Slot(key);
        Assert.True(slot.Exists);
        Record* record = Table.Remove(slot);
        Assert.Equal(Expected[key], (nint)record);
        Expected.Remove(key);
        Arena.Free(record);
        Assert.InRange(Table.BucketsMoved - moved, 0, KeyTable.BucketsMovedMax);
    }

    public void Replace(string key, bool hasExpiry = false)
    {
        TableSlot slot = Slot(key);
        Record* old = slot.Record;
        Record* fresh = Arena.Make(key, hasExpiry);
        slot.Replace(fresh);
        Assert.Equal((nint)fresh, (nint)slot.Record);
        Assert.Equal(Expected[key], (nint)old);
        Arena.Free(old);
        Expected[key] = (nint)fresh;
    }

    /// <summary>Every key is found, every record is in the bucket it belongs to, chains are dense, and nothing else is there.</summary>
    public void CheckAll()
    {
        Assert.Equal(Expected.Count, Table.Count);
        foreach ((string key, nint record) in Expected) Assert.Equal(record, (nint)Slot(key).Record);
        long entries = 0, overflow = 0;
        for (ulong i = 0; i < (ulong)Table.BucketCount; i++)
        {
            Bucket* head = Table.HeadAt(i);
            for (Bucket* bucket = head; ; bucket = bucket->Next)
            {
                entries += bucket->Count;
                if (bucket != head) overflow++;
                if (bucket != head) Assert.True(bucket->Count >= 2, "an overflow bucket holds two entries or more");
                CheckEntries(bucket, head->MayExpire, i);
                if (!bucket->HasOverflow) break;
                Assert.True(bucket->Count == Bucket.Slots - 1, "every bucket but the last is full");
            }
        }

        Assert.Equal(Expected.Count, entries);
        Assert.Equal(overflow, Table.OverflowBuckets);
    }

    public void Dispose()
    {
        Table.Dispose();
        Arena.Dispose();
    }

    private void CheckEntries(Bucket* bucket, bool mayExpire, ulong index)
    {
        for (ulong used = bucket->Used; used != 0; used &= used - 1)
        {
            int i = Bucket.First(used);
            Record* record = Bucket.RecordOf(*bucket->SlotAt(i));
            ulong hash = _hasher(record->KeyPointer, record->KeyLength);
            Assert.Equal(index, Table.IndexOf(hash, out _));
            Assert.Equal(Bucket.TagOf(hash), bucket->TagAt(i));
            Assert.Equal(Bucket.Pack(hash, record), *bucket->SlotAt(i));
            Assert.True(mayExpire || !record->HasExpiry, "a record with expiry in an unmarked bucket");
        }
    }
}

/// <summary>Notes the keys it is shown, and how often.</summary>
internal readonly unsafe struct KeyCollector() : IRecordVisitor
{
    public Dictionary<string, int> Seen { get; } = [];

    public void Visit(Record* record)
    {
        string key = Encoding.UTF8.GetString(record->Key);
        Seen[key] = Seen.GetValueOrDefault(key) + 1;
    }
}

/// <summary>Hash functions that hash badly on purpose.</summary>
internal static unsafe class BadHashes
{
    /// <summary>One hash for every key.</summary>
    public static ulong Constant(byte* key, int length) => 0x0123_4567_89AB_CDEF;

    /// <summary>Sixteen hashes, the same in the low 40 bits: no split ever separates them.</summary>
    public static ulong SameLowBits(byte* key, int length) => (KeyHash.Compute(key, length) & 0xF000_0000_0000_0000) | 0x5555;

    /// <summary>All keys in one eighth of the buckets.</summary>
    public static ulong Crowded(byte* key, int length) => KeyHash.Compute(key, length) & ~0x7ul;
}
