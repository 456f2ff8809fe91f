using ModularKv.TestKit;

namespace ModularKv.Scripting.Tests;

/// <summary>Libraries of functions.</summary>
public sealed class LibraryTests
{
    private const string Ping = "function f\ncall ping";

    [Theory]
    [InlineData("x", "ERR Missing library metadata")]
    [InlineData("#!probe", "ERR Invalid library metadata")]
    [InlineData("#!probe name='lib\nx", "ERR Invalid library metadata")]
    [InlineData("#!probe\nx", "ERR Library name was not given")]
    [InlineData("#!probe name=a name=b\nx", "ERR Invalid metadata value, name argument was given multiple times")]
    [InlineData("#!probe name=a foo=b\nx", "ERR Invalid metadata value given: foo=b")]
    [InlineData("#!nosuch name=a\nx", "ERR Engine 'nosuch' not found")]
    [InlineData("#!probe name=a-b\nx",
        "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long")]
    [InlineData("#!probe name=a\nx", "ERR No functions registered")]
    [InlineData("#!probe name=a\nwait", "ERR FUNCTION LOAD timeout")]
    [InlineData("#!probe name=a\nfunction f\nfunction f", "ERR Error registering functions: Function already exists in the library")]
    [InlineData("#!probe name=a\nfunction f\nfunction F", "ERR Function F already exists")]
    public void A_bad_library_is_refused_and_leaves_nothing(string code, string error)
    {
        using ScriptServer server = new();
        Assert.Equal(error, server.Client.Call("FUNCTION", "LOAD", code).Text);
        Assert.Empty(server.Client.Call("FUNCTION", "LIST").Items);
        Assert.Equal(0, server.Client.Call("PROBE.ENGINE").Items[2].Integer);
    }

    [Fact]
    public void Functions_are_called_listed_replaced_and_deleted()
    {
        using ScriptServer server = new();
        Assert.Equal("lib", server.Load("lib", Ping + "\nfunction g no-writes allow-oom\ncall echo @1").Text);
        Assert.Equal("PONG", server.Run("FCALL", "F").Text);
        Assert.Equal("hello", server.Client.Call("FCALL_RO", "g", "0", "hello").Text);
        Assert.Equal("ERR Library 'lib' already exists", server.Load("lib", Ping).Text);
        Assert.Equal("ERR Function f already exists", server.Load("other", Ping).Text);
        Reply list = server.Client.Call("FUNCTION", "LIST", "WITHCODE", "LIBRARYNAME", "L*");
        Assert.Equal("library_name lib engine PROBE functions", string.Join(' ', list.Items[0].Items.Take(5).Select(item => item.Text)));
        Assert.Equal("no-writes allow-oom", string.Join(' ', list.Items[0].Items[5].Items[1].Items[5].Items.Select(item => item.Text)));
        Assert.StartsWith("#!probe name=lib\n", list.Items[0].Items[7].Text);
        Assert.Empty(server.Client.Call("FUNCTION", "LIST", "LIBRARYNAME", "x*").Items);
        Assert.Equal("lib", server.Client.Call("FUNCTION", "LOAD", "REPLACE", "#!probe name=lib\nfunction h\ncall ping").Text);
        Assert.Equal("ERR Function not found", server.Run("FCALL", "f").Text);
        Assert.Equal("PONG", server.Run("FCALL", "h").Text);
        Assert.Equal(1, server.Client.Call("PROBE.ENGINE").Items[2].Integer);
        Assert.Equal("OK", server.Client.Call("FUNCTION", "DELETE", "lib").Text);
        Assert.Equal("ERR Library not found", server.Client.Call("FUNCTION", "DELETE", "lib").Text);
        Assert.Equal(0, server.Client.Call("PROBE.ENGINE").Items[2].Integer);
    }

    [Fact]
    public void A_library_that_cannot_replace_leaves_the_old_one()
    {
        using ScriptServer server = new();
        server.Load("lib", Ping);
        server.Load("other", "function g\ncall ping");
        Reply refused = server.Client.Call("FUNCTION", "LOAD", "REPLACE", "#!probe name=lib\nfunction G\ncall ping");
        Assert.Equal("ERR Function G already exists", refused.Text);
        Assert.Equal("PONG", server.Run("FCALL", "f").Text);
    }

    [Fact]
    public void A_dump_comes_back_by_every_policy()
    {
        using ScriptServer server = new();
        server.Load("lib", Ping);
        server.Load("long", "function g\ncall echo " + new string('x', 20_000));
        byte[] dump = server.Client.Call("FUNCTION", "DUMP").Bytes;
        Assert.Equal("ERR Library lib already exists", Restore(server, dump).Text);
        Assert.Equal("OK", Restore(server, dump, "REPLACE").Text);
        server.Load("third", "function h\ncall ping");
        Assert.Equal("OK", Restore(server, dump, "FLUSH").Text);
        Assert.Equal(2, server.Client.Call("FUNCTION", "LIST").Items.Count);
        Assert.Equal("OK", server.Client.Call("FUNCTION", "FLUSH", "ASYNC").Text);
        Assert.Equal("OK", Restore(server, dump).Text);
        Assert.Equal("PONG", server.Run("FCALL", "f").Text);
        server.Client.Call("FUNCTION", "FLUSH");
        server.Load("mine", "function G\ncall ping");
        Assert.Equal("ERR Function g already exists", Restore(server, dump, "REPLACE").Text);
        Assert.Single(server.Client.Call("FUNCTION", "LIST").Items);
        for (int i = 0; i < dump.Length; i += 97)
        {
            byte[] broken = [.. dump];
            broken[i] ^= 1;
            Assert.Equal("ERR DUMP payload version or checksum are wrong", Restore(server, broken, "REPLACE").Text);
        }
    }

    private static Reply Restore(ScriptServer server, byte[] dump, params string[] policy)
        => server.Client.Call(["FUNCTION", "RESTORE", dump, .. policy]);

    [Fact]
    public void Changes_of_libraries_are_propagated_as_they_came()
    {
        using ScriptServer server = new();
        server.Stream();
        server.Load("lib", Ping);
        server.Load("lib", Ping);
        server.Client.Call("FUNCTION", "DELETE", "lib");
        server.Client.Call("FUNCTION", "FLUSH");
        List<string> stream = server.Stream();
        Assert.Equal(3, stream.Count);
        Assert.StartsWith("FUNCTION LOAD #!probe name=lib", stream[0]);
        Assert.Equal("FUNCTION DELETE lib", stream[1]);
        Assert.Equal("FUNCTION FLUSH", stream[2]);
    }
}
