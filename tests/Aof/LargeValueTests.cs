using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>Values that are rewritten in many pieces come back whole.</summary>
public sealed class LargeValueTests
{
    private const int Elements = 20_000;
    private const int Batch = 200;

    [Fact]
    public void Large_values_of_every_type_survive_a_rewrite()
    {
        using ServerProcess server = ServerProcess.StartOurs("--appendonly", "yes", "--aof-use-rdb-preamble", "no");
        using RespClient client = server.Connect();
        for (int i = 0; i < Elements; i += Batch)
        {
            int[] some = [.. Enumerable.Range(i, Batch)];
            client.Call(["HSET", "hash", .. some.SelectMany(n => (object[])[$"field:{n}", $"value:{n}"])]);
            client.Call(["SADD", "set", .. some.Select(n => (object)$"member:{n}")]);
            client.Call(["SADD", "integers", .. some.Select(n => (object)(n * 7L))]);
            client.Call(["RPUSH", "list", .. some.Select(n => (object)$"element:{n}")]);
            client.Call(["ZADD", "zset", .. some.SelectMany(n => (object[])[n % 100, $"member:{n}"])]);
            foreach (int n in some) client.Send("XADD", "stream", $"{n + 1}-1", "field", $"value:{n}");
            client.ReadMany(Batch);
        }

        // Long elements: one piece cannot take 64 of them.
        for (int i = 0; i < 100; i++)
        {
            string text = new((char)('a' + (i % 26)), 10_000 + i);
            client.Call("HSET", "long:hash", text, text);
            client.Call("SADD", "long:set", text);
            client.Call("RPUSH", "long:list", text);
            client.Call("ZADD", "long:zset", i, text);
            client.Call("XADD", "long:stream", $"{i + 1}-1", "f", text);
        }

        client.Call("HPEXPIRE", "hash", 10_000_000, "FIELDS", 3, "field:1", "field:7000", "field:19999");
        client.Call("XDEL", "stream", "1-1", "500-1", "20000-1");
        foreach (string group in (string[])["one", "two", "three"]) client.Call("XGROUP", "CREATE", "stream", group, "0");
        client.Call("XGROUP", "CREATECONSUMER", "stream", "two", "idle");
        foreach (string consumer in (string[])["a", "b"])
            client.Call("XREADGROUP", "GROUP", "one", consumer, "COUNT", 3000, "STREAMS", "stream", ">");
        string before = State(client);
        client.Call("BGREWRITEAOF");
        RoundTripTests.Wait(() => client.Info("persistence", "aof_rewrite_in_progress") == "0");
        Assert.Equal("ok", client.Info("persistence", "aof_last_bgrewrite_status"));
        Assert.Equal("OK", client.Call("DEBUG", "LOADAOF").Text);
        Assert.Equal(before, State(client));
    }

    private static string State(RespClient client) => string.Join('\n',
        client.Call("DEBUG", "DIGEST").Text,
        client.Call("HPEXPIRETIME", "hash", "FIELDS", 4, "field:1", "field:7000", "field:19999", "field:2").ToString(),
        client.Call("XLEN", "stream").ToString(),
        client.Call("XPENDING", "stream", "one", "-", "+", 10).Items.Count,
        string.Join(
            ',', client.Call("XPENDING", "stream", "one").Items[3].Items.Select(each => string.Join(':', each.Items.Select(i => i.Text)))),
        client.Call("XINFO", "CONSUMERS", "stream", "two").Items.Count,
        client.Call("XINFO", "GROUPS", "stream").Items.Count);
}
