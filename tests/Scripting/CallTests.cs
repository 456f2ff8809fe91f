using ModularKv.TestKit;

namespace ModularKv.Scripting.Tests;

/// <summary>Commands that scripts call: what they may, what they leave behind.</summary>
public sealed class CallTests
{
    [Fact]
    public void Commands_see_keys_and_arguments_of_any_bytes()
    {
        using ScriptServer server = new();
        string large = new('x', 300_000);
        Assert.Equal("OK", server.Client.Call("EVAL", "#!probe\ncall set $1 @1\ncall append $1 @2", "1", "k", "a\0b\r\n", large) switch
        {
            { IsError: false } => "OK",
            Reply error => error.Text,
        });
        Assert.Equal("a\0b\r\n" + large, server.Client.Call("GET", "k").Text);
        Assert.Equal("a\0b\r\n" + large, server.Eval("call get $1", "k").Text);
    }

    [Theory]
    [InlineData("call nosuch", "ERR Unknown Redis command called from script script: ")]
    [InlineData("call config nosuch", "ERR Unknown Redis command called from script script: ")]
    [InlineData("call get", "ERR Wrong number of args calling Redis command from script script: ")]
    [InlineData("call eval x 0", "ERR This Redis command is not allowed from script script: ")]
    [InlineData("call multi", "ERR This Redis command is not allowed from script script: ")]
    [InlineData("call lpush string x", "WRONGTYPE Operation against a key holding the wrong kind of value script: ")]
    [InlineData("fail ERR own words", "ERR own words script: ")]
    public void An_error_tells_script_and_line(string statement, string expected)
    {
        using ScriptServer server = new();
        server.Client.Call("SET", "string", "x");
        Reply reply = server.Eval(statement);
        Assert.True(reply.IsError);
        Assert.StartsWith(expected, reply.Text);
        Assert.EndsWith(", on @probe:2.", reply.Text);
    }

    [Fact]
    public void An_error_is_counted_once_where_it_arose()
    {
        using ScriptServer server = new();
        server.Client.Call("CONFIG", "RESETSTAT");
        server.Eval("call get");
        Assert.Equal("count=1", server.Client.Info("errorstats", "errorstat_ERR"));
        Assert.Contains("calls=0,", server.Client.Info("commandstats", "cmdstat_get"));
        Assert.Contains("rejected_calls=1,failed_calls=0", server.Client.Info("commandstats", "cmdstat_get"));
        Assert.Contains("calls=1,", server.Client.Info("commandstats", "cmdstat_eval"));
        Assert.Contains("rejected_calls=0,failed_calls=1", server.Client.Info("commandstats", "cmdstat_eval"));
        server.Eval("fail ERR raised");
        Assert.Equal("count=2", server.Client.Info("errorstats", "errorstat_ERR"));
    }

    [Fact]
    public void Effects_of_a_script_are_one_unit_and_the_script_is_none()
    {
        using ScriptServer server = new();
        server.Stream();
        server.Eval("call set a 1\ncall get a\ncall incr a");
        server.Eval("call set b 1");
        server.Eval("call get b");
        Assert.Equal(["MULTI", "set a 1", "incr a", "EXEC", "set b 1"], server.Stream());
        server.Client.Call("MULTI");
        server.Client.Call("SET", "c", "1");
        server.Client.Call("EVAL", "#!probe\ncall incr c", "0");
        server.Client.Call("EXEC");
        Assert.Equal(["MULTI", "SET c 1", "incr c", "EXEC"], server.Stream());
    }

    [Fact]
    public void A_script_chooses_who_gets_its_effects()
    {
        using ScriptServer server = new();
        server.Stream();

        // The probe's stream is no log: it is fed as replicas are.
        server.Eval("effects 1\ncall set a 1\neffects 2\ncall set b 1\neffects 0\ncall set c 1\neffects 3\ncall set d 1");
        Assert.Equal(["MULTI", "set b 1", "set d 1", "EXEC"], server.Stream());
    }

    [Fact]
    public void Select_in_a_script_does_not_reach_the_caller()
    {
        using ScriptServer server = new();
        server.Eval("call select 3\ncall set k three");
        Assert.True(server.Client.Call("GET", "k").IsNull);
        server.Client.Call("SELECT", "3");
        Assert.Equal("three", server.Client.Call("GET", "k").Text);
        Assert.Equal("three", server.Eval("call get k").Text);
    }

    [Fact]
    public void Blocking_commands_do_not_block()
    {
        using ScriptServer server = new();
        Assert.True(server.Eval("call blpop nothing 0").IsNull);
    }

    [Fact]
    public void Replies_come_in_the_version_that_the_script_asks_for()
    {
        using ScriptServer server = new();
        server.Client.Call("HSET", "h", "f", "v");
        Assert.StartsWith("*2", System.Text.Encoding.ASCII.GetString(server.Eval("call hgetall h").Raw));
        server.Client.Call("HELLO", "3");
        Assert.StartsWith("*2", System.Text.Encoding.ASCII.GetString(server.Eval("call hgetall h").Raw));
        Assert.StartsWith("%1", System.Text.Encoding.ASCII.GetString(server.Eval("resp 3\ncall hgetall h").Raw));
    }

    [Fact]
    public void Rights_are_those_of_the_caller()
    {
        using ScriptServer server = new();
        server.Client.Call("ACL", "SETUSER", "limited", "on", ">p", "+eval", "+get", "~a*", "+@connection");
        using RespClient limited = server.Server.Connect();
        Assert.Equal("OK", limited.Call("AUTH", "limited", "p").Text);
        Assert.True(limited.Call("EVAL", "#!probe\ncall get abc", "0").IsNull);
        Reply command = limited.Call("EVAL", "#!probe\ncall set abc 1", "0");
        Assert.StartsWith("ERR The user executing the script can't run this command or subcommand script: ", command.Text);
        Reply key = limited.Call("EVAL", "#!probe\ncall get other", "0");
        Assert.StartsWith("ERR The user executing the script can't access at least one of the keys", key.Text);
        Assert.Equal(1, limited.Call("EVAL", "#!probe\nmay get abc", "0").Integer);
        Assert.Equal(0, limited.Call("EVAL", "#!probe\nmay set abc 1", "0").Integer);
        Assert.Equal(-1, limited.Call("EVAL", "#!probe\nmay nosuch", "0").Integer);
    }

    [Fact]
    public void Without_memory_a_script_may_go_on_once_it_has_written()
    {
        using ScriptServer server = new();
        string load = server.Load("lib",
            "function f\ncall set x y\nfunction o allow-oom\ncall set x y\nfunction n no-writes\ncall get x").Text;
        Assert.Equal("lib", load);
        server.Client.Call("CONFIG", "SET", "maxmemory", "1");
        Assert.StartsWith("OOM command not allowed when used memory > 'maxmemory'", server.Run("FCALL", "f").Text);
        Assert.Equal("OK", server.Run("FCALL", "o").Text);
        Assert.Equal("y", server.Run("FCALL", "n").Text);
        Assert.StartsWith("OOM ", server.Eval("call set x y").Text);
        Assert.Equal("OK", server.Client.Call("EVAL", "#!probe flags=allow-oom\ncall set x y", "0").Text);
    }

    [Fact]
    public void Read_only_forms_refuse_what_writes()
    {
        using ScriptServer server = new();
        server.Load("lib", "function w\ncall get x\nfunction n no-writes\ncall set x 1");
        Assert.Equal("ERR Can not execute a script with write flag using *_ro command.", server.Run("FCALL_RO", "w").Text);
        Assert.StartsWith("ERR Write commands are not allowed from read-only scripts. script: n, on @probe:2.",
            server.Run("FCALL_RO", "n").Text);
        Assert.StartsWith("ERR Write commands are not allowed from read-only scripts.", server.Run("FCALL", "n").Text);
    }

    [Fact]
    public void Monitor_shows_the_script_in_front_of_its_commands()
    {
        using ScriptServer server = new();
        using RespClient monitor = server.Server.Connect();
        monitor.Call("MONITOR");
        server.Eval("call set k v", "a");
        Assert.Contains("\"EVAL\"", monitor.Read().Text);
        string nested = monitor.Read().Text;
        Assert.EndsWith("[0 lua] \"set\" \"k\" \"v\"", nested);
    }

    [Fact]
    public void Commands_that_scripts_may_not_call_run_where_debug_lets_them()
    {
        using ScriptServer server = new("--enable-debug-command", "yes");
        string digest = server.Client.Call("SCRIPT", "LOAD", "#!probe\ncall ping").Text;
        Assert.Equal("OK", server.Client.Call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1").Text);
        Assert.StartsWith("ERR A script can not run another script",
            server.Client.Call("EVAL", "#!probe\ncall evalsha @1 0", "0", digest).Text);
        Assert.Equal("OK", server.Client.Call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0").Text);
    }
}
