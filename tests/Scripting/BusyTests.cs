using ModularKv.TestKit;

namespace ModularKv.Scripting.Tests;

/// <summary>Scripts that are past their time.</summary>
public sealed class BusyTests
{
    private const string Script = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
    private const string Function = "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";

    private static void WaitForBusy(RespClient client)
    {
        bool isBusy = SpinWait.SpinUntil(()
            => client.Call("PING").Text.StartsWith("BUSY", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        Assert.True(isBusy, "the script never became busy");
    }

    [Fact]
    public void A_script_is_killed()
    {
        using ScriptServer server = new("--busy-reply-threshold", "10");
        using RespClient other = server.Server.Connect();
        Assert.Equal("NOTBUSY No scripts in execution right now.", other.Call("SCRIPT", "KILL").Text);
        server.Client.Send("EVAL", "#!probe\nspin", "0");
        WaitForBusy(other);
        Assert.Equal(Script, other.Call("GET", "x").Text);
        Assert.Equal(Script, other.Call("FUNCTION", "KILL").Text);
        Assert.Equal(Script, other.Call("FUNCTION", "STATS").Text);
        Assert.Equal(Script, other.Call("SHUTDOWN").Text);
        Assert.Equal("OK", other.Call("SCRIPT", "KILL").Text);
        Assert.StartsWith("ERR Script killed by user with SCRIPT KILL. script: ", server.Client.Read().Text);
        Assert.Equal("PONG", other.Call("PING").Text);
        Assert.Equal("PONG", server.Client.Call("PING").Text);
    }

    [Fact]
    public void A_function_is_killed_and_described()
    {
        using ScriptServer server = new("--busy-reply-threshold", "10");
        using RespClient other = server.Server.Connect();
        server.Load("lib", "function f\nspin");
        server.Client.Send("FCALL", "f", "1", "key", "argument");
        WaitForBusy(other);
        Assert.Equal(Function, other.Call("SCRIPT", "KILL").Text);
        Reply running = other.Call("FUNCTION", "STATS").Items[1];
        Assert.Equal("f", running.Items[1].Text);
        Assert.Equal("FCALL f 1 key argument", string.Join(' ', running.Items[3].Items.Select(item => item.Text)));
        Assert.Equal("OK", other.Call("FUNCTION", "KILL").Text);
        Assert.StartsWith("ERR Script killed by user with FUNCTION KILL. script: f, on ", server.Client.Read().Text);
    }

    [Fact]
    public void What_has_written_ends_only_with_the_server()
    {
        using ScriptServer server = new("--busy-reply-threshold", "10");
        using RespClient other = server.Server.Connect();
        server.Client.Send("EVAL", "#!probe\ncall set k v\nspin", "0");
        WaitForBusy(other);
        Assert.StartsWith("UNKILLABLE Sorry the script already executed write commands", other.Call("SCRIPT", "KILL").Text);
        other.Send("SHUTDOWN", "NOSAVE");
        Assert.True(SpinWait.SpinUntil(() => !server.Server.IsRunning, TimeSpan.FromSeconds(20)), "the server runs on");
    }

    [Fact]
    public void A_busy_script_outlives_its_client()
    {
        using ScriptServer server = new("--busy-reply-threshold", "10");
        using RespClient other = server.Server.Connect();
        using (RespClient caller = server.Server.Connect())
        {
            caller.Send("EVAL", "#!probe\nspin", "0");
            WaitForBusy(other);
        }

        Assert.Equal(Script, other.Call("GET", "x").Text);
        Assert.Equal("OK", other.Call("SCRIPT", "KILL").Text);
        Assert.Equal("PONG", server.Client.Call("PING").Text);
    }
}
