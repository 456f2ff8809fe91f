using System.Security.Cryptography;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Scripting.Tests;

/// <summary>EVAL's cache.</summary>
public sealed class CacheTests
{
    private static string DigestOf(string script) => Convert.ToHexStringLower(SHA1.HashData(Encoding.Latin1.GetBytes(script)));

    [Fact]
    public void A_script_is_found_by_its_digest_in_any_case()
    {
        using ScriptServer server = new();
        const string Script = "#!probe\ncall ping";
        string digest = DigestOf(Script);
        Assert.Equal("NOSCRIPT No matching script. Please use EVAL.", server.Run("EVALSHA", digest).Text);
        Assert.Equal(digest, server.Client.Call("SCRIPT", "LOAD", Script).Text);
        Assert.Equal("PONG", server.Run("EVALSHA", digest).Text);
        Assert.Equal("1 0 0",
            string.Join(' ', server.Client.Call("SCRIPT", "EXISTS", digest, new string('0', 40), "x").Items.Select(i => i.Text)));
        Assert.Equal("OK", server.Client.Call("SCRIPT", "FLUSH").Text);
        Assert.Equal("NOSCRIPT No matching script. Please use EVAL.", server.Run("EVALSHA", digest).Text);
        Assert.Equal(1, server.Client.Call("PROBE.ENGINE").Items[0].Integer);
    }

    [Fact]
    public void Only_what_eval_brought_is_evicted_and_the_least_recently_used_first()
    {
        using ScriptServer server = new();
        string kept = server.Client.Call("SCRIPT", "LOAD", "#!probe\ncall echo kept").Text;
        server.Eval("call echo promoted");
        server.Client.Call("SCRIPT", "LOAD", "#!probe\ncall echo promoted");
        for (int i = 0; i < 501; i++)
        {
            Assert.Equal($"{i}", server.Eval($"call echo {i}").Text);
            if (i > 0) server.Run("EVALSHA", DigestOf("#!probe\ncall echo 0"));
        }

        Assert.Equal("1 1 0 1", string.Join(' ', server.Client.Call("SCRIPT", "EXISTS", kept, DigestOf("#!probe\ncall echo 0"),
            DigestOf("#!probe\ncall echo 1"), DigestOf("#!probe\ncall echo promoted")).Items.Select(item => item.Text)));
        Assert.Equal("1", server.Client.Info("stats", "evicted_scripts"));
        Assert.Equal("502", server.Client.Info("memory", "number_of_cached_scripts"));
        Assert.Equal(502, server.Client.Call("PROBE.ENGINE").Items[2].Integer);
    }

    [Theory]
    [InlineData("#!probe", "ERR Invalid script shebang")]
    [InlineData("#!nosuch\nx", "ERR Unexpected engine in script shebang: #!nosuch")]
    [InlineData("#!probe flags=foo\nx", "ERR Unexpected flag in script shebang: foo")]
    [InlineData("#!probe flags=no-writes,\nx", "ERR Unexpected flag in script shebang: ")]
    [InlineData("#!probe name=x\nx", "ERR Unknown probe shebang option: name=x")]
    [InlineData("#!probe\nsyntax", "ERR Error compiling script (new function): user_script:2: a mistake near 'syntax'")]
    public void A_bad_head_is_refused(string script, string error)
    {
        using ScriptServer server = new();
        Assert.Equal(error, server.Run("EVAL", script).Text);
        Assert.Equal(error, server.Client.Call("SCRIPT", "LOAD", script).Text);
    }

    [Theory]
    [InlineData("a", "ERR value is not an integer or out of range")]
    [InlineData("+1", "ERR value is not an integer or out of range")]
    [InlineData("1", "ERR Number of keys can't be greater than number of args")]
    [InlineData("-1", "ERR Number of keys can't be negative")]
    public void A_bad_number_of_keys_is_refused(string count, string error)
    {
        using ScriptServer server = new();
        Assert.Equal(error, server.Client.Call("EVAL", "#!probe\ncall ping", count).Text);
    }

    [Fact]
    public void Limits_reach_the_engine()
    {
        using ScriptServer server = new("--lua-memory-limit", "1mb", "--lua-time-limit", "1234");
        server.Eval("call ping");
        Assert.Equal("1048576 1234", string.Join(' ', server.Client.Call("PROBE.ENGINE").Items.Skip(3).Select(item => item.Text)));
        server.Client.Call("CONFIG", "SET", "busy-reply-threshold", "99");
        Assert.Equal(99, server.Client.Call("PROBE.ENGINE").Items[4].Integer);
    }

    [Fact]
    public void Scripts_go_with_their_engine()
    {
        using ScriptServer server = new("--enable-module-command", "yes");
        string digest = server.Client.Call("SCRIPT", "LOAD", "#!probe\ncall ping").Text;
        server.Load("lib", "function f\ncall ping");
        Assert.Equal("OK", server.Client.Call("MODULE", "UNLOAD", "probe").Text);
        Assert.Equal("NOSCRIPT No matching script. Please use EVAL.", server.Run("EVALSHA", digest).Text);
        Assert.Equal("ERR Function not found", server.Run("FCALL", "f").Text);
    }
}
