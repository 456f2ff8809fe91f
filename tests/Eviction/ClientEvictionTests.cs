using ModularKv.TestKit;

namespace ModularKv.Eviction.Tests;

public sealed class ClientEvictionTests
{
    private const int Step = 300_000;

    /// <summary>Clients with unfinished requests of random sizes: the largest go, CLIENT NO-EVICT stays.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_largest_go_first(int seed)
    {
        Random random = new(seed);
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient control = server.Connect();
        control.Call("CLIENT", "NO-EVICT", "ON");
        List<(RespClient Client, string Name, int Bytes, bool Stays)> all = [];
        for (int i = 0; i < 12; i++)
        {
            RespClient client = server.Connect();
            int bytes = Step << random.Next(4);
            bool stays = random.Next(4) == 0;
            client.Call("CLIENT", "SETNAME", $"c{i}");
            if (stays) client.Call("CLIENT", "NO-EVICT", "ON");
            client.SendRaw(System.Text.Encoding.ASCII.GetBytes($"*2\r\n${bytes}\r\n{new string('x', bytes)}"));
            all.Add((client, $"c{i}", bytes, stays));
        }

        Until(() => all.All(c => MemoryOf(control, c.Name) >= c.Bytes));
        long before = Sum(control);
        long limit = before / 2;
        control.Call("CONFIG", "SET", "maxmemory-clients", limit);
        control.Call("PING");
        bool[] left = [.. all.Select(c => MemoryOf(control, c.Name) > 0)];
        long after = Sum(control);
        string what = $"seed {seed}: {before} -> {after}, limit {limit}";
        Assert.True(after <= limit || !left.Where((l, i) => l && !all[i].Stays).Any(), what);
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Stays) Assert.True(left[i], $"{what}: {all[i].Name} has gone");
            if (left[i] || all[i].Stays) continue;

            // Whoever went was at least as large as all that stayed and could have gone.
            foreach (var other in all.Where((c, j) => left[j] && !c.Stays)) Assert.True(all[i].Bytes >= other.Bytes, what);
        }

        Assert.Equal(left.Count(l => !l), PolicyModelTests.Info(control, "stats", "evicted_clients"));
        Assert.All(all, c => c.Client.Dispose());
    }

    /// <summary>Within one batch of one client too: nobody has to wait for the loop to notice.</summary>
    [Fact]
    public void A_client_that_asks_for_too_much_at_once_is_cut()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient control = server.Connect();
        control.Call("CLIENT", "NO-EVICT", "ON");
        control.Call("SETRANGE", "big", 1_000_000, "x");
        control.Call("CONFIG", "SET", "maxmemory-clients", "5mb");
        control.Call("CONFIG", "RESETSTAT");
        using RespClient greedy = server.Connect();
        greedy.SendRaw(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET big\r\n", 400))));
        Until(() => PolicyModelTests.Info(control, "stats", "evicted_clients") == 1);
        Assert.InRange(PolicyModelTests.Info(control, "memory", "used_memory_peak"), 0, 20_000_000);
    }

    private static long MemoryOf(RespClient control, string name) => Lines(control)
        .Where(line => line.Contains($" name={name} ", StringComparison.Ordinal)).Select(Memory).FirstOrDefault();

    private static long Sum(RespClient control) => Lines(control).Sum(Memory);

    private static string[] Lines(RespClient control)
        => control.Call("CLIENT", "LIST").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static long Memory(string line)
        => long.Parse(line.Split(' ').First(f => f.StartsWith("tot-mem=", StringComparison.Ordinal))[8..]);

    private static void Until(Func<bool> condition)
    {
        while (!condition()) Thread.Sleep(10);
    }
}
