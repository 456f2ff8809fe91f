using ModularKv.TestKit;

namespace ModularKv.JavaScript.Tests;

/// <summary>Scripts that mean harm, or loop by mistake, end in an error; the server lives.</summary>
public sealed class HostileTests(ScriptServer server) : IClassFixture<ScriptServer>
{
    [Theory]
    [InlineData("function f() { return f() } return f()", "stack overflow")]
    [InlineData("var o = { toString: function () { return '' + o } }; return '' + o", "stack overflow")]
    [InlineData("var o = {}; Object.defineProperty(o, 'a', { get: function () { return this.a } }); return o.a", "stack overflow")]
    [InlineData("function f() { return f.call(null) } return f()", "stack overflow")]
    [InlineData("function f() { return [1].map(f) } return f()", "stack overflow")]
    [InlineData("function f() { [2, 1].sort(f) } return f()", "stack overflow")]
    [InlineData("function F() { return new F() } return new F()", "stack overflow")]
    [InlineData("var a = []; a[0] = a; return '' + a", "nested too deeply")]
    [InlineData("var a = []; a[0] = a; return a", "nested too deeply")]
    [InlineData("var a = []; for (var i = 0; i < 100000; i++) a = [a]; return a", "nested too deeply")]
    [InlineData("var a = []; for (var i = 0; i < 100000; i++) a = [a]; return JSON.stringify(a)", "nested too deeply")]
    [InlineData("return JSON.parse(new Array(100001).join('['))", "nested too deeply")]
    [InlineData("var o = {}; o.o = o; return JSON.stringify(o)", "Cyclic")]
    [InlineData("return new Array(4294967295).join('x')", "too long")]
    [InlineData("var a = []; a[4294967294] = 1; return a.reverse()", "too long")]
    [InlineData("return Math.max.apply(null, { length: 4294967295 })", "too long")]
    [InlineData("var s = new Array(1000001).join('x'); return s.replace(/x/g, s)", "too long")]
    [InlineData("var o = {}; for (var i = 0; i < 100000; i++) o = Object.create(o); return o.x", "chain of prototypes")]
    [InlineData("function F() {} for (var i = 0; i < 100000; i++) F.prototype = new F()", "chain of prototypes")]
    [InlineData("var f = function () {}; for (var i = 0; i < 100000; i++) f = f.bind(null); f()", "bound too often")]
    [InlineData("return /(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')", "regular expression took too long")]
    [InlineData("return new RegExp('(a+)+$').test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')", "regular expression took too long")]
    [InlineData("var s = 'x'; while (true) s += s", "not enough memory")]
    [InlineData("return [3, 1, 2].sort(1)", "TypeError")]
    [InlineData("return eval('1')", "Code cannot be made")]
    [InlineData("return new Function('return 1')()", "Code cannot be made")]
    [InlineData("return (function () {}).constructor('return 1')()", "Code cannot be made")]
    [InlineData("return Object.constructor('return 1')()", "Code cannot be made")]
    [InlineData("return System.Environment.Exit(1)", "ReferenceError")]
    [InlineData("return importNamespace('System')", "ReferenceError")]
    [InlineData("return redis.call.GetType()", "TypeError")]
    [InlineData("return redis.call.Method.Name", "TypeError")]
    public void It_ends_in_an_error(string source, string text)
    {
        Reply reply = server.Eval(source);
        Assert.True(reply.IsError, reply.ToString());
        Assert.Contains(text, reply.Text);
        Assert.Equal("PONG", server.Client.Call("PING").Text);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("!", "")]
    [InlineData("1+", "")]
    [InlineData("a?b:", "")]
    [InlineData("[", "]")]
    [InlineData("function(){return ", "}")]
    public void Deep_sources_are_refused(string open, string close)
    {
        string deep = string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000));
        Assert.Contains("nested too deeply", server.Eval("return " + deep).Text);
    }

    /// <summary>The check guesses where a slash begins an expression; a source that makes it guess wrong must not end the server.</summary>
    [Fact]
    public void Depth_hidden_behind_a_slash_does_not_end_the_server()
    {
        string open = string.Concat(Enumerable.Repeat("function f(){ {} /}/;", 15_000));
        string close = string.Concat(Enumerable.Repeat("{} /{/; }", 15_000));
        _ = server.Eval(open + close);
        Assert.Equal("PONG", server.Client.Call("PING").Text);
    }

    [Fact]
    public void Large_sources_are_refused() =>
        Assert.Contains("js-source-limit", server.Eval("//" + new string('x', 1 << 20)).Text);

    [Fact]
    public void Statements_are_limited_where_the_operator_says_so()
    {
        server.Client.Call("CONFIG", "SET", "js-statement-limit", "10000");
        Assert.Contains("more than 10000 statements", server.Eval("try { while (true); } finally { while (true); }").Text);
        server.Client.Call("CONFIG", "SET", "js-statement-limit", "0");
    }

    [Theory]
    [InlineData("while (true);")]
    [InlineData("for (;;) { try { while (true) {} } catch (e) {} finally { continue } }")]
    [InlineData("for (;;) redis.pcall('get', 'a')")]
    [InlineData("for (;;) [3, 2, 1].sort(function () { return 0 })")]
    public void A_script_without_end_is_killed(string source)
    {
        using ServerProcess busy = ServerProcess.StartOurs("--busy-reply-threshold", "100");
        using RespClient runner = busy.Connect();
        using RespClient other = busy.Connect();
        runner.Send("EVAL", "#!js\n" + source, 0);
        while (!other.Call("PING").Text.StartsWith("BUSY", StringComparison.Ordinal)) Thread.Sleep(5);
        Assert.Equal("OK", other.Call("SCRIPT", "KILL").Text);
        Assert.Contains("Script killed by user", runner.Read().Text);
        Assert.Equal("PONG", other.Call("PING").Text);
    }

    /// <summary>Sources cut and changed anywhere: a reply each, and the server lives.</summary>
    [Theory]
    [InlineData(1)]
    public void Mutated_scripts_end_in_a_reply(int seed)
    {
        Random random = new(seed);
        server.Client.Call("CONFIG", "SET", "js-statement-limit", "20000");
        const string Source = "var a = [1, 'x', { b: redis.call('incr', 'm') }];\n"
            + "function f(n) { return n > 0 ? f(n - 1) + 1 : a.length; }\n"
            + "for (var i = 0; i < 3; i++) { try { a.push(f(i)); } catch (e) { return e.message; } }\n"
            + "return JSON.stringify(a).replace(/x/g, 'y');";
        for (int i = 0; i < 3000; i++)
        {
            char[] text = Source.ToCharArray();
            for (int n = random.Next(1, 6); n > 0; n--) text[random.Next(text.Length)] = (char)random.Next(1, 256);
            _ = server.Eval(new string(text, 0, random.Next(text.Length / 2, text.Length + 1)));
        }

        server.Client.Call("CONFIG", "SET", "js-statement-limit", "0");
        Assert.Equal("PONG", server.Client.Call("PING").Text);
    }
}
