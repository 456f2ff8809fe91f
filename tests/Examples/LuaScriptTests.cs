using ModularKv.TestKit;

namespace ModularKv.Examples.Tests;

/// <summary>examples/LuaScripts, each on our server and on redis-server: they are ordinary Redis scripts.</summary>
public sealed class LuaScriptTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_rate_limiter_lets_so_many_through(bool onRedis)
    {
        using ScriptRunner run = new("rate_limiter.lua", onRedis);
        for (int left = 2; left >= 0; left--) Assert.Equal([1, left], Pair(run.Call(["w"], 3, 600_000, $"call{left}")));
        long[] refused = Pair(run.Call(["w"], 3, 600_000, "more"));
        Assert.Equal(0, refused[0]);
        Assert.InRange(refused[1], 1, 600_000);
        Assert.Equal([1, 2], Pair(run.Call(["other"], 3, 600_000, "call")));

        // The window slides: with one of a millisecond what was before is out of it.
        Thread.Sleep(5);
        Assert.Equal([1, 2], Pair(run.Call(["w"], 3, 1, "later")));
        Assert.StartsWith("ERR limit", run.Call(["w"], 0, 1, "x").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_lock_is_its_owners(bool onRedis)
    {
        using ScriptRunner run = new("lock.lua", onRedis);
        Assert.Equal(1, run.Call(["l"], "acquire", "a", 600_000).Integer);
        Assert.Equal(1, run.Call(["l"], "acquire", "a", 600_000).Integer);
        Assert.Equal(0, run.Call(["l"], "acquire", "b", 600_000).Integer);
        Assert.Equal(0, run.Call(["l"], "extend", "b", 600_000).Integer);
        Assert.Equal(0, run.Call(["l"], "release", "b").Integer);
        Assert.Equal(1, run.Call(["l"], "extend", "a", 900_000).Integer);
        Assert.InRange(run.Client.Call("PTTL", "l").Integer, 600_001, 900_000);
        Assert.Equal(1, run.Call(["l"], "release", "a").Integer);
        Assert.Equal(0, run.Call(["l"], "release", "a").Integer);
        Assert.Equal(1, run.Call(["l"], "acquire", "b", 1).Integer);
        Thread.Sleep(20);
        Assert.Equal(1, run.Call(["l"], "acquire", "a", 600_000).Integer);
        Assert.Equal("ERR unknown action steal", run.Call(["l"], "steal", "a", 1).Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_page_of_the_leaderboard_has_the_details(bool onRedis)
    {
        using ScriptRunner run = new("leaderboard_page.lua", onRedis);
        for (int i = 1; i <= 25; i++) run.Client.Call("ZADD", "board", (i * 1.5).ToString(), $"m{i}");
        run.Client.Call("HSET", "user:m25", "name", "Ada \"L\"", "city", "London");
        using var page = System.Text.Json.JsonDocument.Parse(run.Call(["board"], 1, 10, "user:", "name", "city").Text);
        Assert.Equal((1, 3, 25), (Number(page, "page"), Number(page, "pages"), Number(page, "total")));
        System.Text.Json.JsonElement first = page.RootElement.GetProperty("entries")[0];
        Assert.Equal("m25", first.GetProperty("member").GetString());
        Assert.Equal(37.5, first.GetProperty("score").GetDouble());
        Assert.Equal(1, first.GetProperty("rank").GetInt32());
        Assert.Equal("Ada \"L\"", first.GetProperty("name").GetString());
        Assert.Null(page.RootElement.GetProperty("entries")[1].GetProperty("name").GetString());
        using var last = System.Text.Json.JsonDocument.Parse(run.Call(["board"], 3, 10, "user:").Text);
        Assert.Equal(5, last.RootElement.GetProperty("entries").GetArrayLength());
        Assert.Equal(21, last.RootElement.GetProperty("entries")[0].GetProperty("rank").GetInt32());
        Assert.Equal("{\"page\":4,\"pages\":3,\"total\":25,\"entries\":[]}", run.Call(["board"], 4, 10, "user:").Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_queue_loses_no_job(bool onRedis)
    {
        using ScriptRunner run = new("reliable_queue.lua", onRedis);
        string[] queue = ["waiting", "taken"];
        Assert.Equal(3, run.Call(queue, "put", "j1", "j2", "j3").Integer);
        Assert.Equal("j1", run.Call(queue, "take", 600_000).Text);
        Assert.Equal(1, run.Call(queue, "ack", "j1").Integer);
        Assert.Equal(0, run.Call(queue, "ack", "j1").Integer);
        Assert.Equal("j2", run.Call(queue, "take", 1).Text);
        Thread.Sleep(20);
        Assert.Equal("j3", run.Call(queue, "take", 1).Text);
        Assert.True(run.Call(queue, "take", 1).IsNull);
        Thread.Sleep(20);
        Assert.Equal(2, run.Call(queue, "requeue").Integer);
        Assert.Equal(0, run.Call(queue, "ack", "j2").Integer);
        Assert.Equal("j2", run.Call(queue, "take", 600_000).Text);
        Assert.Equal(0, run.Call(queue, "requeue", 10).Integer);
        Assert.Equal("j3", run.Call(queue, "take", 600_000).Text);
        Assert.StartsWith("ERR unknown action", run.Call(queue, "drop").Text, StringComparison.Ordinal);
    }

    private static long[] Pair(Reply reply) => [.. reply.Items.Select(item => item.Integer)];

    private static int Number(System.Text.Json.JsonDocument page, string name) => page.RootElement.GetProperty(name).GetInt32();

    /// <summary>A server and a script loaded into it.</summary>
    private sealed class ScriptRunner : IDisposable
    {
        private readonly ServerProcess _server;
        private readonly string _sha;

        public ScriptRunner(string script, bool onRedis)
        {
            _server = onRedis ? ServerProcess.StartRedis() : ServerProcess.StartOurs();
            Client = _server.Connect();
            Reply loaded = Client.Call("SCRIPT", "LOAD", File.ReadAllBytes(Repository.PathOf("examples", "LuaScripts", script)));
            Assert.False(loaded.IsError, loaded.Text);
            _sha = loaded.Text;
        }

        public RespClient Client { get; }

        public Reply Call(string[] keys, params object[] arguments) =>
            Client.Call(["EVALSHA", _sha, keys.Length, .. keys, .. arguments]);

        public void Dispose()
        {
            Client.Dispose();
            _server.Dispose();
        }
    }
}
