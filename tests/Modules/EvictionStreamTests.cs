using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>What evictions put into the stream of effects.</summary>
public sealed class EvictionStreamTests
{
    [Theory]
    [InlineData("no", "DEL")]
    [InlineData("yes", "UNLINK")]
    public void An_evicted_key_is_deleted_in_the_stream_by_itself(string lazy, string command)
    {
        using ServerProcess server = ServerProcess.StartOurs(
            "--modules", "Strings Connection Server Eviction", "--loadmodule", ProbedServer.ProbePath, "--lazyfree-lazy-eviction", lazy);
        using RespClient client = server.Connect();
        for (int i = 0; i < 3; i++) client.Call("SET", $"key{i}", "value");
        client.Call("PROBE.STREAM");
        client.Call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1");
        while (client.Call("DBSIZE").Integer > 0) Thread.Sleep(1);
        string[] seen = [.. client.Call("PROBE.STREAM").Items.Select(item => item.Text)];
        string[] expected = [.. Enumerable.Range(0, 3).Select(i => $"*2\r\n${command.Length}\r\n{command}\r\n$4\r\nkey{i}\r\n")];
        Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_transaction_is_not_torn_apart_by_what_it_evicts()
    {
        using ServerProcess server = ServerProcess.StartOurs(
            "--modules", "Strings Connection Server Eviction Transactions", "--loadmodule", ProbedServer.ProbePath);
        using RespClient client = server.Connect();
        client.Call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        client.Call("PROBE.STREAM");
        client.Call("MULTI");
        client.Call("INCR", "x");
        client.Call("CONFIG", "SET", "maxmemory", "1");
        client.Call("INCR", "x");
        Assert.Equal(["1", "OK", "2"], client.Call("EXEC").Items.Select(item => item.Text));
        while (client.Call("DBSIZE").Integer > 0) Thread.Sleep(1);
        string seen = string.Concat(client.Call("PROBE.STREAM").Items.Select(item => item.Text.Split("\r\n")[2] + " "));
        Assert.Equal("MULTI INCR INCR EXEC DEL ", seen);
    }
}
