using ModularKv.TestKit;

namespace ModularKv.JavaScript.Tests;

/// <summary>Libraries: what they register, their state, what is refused.</summary>
public sealed class LibraryTests(ScriptServer server) : IClassFixture<ScriptServer>
{
    private Reply Load(string name, string source) => server.Client.Call("FUNCTION", "LOAD", "REPLACE", $"#!js name={name}\n{source}");

    [Fact]
    public void Functions_are_registered_and_called()
    {
        Assert.Equal("plain", Load("plain", """
            var calls = 0;
            redis.registerFunction('p_echo', function (keys, args) { calls++; return [keys, args, calls]; });
            redis.registerFunction({ name: 'p_get', callback: function (keys) { return redis.call('get', keys[0]); },
                flags: ['no-writes'], description: 'reads' });
            """).Text);
        Reply reply = server.Client.Call("FCALL", "p_echo", 1, "k", "a", "b");
        Assert.Equal("k", reply.Items[0].Items[0].Text);
        Assert.Equal(["a", "b"], reply.Items[1].Items.Select(item => item.Text));
        Assert.Equal(2, server.Client.Call("FCALL", "p_echo", 0).Items[2].Integer);
        server.Client.Call("SET", "p:k", "v");
        Assert.Equal("v", server.Client.Call("FCALL_RO", "p_get", 1, "p:k").Text);
        Assert.Contains("Can not execute a script with write flag", server.Client.Call("FCALL_RO", "p_echo", 0).Text);
        string list = server.Client.Call("FUNCTION", "LIST", "LIBRARYNAME", "plain").ToString();
        Assert.Contains("p_get", list);
        Assert.Contains("reads", list);
        Assert.Contains("no-writes", list);
        Assert.Contains("JS", list);
    }

    [Fact]
    public void Libraries_see_nothing_of_each_other()
    {
        Load("one", "Array.prototype.mine = 1; Math.mine = 1; redis.registerFunction('i_one', function () { return [].mine; });");
        Load("two", "redis.registerFunction('i_two', function () { return [typeof [].mine, typeof Math.mine]; });");
        Assert.Equal(1, server.Client.Call("FCALL", "i_one", 0).Integer);
        Assert.Equal(["undefined", "undefined"], server.Client.Call("FCALL", "i_two", 0).Items.Select(item => item.Text));
        Assert.Equal("undefined", server.Eval("return typeof [].mine").Text);
    }

    [Fact]
    public void A_library_whose_run_was_stopped_starts_anew()
    {
        Load("anew", """
            var count = 0;
            redis.registerFunction('a_count', function () { return ++count; });
            redis.registerFunction('a_deep', function f() { return f(); });
            """);
        Assert.Equal(1, server.Client.Call("FCALL", "a_count", 0).Integer);
        Assert.Equal(2, server.Client.Call("FCALL", "a_count", 0).Integer);
        Assert.Contains("stack overflow", server.Client.Call("FCALL", "a_deep", 0).Text);
        Assert.Equal(1, server.Client.Call("FCALL", "a_count", 0).Integer);
    }

    [Theory]
    [InlineData("var a = 1;\nlet b = 2;", "ERR Error compiling function: @user_function:3:1: let is not supported")]
    [InlineData("throw new Error('no')", "ERR Error registering functions: @user_function: 2: no")]
    [InlineData("redis.call('get', 'a')", "ERR Error registering functions: @user_function: 2: redis.call can only be called inside")]
    [InlineData("redis.registerFunction('x', 1)", "ERR Error registering functions: @user_function: 2: redis.registerFunction must get a")]
    [InlineData("redis.registerFunction('x', function () {}, ['bad'])", "ERR Error registering functions: @user_function: 2: unknown flag")]
    [InlineData("redis.registerFunction('x y', function () {})", "ERR Error registering functions: @user_function: 2: ")]
    [InlineData("while (true);", "ERR FUNCTION LOAD timeout")]
    [InlineData("1", "ERR No functions registered")]
    public void What_cannot_be_loaded_says_why(string source, string text)
    {
        Assert.StartsWith(text, Load("bad", source).Text, StringComparison.Ordinal);
        Assert.Empty(server.Client.Call("FUNCTION", "LIST", "LIBRARYNAME", "bad").Items);
    }

    [Fact]
    public void A_function_without_end_is_killed()
    {
        using ServerProcess busy = ServerProcess.StartOurs("--busy-reply-threshold", "100");
        using RespClient runner = busy.Connect();
        using RespClient other = busy.Connect();
        runner.Call("FUNCTION", "LOAD", "#!js name=lib\nredis.registerFunction('loop', function () { while (true); });");
        runner.Send("FCALL", "loop", 0);
        while (!other.Call("PING").Text.StartsWith("BUSY", StringComparison.Ordinal)) Thread.Sleep(5);
        Assert.Equal("OK", other.Call("FUNCTION", "KILL").Text);
        Assert.Contains("killed by user", runner.Read().Text);
        Assert.Equal("PONG", other.Call("PING").Text);
    }

    [Fact]
    public void Libraries_survive_dump_and_restore()
    {
        using ServerProcess own = ServerProcess.StartOurs();
        using RespClient client = own.Connect();
        client.Call("FUNCTION", "LOAD", "#!js name=kept\nredis.registerFunction('kept', function () { return 'here'; });");
        byte[] dump = client.Call("FUNCTION", "DUMP").Bytes;
        client.Call("FUNCTION", "FLUSH");
        Assert.True(client.Call("FCALL", "kept", 0).IsError);
        Assert.Equal("OK", client.Call("FUNCTION", "RESTORE", dump).Text);
        Assert.Equal("here", client.Call("FCALL", "kept", 0).Text);
    }
}
