using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Lua.Tests;

/// <summary>
/// Scripts that mean harm, or loop by mistake: each gets a reply, and others are served meanwhile. MODULARKV_MUTATIONS sets how many
/// mutated scripts run, MODULARKV_MUTATION_SEED another seed.
/// </summary>
public sealed class HostileTests(ITestOutputHelper output) : IDisposable
{
    private const int MutationsByDefault = 3000;
    private const string Signs = "(){}[]'\"=~<>+-*/%^#.,;:\\\n0123456789";

    private readonly ServerProcess _server = ServerProcess.StartOurs("--busy-reply-threshold", "50", "--lua-memory-limit", "200mb");

    public void Dispose() => _server.Dispose();

    /// <summary>Recursion, huge values, coroutines, metatables, finalisers, bytecode, libraries that are not there.</summary>
    [Fact]
    public void Every_script_gets_a_reply_and_the_server_lives()
    {
        using RespClient client = _server.Connect();
        using Watch watch = new(_server);
        foreach (string script in ScriptList.Read("Hostile.txt"))
        {
            Assert.True(client.Call("EVAL", script, "0").Raw.Length > 0, script);
            Assert.Equal("PONG", client.Call("PING").Text);
        }
    }

    [Theory]
    [InlineData("while true do end")]
    [InlineData("while true do pcall(error) end")]
    [InlineData("local function f() return f() end return f()")]
    [InlineData("for i = 1, 1/0 do redis.pcall('get', 'a') end")]
    [InlineData("pcall(function() while true do end end) while true do end")]
    [InlineData("coroutine.wrap(function() while true do end end)()")]
    [InlineData("while true do coroutine.wrap(function() coroutine.yield(1) end)() end")]
    [InlineData("table.sort({3, 2, 1}, function() while true do end end)")]
    [InlineData("return setmetatable({}, {__index = function(t, k) while true do end end}).x")]
    [InlineData("return load(function() return ' ' end)")]
    [InlineData("return string.gsub('aaa', 'a', function() while true do end end)")]
    [InlineData("return string.find(string.rep('x', 100), string.rep('x?', 100)..string.rep('x', 100))")]
    [InlineData("return string.find(string.rep('a', 500000), '.-b')")]
    [InlineData("return string.match(string.rep('a', 5000), '.-.-.-b')")]
    [InlineData("return string.gsub(string.rep('a', 5000), '.-.-.-b', '')")]
    [InlineData("for a in string.gmatch(string.rep('a', 5000), '.-.-.-b') do end")]
    [InlineData("return pcall(string.find, string.rep('(', 500000), '%b()')")]
    [InlineData("return xpcall(string.find, function() while true do end end)")]
    public void A_script_without_end_is_killed(string script)
    {
        using RespClient runner = _server.Connect();
        using RespClient other = _server.Connect();
        runner.Send("EVAL", script, 0);
        while (!other.Call("PING").Text.StartsWith("BUSY", StringComparison.Ordinal)) Thread.Sleep(5);
        Assert.Equal("OK", other.Call("SCRIPT", "KILL").Text);
        Assert.Contains("Script killed by user", runner.Read().Text);
        Assert.Equal("PONG", other.Call("PING").Text);
    }

    [Theory]
    [InlineData("local s = 'x' while true do s = s..s end")]
    [InlineData("local t = {} for i = 1, 1e9 do t[i] = {i} end")]
    [InlineData("return string.rep('x', 2e9)")]
    [InlineData("return table.concat({}, 'x', 1, 1e9)")]
    [InlineData("cjson.encode_sparse_array(true, 0, 0) return cjson.encode({[2^53] = 1})")]
    [InlineData("local t = {} while true do t[#t + 1] = coroutine.create(function() end) end")]
    [InlineData("return string.rep('x', 1e10)")]
    public void Memory_ends_in_an_error(string script)
    {
        using RespClient client = _server.Connect();
        client.Call("CONFIG", "SET", "busy-reply-threshold", "0");
        Reply reply = client.Call("EVAL", script, "0");
        Assert.True(reply.IsError, script);
        Assert.Equal("1", client.Call("EVAL", "return '1'", "0").Text);
    }

    /// <summary>Scripts cut and changed anywhere, read-only so that each of them can be killed.</summary>
    [Fact]
    public void Mutated_scripts_get_a_reply()
    {
        int seed = Variables.Integer("MODULARKV_MUTATION_SEED", 1);
        int count = Variables.Integer("MODULARKV_MUTATIONS", MutationsByDefault);
        string[] scripts = [.. ScriptList.Read("Scripts.txt")];
        var random = new Random(seed);
        RespClient client = _server.Connect();
        using Watch watch = new(_server);
        string script = "";
        try
        {
            for (int i = 0; i < count; i++)
            {
                script = Mutate(scripts, random);
                try
                {
                    client.Call("EVAL_RO", script, "1", "{lua}key", "arg");
                }
                catch (RespException e) when (e.Message.Contains("nested too deeply", StringComparison.Ordinal))
                {
                    client.Dispose();
                    client = _server.Connect();
                }

                if (i % 1000 == 999) client.Call("SCRIPT", "FLUSH");
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}: {Convert.ToBase64String(Encoding.Latin1.GetBytes(script))}: {e.Message}");
        }

        Assert.Equal("PONG", client.Call("PING").Text);
        client.Dispose();
        output.WriteLine($"{count} scripts, {watch.Killed} killed, {watch.Answers} answers beside");
    }

    private static string Mutate(string[] scripts, Random random)
    {
        string source = scripts[random.Next(scripts.Length)];
        string other = scripts[random.Next(scripts.Length)];
        var text = new StringBuilder(source);
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(text.Length + 1);
            switch (random.Next(5))
            {
                case 0 when at < text.Length: text[at] = (char)random.Next(256); break;
                case 1 when at < text.Length: text.Remove(at, random.Next(1, Math.Min(12, text.Length - at) + 1)); break;
                case 2:
                    int from = random.Next(other.Length);
                    text.Insert(at, other.AsSpan(from, random.Next(1, other.Length - from + 1)));
                    break;
                case 3: text.Insert(at, Signs[random.Next(Signs.Length)]); break;
                default: text.Append('\n').Append(other); break;
            }
        }

        return text.ToString();
    }

    /// <summary>A client beside: asks all the time, and kills what runs too long.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly RespClient _client;
        private readonly Thread _thread;
        private volatile bool _isOver;

        public Watch(ServerProcess server)
        {
            _client = server.Connect();
            _thread = new Thread(Run);
            _thread.Start();
        }

        /// <summary>Scripts killed.</summary>
        public int Killed { get; private set; }

        /// <summary>Answers that it got.</summary>
        public int Answers { get; private set; }

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
            _client.Dispose();
        }

        private void Run()
        {
            try
            {
                while (!_isOver)
                {
                    if (_client.Call("PING").Text.StartsWith("BUSY", StringComparison.Ordinal) && !_client.Call("SCRIPT", "KILL").IsError)
                    {
                        Killed++;
                    }

                    Answers++;
                    Thread.Sleep(2);
                }
            }
            catch (IOException)
            {
                // The server is gone: the test itself finds that out.
            }
        }
    }
}
