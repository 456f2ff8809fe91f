using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>One row of the persistence table.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Keys">How many.</param>
/// <param name="Command">The commands that store the key of a number.</param>
public sealed record PersistenceTest(string Name, int Keys, Func<int, IEnumerable<string[]>> Command);

/// <summary>
/// What is saved and loaded: strings, each kind of collection for itself, and all kinds mixed. The larger hashes, sets and sorted sets are
/// hash tables and skip lists, the others packed.
/// </summary>
public static class PersistenceTests
{
    private const int EachKind = 100_000;

    // Fifty keys of the mixture: so many of each kind.
    private static readonly (int Share, Func<int, IEnumerable<string[]>> Command)[] Kinds =
    [
        (14, i => Hash(i, 5)), (6, i => Hash(i, 50)), (1, i => Hash(i, 200)), (8, List), (6, Integers), (5, Strings),
        (6, i => Sorted(i, 5 + (i % 60))), (1, i => Sorted(i, 200)), (3, Stream),
    ];

    /// <summary>All rows.</summary>
    public static IReadOnlyList<PersistenceTest> All { get; } =
    [
        new("strings", 5_000_000, i => [["SET", $"key:{i:d12}", Text(i) + Text(i + 1) + Text(i + 2) + Text(i + 3)]]),
        new("mixed", 500_000, Mixed),
        new("hash5", EachKind * 5, i => Hash(i, 5)),
        new("hash50", EachKind, i => Hash(i, 50)),
        new("hash200", EachKind / 5, i => Hash(i, 200)),
        new("list", EachKind, List),
        new("intset", EachKind * 2, Integers),
        new("set", EachKind, Strings),
        new("zset", EachKind, i => Sorted(i, 5 + (i % 60))),
        new("zset200", EachKind / 5, i => Sorted(i, 200)),
        new("stream", EachKind, Stream),
    ];

    private static IEnumerable<string[]> Mixed(int i)
    {
        int place = i % Kinds.Sum(kind => kind.Share);
        foreach ((int share, Func<int, IEnumerable<string[]>> command) in Kinds)
        {
            if (place < share) return command(i);
            place -= share;
        }

        return [];
    }

    private static IEnumerable<string[]> Hash(int i, int fields)
        => [["HSET", $"hash:{i:d9}", .. Enumerable.Range(0, fields).SelectMany(f => (string[])[$"field:{f:d3}", Text(i + f)])]];

    private static IEnumerable<string[]> List(int i)
        => [["RPUSH", $"list:{i:d9}", .. Enumerable.Range(0, 10 + (i % 191)).Select(e => Text(i + e))]];

    private static IEnumerable<string[]> Integers(int i)
        => [["SADD", $"numbers:{i:d9}", .. Enumerable.Range(0, 5 + (i % 100)).Select(e => Number((i * 31L) + (e * 1000)))]];

    private static IEnumerable<string[]> Strings(int i)
        => [["SADD", $"set:{i:d9}", .. Enumerable.Range(0, 5 + (i % 100)).Select(e => Text(i + e))]];

    private static IEnumerable<string[]> Sorted(int i, int members)
        => [["ZADD", $"sorted:{i:d9}", .. Enumerable.Range(0, members).SelectMany(m => (string[])[Score(i + m), Text(i + m)])]];

    private static IEnumerable<string[]> Stream(int i) => Enumerable.Range(0, 3 + (i % 20))
        .Select(e => (string[])
            ["XADD", $"stream:{i:d9}", $"{1700000000000 + i}-{e + 1}", "sensor", Number(i % 1000), "value", Text(i + e)]);

    // 16 bytes that no encoding takes for a number.
    private static string Text(int i) => $"v{(uint)i * 2654435761u:x8}{i:x7}";

    private static string Score(int i)
    {
        uint random = (uint)i * 2654435761u % 10_000_000;
        return i % 3 == 0 ? FormattableString.Invariant($"{random / 100.0}") : Number(random);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
