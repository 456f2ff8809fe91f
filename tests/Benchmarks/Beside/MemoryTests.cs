using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>One row of the memory table.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Elements">What the growth of the resident set is divided by.</param>
/// <param name="Fill">The commands that store so many elements.</param>
public sealed record MemoryTest(string Name, int Elements, Func<int, IEnumerable<string[]>> Fill);

/// <summary>The memory table: resident bytes after minus before, over the number of elements.</summary>
public static class MemoryTests
{
    private const int Million = 1_000_000;
    private const int Batch = 100;

    /// <summary>All rows.</summary>
    public static IReadOnlyList<MemoryTest> All { get; } =
    [
        new("strings", Million, n => Each(n, i => ["SET", $"key:{i:d12}", Long(i) + Long(i) + Long(i) + Long(i)])),
        new("hashes_5_fields", Million, n => Each(n, i =>
            ["HSET", $"hash:{i:d9}", .. Enumerable.Range(0, 5).SelectMany(f => (string[])[$"field:{f:d2}", Long(i + f)])])),
        new("hash_1m_fields", Million, n => Many(n, "HSET", "hash", i => [$"f{i:d7}", Long(i)])),
        new("set_1m_members", Million, n => Many(n, "SADD", "set", i => [Long(i)])),
        new("sets_8_integers", Million, n => Each(n, i =>
            ["SADD", $"set:{i:d9}", .. Enumerable.Range(0, 8).Select(j => Text((i * 31) + (j * 1000)))])),
        new("zset_1m_members", Million, n => Many(n, "ZADD", "zset", i => [Score(i), Long(i)])),
        new("list_1m_elements", Million, n => Many(n, "RPUSH", "list", i => [Long(i)])),
        new("stream_1m_entries", Million, n => Each(n, i => ["XADD", "stream", "*", "field1", Long(i), "field2", Long(i + 1)])),
        new("hll_100k_elements", Million / 10, n => Each(n, i => ["PFADD", $"log:{i / 100:d6}", Long(i)])),
    ];

    // 16 bytes that no encoding takes for a number, and that do not grow with i.
    private static string Long(int i) => $"v{(uint)i * 2654435761u:x8}{i:x7}";

    private static string Score(int i) => Text((uint)i * 2654435761u % 10_000_000);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Each(int count, Func<int, string[]> command) => Enumerable.Range(0, count).Select(command);

    private static IEnumerable<string[]> Many(int count, string command, string key, Func<int, string[]> element)
        => Enumerable.Range(0, count).Chunk(Batch).Select(some => (string[])[command, key, .. some.SelectMany(element)]);
}

/// <summary>Fills a fresh server for each row and looks how much it has grown.</summary>
public sealed class MemoryRun(BesideOptions options)
{
    private const int SettleMs = 1500;

    /// <summary>Runs and prints.</summary>
    public void Run(IReadOnlyList<(string Name, string Command)> servers, IReadOnlyList<MemoryTest> tests)
    {
        foreach (MemoryTest test in tests)
        {
            double first = 0;
            foreach ((string name, string command) in servers)
            {
                using BesideServer server = new(name, command, options.Port);
                Thread.Sleep(SettleMs);
                int elements = Math.Max(1, (int)(test.Elements * options.Scale));
                using LoadConnection connection = new(server.Port);
                long before = server.ResidentBytes;
                connection.Fill(test.Fill(elements));
                Thread.Sleep(SettleMs);
                double each = (server.ResidentBytes - before) / (double)elements;
                if (first == 0) first = each;
                Console.WriteLine(FormattableString.Invariant(
                    $"{test.Name,-18} {name,-16} bytes/element={each,8:F1}  ratio={each / first:F2}"));
            }
        }
    }
}
