using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>A few keys of a database to compare with each other: what eviction chooses from.</summary>
internal static unsafe class DatabaseSamples
{
    /// <summary>Most keys per sample.</summary>
    public const int CountMax = 64;

    // Buckets passed in search of keys with a time to live, some 5 ns each where there are none.
    private const int SearchedMax = 64 * 1024;
    private const int SearchedPerStep = 16;

    // With an expiring key in every so many buckets a random place has some near; else the search goes on where the last one ended.
    private const int DenseShare = 4;

    /// <summary>Visits keys of any kind.</summary>
    public static int Any(DatabaseStore store, int count, IEntryVisitor visitor)
    {
        // The rest of a bucket comes for nothing: its line is in cache already.
        Span<nint> found = stackalloc nint[CountMax + Bucket.Slots];
        int wanted = Math.Clamp(count, 1, CountMax);
        int n = store.Content.Table.Sample(found[..(wanted + Bucket.Slots - 1)], wanted, ref store.State.Random);
        for (int i = 0; i < n; i++) visitor.Visit(new Entry((Record*)found[i], null));
        return n;
    }

    /// <summary>Visits keys with a time to live.</summary>
    public static int Expiring(DatabaseStore store, int count, IEntryVisitor visitor)
    {
        StoreContent content = store.Content;
        if (content.Expiring == 0) return 0;
        KeyTable table = content.Table;
        int step = SearchedPerStep;
        if (content.Expiring * DenseShare >= table.BucketCount)
        {
            content.SampleCursor = table.IndexOf(store.State.NextRandom(), out _);
            step = 1;
        }

        Visiting visiting = new(visitor);
        int wanted = Math.Clamp(count, 1, CountMax);
        for (long left = Math.Min(SearchedMax, table.BucketCount); left > 0 && visiting.Count < wanted;)
        {
            left -= table.VisitExpiring(ref content.SampleCursor, (int)Math.Min(step, left), ref visiting);
        }

        return visiting.Count;
    }

    private struct Visiting(IEntryVisitor visitor) : IRecordVisitor
    {
        public int Count;

        public void Visit(Record* record)
        {
            Count++;
            visitor.Visit(new Entry(record, null));
        }
    }
}
