using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>Random writes of every type, from a seed.</summary>
internal static class DataSet
{
    /// <summary>Writes them in a pipeline.</summary>
    public static void Write(RespClient client, int seed, int commands)
    {
        var random = new Random(seed);
        const int Chunk = 500;
        for (int done = 0; done < commands; done += Chunk)
        {
            for (int i = 0; i < Chunk; i++) client.Send(Next(random));
            client.ReadMany(Chunk);
        }
    }

    private static object[] Next(Random random)
    {
        string key = random.Next(40).ToString(CultureInfo.InvariantCulture);
        string value = random.Next(5) == 0 ? random.Next(100_000).ToString(CultureInfo.InvariantCulture) : "v" + random.NextInt64();
        if (random.Next(50) == 0) value = new string('w', random.Next(100_000));
        return random.Next(16) switch
        {
            0 => ["SET", "s" + key, value],
            1 => ["SET", "s" + key, value, "EX", "10000"],
            2 => ["APPEND", "s" + key, value],
            3 => ["LPUSH", "l" + key, value, "x", "12"],
            4 => ["RPOP", "l" + key],
            5 => ["SADD", "t" + key, value, random.Next(1000)],
            6 => ["SPOP", "t" + key],
            7 => ["HSET", "h" + key, random.Next(200), value],
            8 => ["HDEL", "h" + key, random.Next(200)],
            9 => ["ZADD", "z" + key, random.Next(100), random.Next(300)],
            10 => ["ZPOPMIN", "z" + key],
            11 => ["XADD", "x" + key, "*", "f", value],
            12 => ["SADD", "i" + key, random.Next(100_000)],
            13 => ["DEL", "s" + key],
            14 => ["EXPIRE", "h" + key, random.Next(5000, 100_000)],
            _ => ["PFADD", "p" + key, value],
        };
    }
}
