using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Eviction.Tests;

/// <summary>Random writes of all types into a server that is too small for them.</summary>
public sealed class PolicyModelTests
{
    private const int Commands = 6000;
    private const int Keys = 2000;
    private const int ElementBytes = 300;
    private const int Databases = 3;

    public static TheoryData<string, int> Runs { get; } = new(
        from policy in (string[])["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu",
            "allkeys-random", "noeviction"]
        from seed in (int[])[11, 12]
        select (policy, seed));

    /// <summary>
    /// Memory is never above the limit by more than one command's effect, and only what the policy allows has gone: noeviction nothing,
    /// volatile-* no key without a time to live.
    /// </summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Memory_stays_within_the_limit_and_the_right_keys_go(string policy, int seed)
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        Random random = new(seed);
        long limit = Info(client, "memory", "used_memory") + 300_000;
        client.Call("CONFIG", "SET", "maxmemory", limit, "maxmemory-policy", policy, "maxmemory-samples", random.Next(1, 12));
        HashSet<string> lasting = [];
        int database = 0;
        for (int step = 0; step < Commands; step++)
        {
            if (random.Next(50) == 0) client.Call("SELECT", database = random.Next(Databases));
            int kind = random.Next(Kinds.Length);
            bool isVolatile = random.Next(2) == 0;
            string key = $"{Kinds[kind]}{random.Next(Keys)}{(isVolatile ? ":ttl" : "")}";
            Reply reply = Write(client, random, kind, key);
            if (reply.IsError)
            {
                Assert.StartsWith("OOM command not allowed when used memory > 'maxmemory'", reply.Text, StringComparison.Ordinal);
                continue;
            }

            if (isVolatile) client.Call("EXPIRE", key, 100_000 + random.Next(100_000));
            else lasting.Add($"{database} {key}");
            if (step % 20 != 0) continue;
            long used = Info(client, "memory", "used_memory");
            Assert.True(used <= limit + MostOfOneCommand, $"{policy}, seed {seed}, step {step}: {used} above {limit}");
        }

        Check(client, policy, lasting);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Volatile_ttl_evicts_what_expires_first(int seed)
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        const int Count = 3000;
        int[] seconds = [.. Enumerable.Range(1, Count).Select(i => i * 100)];
        new Random(seed).Shuffle(seconds);
        foreach (int s in seconds) client.Call("SET", $"k{s}", new string('v', 100), "EX", s);
        long used = Info(client, "memory", "used_memory");
        client.Call("CONFIG", "SET", "maxmemory-policy", "volatile-ttl", "maxmemory-samples", 10, "maxmemory-eviction-tenacity", 100);
        client.Call("CONFIG", "SET", "maxmemory", used - (used / 4));
        client.Call("PING");
        long left = client.Call("DBSIZE").Integer;
        Assert.InRange(left, Count / 2, Count - (Count / 6));

        // Of the first half of those that had to go nearly all have gone, of the last third of all nearly none.
        int gone = (int)(Count - left);
        int early = Enumerable.Range(1, gone / 2).Count(i => client.Call("EXISTS", $"k{i * 100}").Integer == 0);
        int late = Enumerable.Range(Count * 2 / 3, Count / 3).Count(i => client.Call("EXISTS", $"k{i * 100}").Integer == 0);
        Assert.True(early > gone / 2 * 0.95, $"only {early} of the first {gone / 2} have gone");
        Assert.True(late < Count / 3 * 0.02, $"{late} of the last third have gone");
    }

    /// <summary>The largest element, the largest step of a table, the client's own buffers.</summary>
    private const long MostOfOneCommand = 16 * 1024;

    // One letter per family of commands; s, a and r write strings.
    private const string Kinds = "sahlezxr";

    private static Reply Write(RespClient client, Random random, int kind, string key)
    {
        string element = new('e', random.Next(1, ElementBytes));
        string name = $"{random.Next(10_000)}";
        return Kinds[kind] switch
        {
            's' => client.Call("SET", key, element),
            'a' => client.Call("APPEND", key, element),
            'h' => client.Call("HSET", key, name, element),
            'l' => client.Call("RPUSH", key, element, name),
            'e' => client.Call("SADD", key, element + name),
            'z' => client.Call("ZADD", key, name, element + name),
            'x' => client.Call("XADD", key, "*", name, element),
            _ => client.Call("SETRANGE", key, random.Next(4000), element),
        };
    }

    private static void Check(RespClient client, string policy, HashSet<string> lasting)
    {
        long evicted = Info(client, "stats", "evicted_keys");
        Assert.Equal(policy == "noeviction", evicted == 0);
        if (policy.StartsWith("allkeys", StringComparison.Ordinal)) return;
        foreach (string lasted in lasting)
        {
            string[] parts = lasted.Split(' ');
            client.Call("SELECT", parts[0]);
            Assert.True(client.Call("EXISTS", parts[1]).Integer == 1, $"{policy}: {parts[1]} of database {parts[0]} has gone");
        }
    }

    internal static long Info(RespClient client, string section, string field)
        => long.Parse(client.Info(section, field), CultureInfo.InvariantCulture);
}
