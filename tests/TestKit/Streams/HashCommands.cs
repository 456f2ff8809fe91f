namespace ModularKv.TestKit.Streams;

/// <summary>Grammars of the hashes group, as 7.0 has it.</summary>
public static class HashCommands
{
    private static readonly string[] Fields = ["f", "g", "field", "1", "2", "-7", "007", "", "a field", "\0\u00ff", new string('n', 70)];

    /// <summary>HDEL to HVALS.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("HDEL", 8, d => ManyFields(d.Key(), 1, 5)),
        new("HEXISTS", 4, d => Field(d.Key())),
        new("HGET", 8, d => Field(d.Key())),
        new("HGETALL", 5, d => d.Key()),
        new("HINCRBY", 8, d => Field(d.Key()).Integer()),
        new("HINCRBYFLOAT", 8, d => Field(d.Key()).Float()),
        new("HKEYS", 3, d => d.Key()),
        new("HLEN", 4, d => d.Key()),
        new("HMGET", 5, d => ManyFields(d.Key(), 1, 6)),
        new("HMSET", 4, Pairs),
        new("HRANDFIELD", 6, Random),
        new("HSCAN", 6, Scan),
        new("HSET", 24, Pairs),
        new("HSETNX", 5, d => Field(d.Key()).Value()),
        new("HSTRLEN", 4, d => Field(d.Key())),
        new("HVALS", 3, d => d.Key()),
        new("DEL", 2, d => d.Key()),
        new("COPY", 2, d => d.Key().Key().Options(o => o.Word("REPLACE"))),
        new("RENAME", 2, d => d.Key().Key()),
        new("TYPE", 1, d => d.Key()),
        new("OBJECT", 3, d => d.Word("ENCODING").Key()),
        new("DEBUG", 2, Digest),
        new("CONFIG", 1, Limits),
    ];

    private static Draft Field(Draft draft)
        => draft.Chance(6) ? draft.Value() : draft.Add(draft.Chance(3) ? "n" + draft.Random.Next(40) : draft.Pick(Fields));

    private static void ManyFields(Draft draft, int min, int max)
    {
        int count = draft.Random.Next(min, max + 1);
        for (int i = 0; i < count; i++) Field(draft);
    }

    private static void Pairs(Draft draft)
    {
        draft.Key();
        int count = draft.Chance(20) ? draft.Random.Next(10, 60) : draft.Random.Next(1, 5);
        for (int i = 0; i < count; i++)
        {
            Field(draft);
            if (draft.Chance(3)) draft.Add(draft.Random.Next(-1000, 1000));
            else draft.Value();
        }

        if (draft.Chance(20)) Field(draft);
    }

    private static void Random(Draft draft)
    {
        draft.Key();
        if (draft.Chance(3)) return;

        // Whole hashes, and errors: what is in between is chance.
        if (draft.Chance(3)) draft.Add(draft.Pick(["-9223372036854775808", "9223372036854775807", "4611686018427387904", "x", ""]));
        else draft.Add(draft.Pick(["0", "1", "-1", "-4", "3", "1000", "5000"]));
        if (draft.Chance(2)) draft.OneOf("WITHVALUES", "WITHVALUES", "NOVALUES");
        if (draft.Chance(10)) draft.Junk();
    }

    private static void Scan(Draft draft)
    {
        draft.Key().Add(draft.Chance(10) ? draft.Pick(["x", "-1", "99999999999999999999", ""]) : "0");
        draft.Options(
            d => d.Word("MATCH").Add(d.Pick(["*", "f*", "n1?", "[1-9]*", "x"])),
            d => d.Word("COUNT").Small(-1, 20));
    }

    private static void Digest(Draft draft)
    {
        draft.MayBeMutated = false;
        draft.Word("DIGEST-VALUE").ManyKeys(1, 3);
    }

    private static void Limits(Draft draft)
    {
        draft.MayBeMutated = false;
        draft.Word("SET");
        if (draft.Chance(2)) draft.Add("hash-max-listpack-entries").Add(draft.Pick(["512", "128", "20", "5", "0"]));
        else draft.Add("hash-max-ziplist-value").Add(draft.Pick(["64", "64", "10", "0", "1000"]));
    }
}
