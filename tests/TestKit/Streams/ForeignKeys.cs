namespace ModularKv.TestKit.Streams;

/// <summary>Writes values of other types under the shared keys, so that a stream's commands meet keys of the wrong type.</summary>
public static class ForeignKeys
{
    /// <summary>For a server that has lists, sets, hashes, sorted sets and streams.</summary>
    public static IReadOnlyList<Production> Collections { get; } =
    [
        new("RPUSH", 1, d => Elements(d.Key(), pairs: false)),
        // Numbers only: the order of an intset is defined, that of a hash table is not, and SORT BY nosort shows it.
        new("SADD", 1, d => { d.Key().Add(d.Random.Next(50)).Add(d.Random.Next(50)); d.MayBeMutated = false; }),
        new("HSET", 1, d => Elements(d.Key(), pairs: true)),
        new("ZADD", 1, d => d.Key().Add(d.Random.Next(50)).Add("m" + d.Random.Next(5))),
        new("XADD", 1, d => d.Key().Add(d.Random.Next(1, 1_000_000) + "-1").Add("field").Add("value")),
    ];

    private static void Elements(Draft draft, bool pairs)
    {
        int count = draft.Random.Next(1, 4) * (pairs ? 2 : 1);
        for (int i = 0; i < count; i++) draft.Add(draft.Random.Next(100));
    }
}
