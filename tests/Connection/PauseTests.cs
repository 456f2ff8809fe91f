using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>CLIENT PAUSE and transactions.</summary>
public sealed class PauseTests
{
    [Fact]
    public void An_EXEC_that_was_held_back_runs_when_the_pause_ends()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        using RespClient client = server.Connect();
        client.Call("MULTI");
        client.Call("SET", "k", "v");
        admin.Call("CLIENT", "PAUSE", "60000", "WRITE");
        client.Send("EXEC");
        while (!admin.Call("INFO", "clients").Text.Contains("blocked_clients:1")) Thread.Sleep(10);
        Assert.Equal("", admin.Call("GET", "k").Text);
        Assert.Equal("OK", admin.Call("CLIENT", "UNPAUSE").Text);
        Assert.Equal("OK", client.Read().Items[0].Text);
        Assert.Equal("v", admin.Call("GET", "k").Text);
    }
}
