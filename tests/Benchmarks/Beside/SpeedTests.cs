using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>One row of the table: what is sent, and by what its cost is divided.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Operations">Operations in one measurement at a pipeline of 16 and more; an eighth of them below.</param>
/// <param name="Commands">The commands of one operation; <see cref="RequestTemplate.RandomMark"/> stands for a random number.</param>
public sealed record SpeedTest(string Name, int Operations, params string[][] Commands)
{
    /// <summary>Connections that send.</summary>
    public int Clients { get; init; } = 50;

    /// <summary>Operations in flight that do not depend on the command line; 0: they do. For commands that take long each.</summary>
    public int Pipeline { get; init; }

    /// <summary>Connections subscribed to the channel "channel"; the cost is divided by what is delivered to them.</summary>
    public int Subscribers { get; init; }

    /// <summary>Commands that fill what the row works on.</summary>
    public Func<IEnumerable<string[]>> Prepare { get; init; } = () => [];
}

/// <summary>
/// The table. A row needs nothing but commands, so that a row of a type that a server lacks fails only when it is asked for.
/// </summary>
public static class SpeedTests
{
    private const string Random = RequestTemplate.RandomMark;
    private const int Large = 100_000;
    private const int Batch = 500;

    private static readonly string Value = new('v', 64);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<SpeedTest> All { get; } =
    [
        new("set", 500_000, ["SET", "key:" + Random, Value]),
        new("get", 500_000, ["GET", "key:" + Random]),
        new("multi_10", 60_000, [["MULTI"], .. Enumerable.Repeat<string[]>(["SET", "key:" + Random, Value], 10), ["EXEC"]]),
        new("multi_1", 200_000, ["MULTI"], ["SET", "key:" + Random, Value], ["EXEC"]),
        new("watch_multi_1", 100_000, ["WATCH", "key:" + Random], ["MULTI"], ["SET", "key:" + Random, Value], ["EXEC"]),
        new("publish_50", 40_000, ["PUBLISH", "channel", Value]) { Subscribers = 50 },
        new("publish_0", 300_000, ["PUBLISH", "nobody:" + Random, Value]),
        Slow("sinter_100k", 60, Sets, "SINTER", "beside:set1", "beside:set2"),
        Slow("sunion_100k", 40, Sets, "SUNION", "beside:set1", "beside:set2"),
        Slow("zunionstore_100k", 20, SortedSets, "ZUNIONSTORE", "beside:sum", "2", "beside:z1", "beside:z2"),
        Slow("zinterstore_100k", 20, SortedSets, "ZINTERSTORE", "beside:sum", "2", "beside:z1", "beside:z2"),
        Slow("bitop_10mb", 100, Bitmaps, "BITOP", "AND", "beside:bits", "beside:bits1", "beside:bits2"),
        Slow("bitcount_10mb", 200, Bitmaps, "BITCOUNT", "beside:bits1"),
        Slow("pfmerge", 5_000, Logs, "PFMERGE", "beside:log", "beside:log1", "beside:log2", "beside:log3"),
        Slow("pfcount_3", 5_000, Logs, "PFCOUNT", "beside:log1", "beside:log2", "beside:log3"),
        Slow("georadius_10k", 100, Places, "GEORADIUS", "beside:geo", "0", "0", "200", "km", "WITHDIST"),
    ];

    private static SpeedTest Slow(string name, int operations, Func<IEnumerable<string[]>> prepare, params string[] command)
        => new(name, operations, command) { Clients = 1, Pipeline = 1, Prepare = prepare };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Filled(string command, string key, int from, int count, Func<int, string[]> element)
        => Enumerable.Range(from, count).Chunk(Batch).Select(some => (string[])[command, key, .. some.SelectMany(element)]);

    // Half of each set is in the other.
    private static IEnumerable<string[]> Sets() =>
    [
        .. Filled("SADD", "beside:set1", 0, Large, i => [$"member:{i:d9}"]),
        .. Filled("SADD", "beside:set2", Large / 2, Large, i => [$"member:{i:d9}"]),
    ];

    private static IEnumerable<string[]> SortedSets() =>
    [
        .. Filled("ZADD", "beside:z1", 0, Large, i => [Text(i), $"member:{i:d9}"]),
        .. Filled("ZADD", "beside:z2", Large / 2, Large, i => [Text(i * 7 % Large), $"member:{i:d9}"]),
    ];

    private static IEnumerable<string[]> Bitmaps() =>
    [
        ["SET", "beside:bits1", new string('\x5a', 10 << 20)],
        ["SET", "beside:bits2", new string('\x3c', 10 << 20)],
    ];

    private static IEnumerable<string[]> Logs() =>
        Enumerable.Range(1, 3).SelectMany(log => Filled("PFADD", $"beside:log{log}", log * Large / 2, Large, i => [$"element:{i}"]));

    // A grid of 10,000 places within 200 km of the null island, and as many beyond.
    private static IEnumerable<string[]> Places() =>
    [
        .. Filled("GEOADD", "beside:geo", 0, 10_000, i => [Degrees((i % 100) - 50, 0.025), Degrees((i / 100) - 50, 0.025), $"near:{i}"]),
        .. Filled("GEOADD", "beside:geo", 0, 10_000, i => [Degrees(i % 100, 0.5, 20), Degrees(i / 100, 0.5, 20), $"far:{i}"]),
    ];

    private static string Degrees(int step, double size, double from = 0)
        => (from + (step * size)).ToString("F4", CultureInfo.InvariantCulture);
}
