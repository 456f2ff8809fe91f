using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Asks for what a walk over a table needs next: the records of the next bucket, and the bucket after that.</summary>
/// <remarks>Buckets come in the order of reversed bits, so every one is a cache miss, and so is every record: at 5 records a bucket,
/// waiting
/// for them one bucket at a time costs some 40 ns a key.</remarks>
internal static unsafe class WalkAhead
{
    private const int CacheLine = 64;

    /// <summary>Call it before the bucket at <paramref name="cursor"/> is visited.</summary>
    public static void Prefetch(KeyTable table, ulong cursor)
    {
        table.IndexOf(cursor, out ulong mask);
        ulong next = ScanCursor.Next(cursor, mask);
        Bucket* bucket = table.HeadAt(table.IndexOf(next, out mask));
        KeyTable.Prefetch(table.HeadAt(table.IndexOf(ScanCursor.Next(next, mask), out _)));
        for (ulong used = bucket->Used; used != 0; used &= used - 1)
        {
            byte* record = (byte*)Bucket.RecordOf(*bucket->SlotAt(Bucket.First(used)));
            KeyTable.Prefetch(record);
            KeyTable.Prefetch(record + CacheLine);
        }
    }
}
