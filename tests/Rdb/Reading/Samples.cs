using System.Text;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>Values in the forms that Redis wrote before version 7: no server at hand writes them any more.</summary>
internal static class Samples
{
    private static readonly byte[] Ziplist =
        [23, 0, 0, 0, 18, 0, 0, 0, 4, 0, 0, 1, (byte)'a', 3, 0xF2, 2, 1, (byte)'b', 3, 2, (byte)'x', (byte)'y', 0xFF];

    // a → 1, b → 2: members with scores.
    private static readonly byte[] Pairs =
        [21, 0, 0, 0, 18, 0, 0, 0, 4, 0, 0, 1, (byte)'a', 3, 0xF2, 2, 1, (byte)'b', 3, 0xF3, 0xFF];

    private static readonly byte[] Zipmap = [2, 1, (byte)'a', 1, 0, (byte)'1', 1, (byte)'b', 2, 1, (byte)'x', (byte)'y', 0, 0xFF];
    private static readonly byte[] IntSet = [2, 0, 0, 0, 3, 0, 0, 0, 0xFF, 0xFF, 1, 0, 2, 1];
    private static readonly byte[] Listpack = [14, 0, 0, 0, 3, 0, 0x81, (byte)'a', 2, 1, 1, 0x02, 1, 0xFF];

    /// <summary>Type byte and value of each, all of which redis-server 7.0 reads.</summary>
    public static IEnumerable<(string Name, byte[] TypeAndValue)> Old()
    {
        byte[] a = ImageBuilder.Text("a"u8), b = ImageBuilder.Text("b"u8);
        yield return ("string", [0, .. ImageBuilder.Text("some text"u8)]);
        yield return ("int8", [0, 0xC0, 0xFE]);
        yield return ("int16", [0, 0xC1, 0x39, 0x30]);
        yield return ("int32", [0, 0xC2, 0x15, 0xCD, 0x5B, 0x07]);
        yield return ("lzf", [0, 0xC3, 5, 12, 0, (byte)'a', 0xE0, 2, 0]);
        yield return ("length32", [0, 0x80, 0, 0, 0, 2, (byte)'a', (byte)'b']);
        yield return ("length64", [0, 0x81, 0, 0, 0, 0, 0, 0, 0, 2, (byte)'a', (byte)'b']);
        yield return ("list", [1, 2, .. a, .. b]);
        yield return ("set", [2, 2, .. a, .. b]);
        yield return ("zset", [3, 3, .. a, 3, .. "1.5"u8, .. b, 254, .. ImageBuilder.Text("c"u8), 255]);
        yield return ("zset2", [5, 1, .. a, .. BitConverter.GetBytes(2.25)]);
        yield return ("hash", [4, 1, .. a, .. b]);
        yield return ("zipmap", [9, .. ImageBuilder.Text(Zipmap)]);
        yield return ("ziplist", [10, .. ImageBuilder.Text(Ziplist)]);
        yield return ("intset", [11, .. ImageBuilder.Text(IntSet)]);
        yield return ("zset ziplist", [12, .. ImageBuilder.Text(Pairs)]);
        yield return ("hash ziplist", [13, .. ImageBuilder.Text(Ziplist)]);
        yield return ("quicklist", [14, 2, .. ImageBuilder.Text(Ziplist), .. ImageBuilder.Text(Ziplist)]);
        yield return ("quicklist2", [18, 2, 2, .. ImageBuilder.Text(Listpack), 1, .. ImageBuilder.Text("plain"u8)]);
    }

    /// <summary>Commands that make every type in every encoding, small and large.</summary>
    public static IEnumerable<object[]> Commands()
    {
        string large = new('x', 100_000);
        yield return ["SET", "s:int", "12345"];
        yield return ["SET", "s:text", "text"];
        yield return ["SET", "s:large", large];
        yield return ["SET", "s:huge", new string('y', 3_000_000)];
        yield return ["SET", "s:empty", ""];
        yield return ["SET", "s:expires", "x", "PX", "100000000"];
        foreach (int count in (int[])[1, 20, 1000])
        {
            List<object> list = ["RPUSH", $"l:{count}"], set = ["SADD", $"set:{count}"], ints = ["SADD", $"ints:{count}"],
                sorted = ["ZADD", $"z:{count}"], hash = ["HSET", $"h:{count}"];
            for (int i = 0; i < count; i++)
            {
                list.Add($"element {i}");
                set.Add($"member {i}");
                ints.Add($"{i * 70_001L * i}");
                sorted.AddRange([$"{i * 1.25}", $"member {i}"]);
                hash.AddRange([$"field {i}", $"{i}"]);
            }

            foreach (List<object> one in (List<object>[])[list, set, ints, sorted, hash]) yield return [.. one];
        }

        yield return ["RPUSH", "l:plain", large, "small", large];
        yield return ["ZADD", "z:edges", "-inf", "a", "inf", "b", "0", "c", "1e300", "d", "0.1", "e"];
        yield return ["SADD", "set:long", large, "a"];
        yield return ["HSET", "h:long", "f", large];
        for (int i = 1; i < 300; i++) yield return ["XADD", "x", $"{i}-1", "field", $"{i}", "other", "text"];
        yield return ["XDEL", "x", "5-1"];
        yield return ["XGROUP", "CREATE", "x", "g", "3-1"];
        yield return ["XGROUP", "CREATECONSUMER", "x", "g", "idle"];
        yield return ["XREADGROUP", "GROUP", "g", "c", "COUNT", "20", "STREAMS", "x", ">"];
        yield return ["XADD", "x:empty", "1-1", "a", "b"];
        yield return ["XTRIM", "x:empty", "MAXLEN", "0"];
        yield return ["PFADD", "hll", "a", "b", "c"];
        yield return ["GEOADD", "geo", "13.36", "38.11", "Palermo"];
        yield return ["SELECT", "3"];
        yield return ["SET", "in three", "x"];
        yield return ["SELECT", "0"];
    }

    public static byte[] Key(string name) => Encoding.Latin1.GetBytes(name);
}
