using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>MODULE, CONFIG and INFO as an operator uses them. They belong to the Server module.</summary>
public sealed class ModuleCommandTests
{
    private static ServerProcess Start()
    {
        string module = Path.Combine(Path.GetDirectoryName(ServerProcess.ServerUnderTest)!, "modules", "Server", "ModularKv.Server.dll");
        Assert.SkipUnless(File.Exists(module), $"needs the built-in module Server, which is not built ({module})");
        return ServerProcess.StartOurs("--modules", "Strings Connection Server", "--enable-module-command", "yes");
    }

    private static string Help(RespClient client) => string.Join('\n', client.Call("DEBUG", "HELP").Items.Select(line => line.Text));

    [Fact]
    public void Load_use_and_unload()
    {
        using ServerProcess server = Start();
        using RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("MODULE", "LOAD", ProbedServer.HelloPath).Text);
        Assert.Equal("OK", client.Call("CONFIG", "SET", "hello-greeting", "Welcome").Text);
        Assert.Equal("Welcome, Ada!", client.Call("HELLO.GREET", "ada").Text);
        Assert.Contains("hello_greeted:1", client.Call("INFO", "hello").Text);
        Assert.Contains("hello", client.Call("MODULE", "LIST").ToString());
        Assert.Equal("OK", client.Call("MODULE", "UNLOAD", "hello").Text);
        Assert.Empty(client.Call("CONFIG", "GET", "hello-greeting").Items);
        Assert.DoesNotContain("hello_greeted", client.Call("INFO", "everything").Text);
        Assert.StartsWith("ERR unknown command", client.Call("HELLO.GREET", "ada").Text);
    }

    [Fact]
    public void Unloading_a_module_that_used_everything_leaves_nothing_in_memory()
    {
        using ServerProcess server = Start();
        using RespClient client = server.Connect();
        const int Rounds = 6;
        List<long> contexts = [];
        for (int i = 0; i < Rounds; i++)
        {
            Assert.Equal("OK", client.Call("MODULE", "LOAD", ProbedServer.ProbePath).Text);
            client.Call("PROBE.STATE", "kept");
            client.Call("PROBE.CALL", "PROBE.ITEMS", "none");
            client.Call("PROBE.PUSH", "key", "item");
            client.Call("PROBE.TAKE", "key");
            client.Call("PROBE.SUM", 10);
            client.Call("PROBE.SNAPSHOT");
            contexts.Add(client.Call("PROBE.CONTEXTS").Integer);
            Assert.Equal("OK", client.Call("MODULE", "UNLOAD", "probe").Text);
        }

        // What a thread of the pool or the garbage collector holds a little longer does not add up.
        Assert.True(contexts[^1] <= contexts[0] + 1, string.Join(' ', contexts));
    }

    [Fact]
    public void A_module_adds_a_subcommand_to_debug()
    {
        using ServerProcess server = Start();
        using RespClient client = server.Connect();
        Assert.DoesNotContain("PROBE-ECHO", Help(client));
        Assert.Equal("OK", client.Call("MODULE", "LOAD", ProbedServer.ProbePath).Text);
        Assert.Contains("PROBE-ECHO <text>", Help(client));
        Assert.Equal("Hi", client.Call("DEBUG", "Probe-Echo", "Hi").Text);
        Assert.StartsWith("ERR unknown subcommand or wrong number", client.Call("DEBUG", "PROBE-ECHO").Text);
        Assert.Equal("OK", client.Call("MODULE", "UNLOAD", "probe").Text);
        Assert.StartsWith("ERR unknown subcommand or wrong number", client.Call("DEBUG", "PROBE-ECHO", "Hi").Text);
    }

    /// <summary>Values that came while their module was away wait for it, and do not stand in its way.</summary>
    [Fact]
    public void Kept_values_do_not_stop_their_module_from_loading()
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-module-command", "yes");
        using RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("MODULE", "LOAD", ProbedServer.ProbePath).Text);
        client.Call("PROBE.PUSH", "key", "item");
        byte[] dump = client.Call("DUMP", "key").Bytes;
        client.Call("DEL", "key");
        Assert.Equal("OK", client.Call("MODULE", "UNLOAD", "probe").Text);

        Assert.Equal("OK", client.Call("RESTORE", "key", 0, dump).Text);
        Assert.Equal("probelist", client.Call("TYPE", "key").Text);
        Assert.Equal("OK", client.Call("MODULE", "LOAD", ProbedServer.ProbePath).Text);
        Assert.Equal("probelist", client.Call("TYPE", "key").Text);
        Assert.Equal(dump, client.Call("DUMP", "key").Bytes);
        Assert.StartsWith("WRONGTYPE", client.Call("PROBE.ITEMS", "key").Text);
        Assert.Equal("OK", client.Call("DEBUG", "RELOAD").Text);
        Assert.Equal("item", Assert.Single(client.Call("PROBE.ITEMS", "key").Items).Text);
    }

    [Fact]
    public void Loadex_sets_parameters()
    {
        using ServerProcess server = Start();
        using RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("MODULE", "LOADEX", ProbedServer.HelloPath, "CONFIG", "hello-greeting", "Ahoy", "ARGS", "x").Text);
        Assert.Equal("Ahoy, Ada!", client.Call("HELLO.GREET", "ada").Text);
    }

    [Fact]
    public void Errors_in_the_words_of_redis()
    {
        using ServerProcess server = Start();
        using RespClient client = server.Connect();
        Assert.StartsWith("ERR Error loading the extension", client.Call("MODULE", "LOAD", "/nowhere/missing.dll").Text);
        Assert.Equal("ERR Error unloading module: no such module with that name", client.Call("MODULE", "UNLOAD", "x").Text);
    }
}
