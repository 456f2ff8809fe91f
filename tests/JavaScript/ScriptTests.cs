using ModularKv.TestKit;

namespace ModularKv.JavaScript.Tests;

/// <summary>A server with scripts.</summary>
public sealed class ScriptServer : IDisposable
{
    public ScriptServer() => Client = Process.Connect();

    public ServerProcess Process { get; } = ServerProcess.StartOurs();

    public RespClient Client { get; }

    public Reply Eval(string source, params object[] arguments) => Client.Call(["EVAL", "#!js\n" + source, 0, .. arguments]);

    public void Dispose()
    {
        Client.Dispose();
        Process.Dispose();
    }
}

/// <summary>Scripts of EVAL: values both ways, what redis has, errors.</summary>
public sealed class ScriptTests(ScriptServer server) : IClassFixture<ScriptServer>
{
    [Theory]
    [InlineData("return 1", ":1\r\n")]
    [InlineData("return -1.5", "$4\r\n-1.5\r\n")]
    [InlineData("return NaN", "$3\r\nnan\r\n")]
    [InlineData("1", "$-1\r\n")]
    [InlineData("return null", "$-1\r\n")]
    [InlineData("return true", ":1\r\n")]
    [InlineData("return false", ":0\r\n")]
    [InlineData("return 'a\\xff\\0'", "$3\r\na\u00ff\0\r\n")]
    [InlineData("return '\\u20ac'", "$3\r\n\u00e2\u0082\u00ac\r\n")]
    [InlineData("return [1, 'a', [null, undefined], function () {}]", "*4\r\n:1\r\n$1\r\na\r\n*2\r\n$-1\r\n$-1\r\n$-1\r\n")]
    [InlineData("return { a: 1, b: [2] }", "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*1\r\n:2\r\n")]
    [InlineData("return { ok: 'fine' }", "+fine\r\n")]
    [InlineData("return redis.statusReply('fine')", "+fine\r\n")]
    [InlineData("return { err: 'MY fault' }", "-MY fault\r\n")]
    [InlineData("return redis.errorReply('fault')", "-ERR fault\r\n")]
    [InlineData("return redis.errorReply('-MY fault')", "-MY fault\r\n")]
    [InlineData("return { set: [1] }", "*1\r\n:1\r\n")]
    [InlineData("return { double: 1 }", "$1\r\n1\r\n")]
    [InlineData("return redis.sha1hex('')", "$40\r\nda39a3ee5e6b4b0d3255bfef95601890afd80709\r\n")]
    [InlineData("return redis.aclCheckCmd('get', 'k')", ":1\r\n")]
    [InlineData("return redis.fromBytes([0, 255])", "$2\r\n\0\u00ff\r\n")]
    [InlineData("return redis.toBytes('\\xff')", "*1\r\n:255\r\n")]
    [InlineData("return redis.decodeUtf8('\\xe2\\x82\\xac').length", ":1\r\n")]
    [InlineData("return redis.encodeUtf8('\\u00e9').length", ":2\r\n")]
    [InlineData("return [redis.LOG_WARNING, redis.REPL_ALL, typeof redis.REDIS_VERSION]", "*3\r\n:3\r\n:3\r\n$6\r\nstring\r\n")]
    [InlineData("return [3, 1, undefined, 10].sort() + '' + [3, 1].sort(function (a, b) { return b - a })", "$10\r\n1,10,3,3,1\r\n")]
    [InlineData("return redis.pcall('nope').code", "$3\r\nERR\r\n")]
    [InlineData("try { redis.call('nope') } catch (e) { return e instanceof Error && e.err === e.message }", ":1\r\n")]
    [InlineData("return JSON.stringify({ a: [1, 'x\"', { b: null }], c: undefined })", "$29\r\n{\"a\":[1,\"x\\\"\",{\"b\":null}]}\r\n")]
    public void Values_become_replies(string source, string reply)
    {
        Reply got = server.Eval(source);
        string expected = source.Contains("JSON") ? $"${reply.Split("\r\n")[1].Length}\r\n{reply.Split("\r\n")[1]}\r\n" : reply;
        Assert.Equal(expected, System.Text.Encoding.Latin1.GetString(got.Raw));
    }

    [Fact]
    public void Replies_of_commands_become_values()
    {
        Assert.Equal("object OK", server.Eval("var r = redis.call('set', 'v:n', 5); return typeof r + ' ' + r.ok").Text);
        Assert.Equal("number 6", server.Eval("var r = redis.call('incr', 'v:n'); return typeof r + ' ' + r").Text);
        Assert.Equal("string 6", server.Eval("var r = redis.call('get', 'v:n'); return typeof r + ' ' + r").Text);
        Assert.True(server.Eval("return redis.call('get', 'v:none') === null").Integer == 1);
        server.Eval("redis.call('set', 'v:n', '9007199254740993')");
        Assert.Equal("string 9007199254740994", server.Eval("var r = redis.call('incr', 'v:n'); return typeof r + ' ' + r").Text);
        Assert.Equal(
            "[{\"f\":\"v\"},{\"set\":[\"m\"]},1.5,null]",
            server.Eval("""
                redis.call('hset', 'v:h', 'f', 'v'); redis.call('sadd', 'v:s', 'm'); redis.call('zadd', 'v:z', 1.5, 'm')
                redis.setResp(3)
                return JSON.stringify([redis.call('hgetall', 'v:h'), redis.call('smembers', 'v:s'), redis.call('zscore', 'v:z', 'm'),
                    redis.call('get', 'v:none')])
                """).Text);
    }

    [Fact]
    public void Keys_and_arguments_are_bytes()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Reply reply = server.Client.Call(
            "EVAL", "#!js\nredis.call('set', KEYS[0], ARGV[0]); return [redis.call('get', KEYS[0]), ARGV[0].length]", 1, all, all);
        Assert.Equal(all, reply.Items[0].Bytes);
        Assert.Equal(256, reply.Items[1].Integer);
        Assert.Equal(all, server.Client.Call("GET", all).Bytes);
    }

    [Fact]
    public void Resp3_clients_get_resp3()
    {
        using RespClient client = server.Process.Connect();
        client.Call("HELLO", 3);
        Reply reply = client.Call("EVAL", "#!js\nreturn [{a: true}, {set: [1]}, 1.5, {double: 1}, {bigNumber: '12'}, null]", 0);
        Assert.Equal(
            [ReplyKind.Map, ReplyKind.Set, ReplyKind.Double, ReplyKind.Double, ReplyKind.BigNumber, ReplyKind.Null],
            reply.Items.Select(item => item.Kind));
    }

    [Theory]
    [InlineData("\nthrow new Error('boo')", "ERR boo script: ", "on @user_script:3.")]
    [InlineData("throw 'text'", "ERR text script: ", "on @user_script:2.")]
    [InlineData("null.x", "ERR TypeError: a value here is null", "on @user_script:2.")]
    [InlineData("redis.call('set', 'e', 'x'); redis.call('incr', 'e')", "ERR value is not an integer or out of range script: ", ".")]
    [InlineData("x = 1", "ERR ReferenceError: ", ".")]
    [InlineData("redis.call = null", "ERR TypeError: ", ".")]
    [InlineData("redis = null", "ERR TypeError: ", ".")]
    [InlineData("return redis.call('get', {})", "ERR redis.call arguments must be", ".")]
    [InlineData("return redis.call('get', true)", "ERR redis.call arguments must be", ".")]
    [InlineData("return redis.setResp(4)", "ERR RESP version must be 2 or 3.", ".")]
    [InlineData("return redis.registerFunction('a', function () {})", "ERR redis.registerFunction can only", ".")]
    [InlineData("let a = 1", "ERR Error compiling script (new function): user_script:2:1: let is not supported", "--target ES5")]
    [InlineData("return }", "ERR Error compiling script (new function): user_script:2:8: unexpected '}'", "'}'")]
    [InlineData("var a = ;", "ERR Error compiling script (new function): user_script:2:", "--target ES5)")]
    public void Errors_say_what_and_where(string source, string start, string end)
    {
        Reply reply = server.Eval(source);
        Assert.True(reply.IsError, reply.ToString());
        Assert.StartsWith(start, reply.Text, StringComparison.Ordinal);
        Assert.EndsWith(end, reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_a_run_is_there_in_the_next()
    {
        const string Source = "var seen = [Array.prototype.mine, Math.mine]; Array.prototype.mine = Math.mine = 1; return seen";
        for (int i = 0; i < 3; i++) Assert.All(server.Eval(Source).Items, item => Assert.True(item.IsNull));
    }

    [Fact]
    public void Scripts_that_write_are_held_to_the_rights_of_their_callers()
    {
        server.Client.Call("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@read", "+eval");
        using RespClient reader = server.Process.Connect();
        reader.Call("AUTH", "reader", "any");
        Assert.Contains("can't run this command", reader.Call("EVAL", "#!js\nreturn redis.call('set', 'a', 1)", 0).Text);
        Assert.Equal(0, reader.Call("EVAL", "#!js\nreturn redis.aclCheckCmd('set', 'a', 1)", 0).Integer);
        Assert.Contains("Write commands", server.Client.Call("EVAL_RO", "#!js flags=no-writes\nreturn redis.call('set', 'a', 1)", 0).Text);
    }
}
