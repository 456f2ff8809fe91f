using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>Modules come and go in a running server.</summary>
public sealed class LoadingTests
{
    [Fact]
    public void The_example_is_loaded_called_and_unloaded_many_times()
    {
        using ProbedServer probed = new();
        using RespClient client = probed.Server.Connect();
        long contexts = client.Call("PROBE.CONTEXTS").Integer;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("OK", client.Call("PROBE.LOAD", ProbedServer.HelloPath).Text);
            Assert.Contains(client.Call("PROBE.MODULES").Items, item => item.Text == "hello 1 0");
            Assert.Equal("Hello, Ada Lovelace!", client.Call("HELLO.GREET", "ada lovelace").Text);
            Assert.StartsWith("ERR a module named 'hello' is loaded already", client.Call("PROBE.LOAD", ProbedServer.HelloPath).Text);
            Assert.Equal("OK", client.Call("PROBE.UNLOAD", "hello").Text);
            Assert.StartsWith("ERR unknown command", client.Call("HELLO.GREET", "x").Text);
        }

        long left = 0;
        bool allGone = SpinWait.SpinUntil(() => (left = client.Call("PROBE.CONTEXTS").Integer) == contexts, TimeSpan.FromSeconds(10));
        Assert.True(allGone, $"{left} load contexts, {contexts} at first");
        Assert.Equal("ERR no such module with that name", client.Call("PROBE.UNLOAD", "hello").Text);
        Assert.Equal("PONG", client.Call("PING").Text);
    }

    [Fact]
    public void What_belongs_to_the_server_or_is_in_use_stays()
    {
        using ProbedServer probed = new();
        using RespClient client = probed.Server.Connect();
        Assert.Contains("belongs to the server", client.Call("PROBE.UNLOAD", "strings").Text);
        Assert.Equal("ERR the module is running a command", client.Call("PROBE.UNLOAD", "probe").Text);
        client.Call("PROBE.PUSH", "key", "item");
        Assert.Equal("ERR the module exports one or more module-side data types, can't unload", client.Call("PROBE.UNLOAD", "probe").Text);
        Assert.Equal("item", client.Call("PROBE.TAKE", "key").Text);
        using RespClient waiting = probed.Server.Connect();
        waiting.Send("PROBE.POP", "key", 0);
        string refusal = "";
        bool refused = SpinWait.SpinUntil(
            () => (refusal = client.Call("PROBE.UNLOAD", "probe").Text).Contains("has blocked clients"), TimeSpan.FromSeconds(10));
        Assert.True(refused, refusal);
        client.Call("PROBE.PUSH", "key", "item");
        Assert.Equal("item", waiting.Read().Text);
        Assert.Equal("ERR the module is running a command", client.Call("PROBE.UNLOAD", "probe").Text);
    }

    [Fact]
    public void A_bad_file_is_refused_and_named_in_the_log()
    {
        using ProbedServer probed = new();
        using RespClient client = probed.Server.Connect();
        string bad = Path.Combine(probed.Server.Directory, "bad.dll");
        File.WriteAllText(bad, "not a module");
        Assert.Contains("not a .NET assembly", client.Call("PROBE.LOAD", bad).Text);
        string line = $"Module {bad} failed to load: it is not a .NET assembly";
        Assert.True(SpinWait.SpinUntil(() => probed.Server.Log.Contains(line), TimeSpan.FromSeconds(10)), probed.Server.Log);
    }

    [Fact]
    public void A_module_that_cannot_load_keeps_the_server_from_starting_unless_it_may_go_on()
    {
        const string Missing = "/nowhere/missing.dll";
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => ServerProcess.StartOurs("--modules", "Connection", "--loadmodule", Missing).Dispose());
        Assert.Contains("missing", refused.Message);
        Assert.Contains("module-failure continue", refused.Message);
        using ServerProcess server = ServerProcess.StartOurs(
            "--modules", "Connection", "--module-failure", "continue", "--loadmodule", Missing);
        using RespClient client = server.Connect();
        Assert.Equal("PONG", client.Call("PING").Text);
    }
}
