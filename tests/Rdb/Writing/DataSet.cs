using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>Keys of every type and encoding in three databases, some of which expire; the same for the same seed.</summary>
internal static class DataSet
{
    private static readonly int[] Sizes = [3, 100, 5000];

    public static void Write(RespClient client, int seed)
    {
        var random = new Random(seed);
        foreach (string database in (string[])["0", "3", "15"])
        {
            client.Call("SELECT", database);
            Strings(client, random);
            foreach (int size in Sizes) Collections(client, random, size);
            client.Call("RPUSH", "lbig", new string('x', 20000), new string('y', 9000), "z");
            Groups(client);
            client.Call("PFADD", "hll", "a", "b", "c");
            client.Call("SETBIT", "bits", "9999", "1");
            for (int i = 0; i < 300; i += 3) client.Call("PEXPIREAT", $"s{i}", Text(4102444800000 + i));
            client.Call("EXPIREAT", "h100", "4102444800");
        }
    }

    private static void Strings(RespClient client, Random random)
    {
        for (int i = 0; i < 300; i++)
        {
            byte[] noise = new byte[random.Next(300)];
            random.NextBytes(noise);
            object value = random.Next(8) switch
            {
                0 => Text(random.NextInt64(-(1L << 40), 1L << 40)),
                1 => Text(random.Next(-200, 200)),
                2 => Text(random.Next(-40000, 40000)),
                3 => new string('a', random.Next(5000)),
                4 => "-0",
                5 => "2147483648",
                6 => string.Concat(Enumerable.Repeat("hello world ", random.Next(1, 40))),
                _ => noise,
            };
            client.Send("SET", $"s{i}", value);
        }

        client.ReadMany(300);
    }

    private static void Collections(RespClient client, Random random, int size)
    {
        const int Commands = 6;
        for (int i = 0; i < size; i++)
        {
            client.Send("RPUSH", $"l{size}", i % 2 == 0 ? Text(i) : new string('v', i % 70));
            client.Send("SADD", $"si{size}", Text(random.NextInt64(-1_000_000, 1L << 40)));
            client.Send("SADD", $"ss{size}", $"m{i}");
            client.Send("HSET", $"h{size}", $"f{i}", $"v{random.Next()}");
            client.Send("ZADD", $"z{size}", random.Next(4) == 0 ? "inf" : Text(random.Next(-5000, 5000) / 8.0), $"m{i}");
            client.Send("XADD", $"x{size}", $"{(i / 3) + 1}-{(i % 3) + 1}", "f", $"v{i}", "g", "w");
            if (i % 500 == 499) client.ReadMany(500 * Commands);
        }

        client.ReadMany(size % 500 * Commands);
    }

    private static void Groups(RespClient client)
    {
        client.Call("XGROUP", "CREATE", "x100", "g1", "0");
        client.Call("XGROUP", "CREATE", "x100", "g2", "5-1");
        client.Call("XREADGROUP", "GROUP", "g1", "alice", "COUNT", "10", "STREAMS", "x100", ">");
        client.Call("XREADGROUP", "GROUP", "g1", "bob", "COUNT", "5", "STREAMS", "x100", ">");
        client.Call("XACK", "x100", "g1", "1-1");
        client.Call("XDEL", "x100", "1-2");
        client.Call("XTRIM", "x5000", "MAXLEN", "4000");
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
