using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>Long work holds the loop, and clients are served all the same.</summary>
public sealed class LongWorkTests : IDisposable
{
    private const string Busy = "BUSY the probe holds the loop";
    private readonly ServerProcess _server = ServerProcess.StartOurs("--loadmodule", ProbedServer.ProbePath);

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Within_a_command_others_are_told_to_wait_and_may_end_it()
    {
        using RespClient holder = _server.Connect();
        using RespClient other = _server.Connect();
        holder.Send("SET", "x", "1");
        holder.Send("PROBE.HOLD");
        holder.Send("INCR", "x");
        holder.Send("GET", "x");
        while (other.Call("GET", "x").Text != Busy) Thread.Sleep(1);
        using (RespClient late = _server.Connect()) Assert.Equal(Busy, late.Call("SET", "x", "9").Text);
        for (int i = 0; i < 3000; i++) other.Send("GET", "x");
        for (int i = 0; i < 3000; i++) Assert.Equal(Busy, other.Read().Text);

        // What the holding client sends meanwhile waits for its turn, a large argument too.
        holder.Send("APPEND", "x", new string('y', 200_000));
        Assert.Equal("OK", other.Call("PROBE.RELEASE").Text);
        Assert.Equal("OK", holder.Read().Text);
        Assert.True(holder.Read().Integer > 3);
        Assert.Equal("2", holder.Read().Text);
        Assert.Equal("2", holder.Read().Text);
        Assert.Equal(200_001, holder.Read().Integer);
        Assert.Equal("2", other.Call("GETRANGE", "x", 0, 0).Text);
    }

    [Fact]
    public void Commands_of_the_same_batch_run_after_it()
    {
        using RespClient keeper = _server.Connect();
        RespClient[] clients = [.. Enumerable.Range(0, 20).Select(_ => _server.Connect())];
        clients[0].Send("PROBE.HOLD");
        while (keeper.Call("PING").Text != Busy) Thread.Sleep(1);
        Assert.Equal("OK", keeper.Call("PROBE.RELEASE").Text);
        Assert.True(clients[0].Read().Integer > 0);
        for (int round = 0; round < 50; round++)
        {
            // All at once, so that some are received with the holder's request and some while it holds.
            foreach (RespClient client in clients[1..]) client.Send("INCR", "n");
            clients[0].Send("PROBE.HOLD");
            foreach (RespClient client in clients[1..]) client.Send("INCR", "n");
            while (keeper.Call("PING").Text != Busy) Thread.Yield();
            Assert.Equal("OK", keeper.Call("PROBE.RELEASE").Text);
            Assert.True(clients[0].Read().Integer > 0);
            foreach (RespClient client in clients[1..])
            {
                for (int i = 0; i < 2; i++)
                {
                    Reply reply = client.Read();
                    Assert.True(reply.Text == Busy || reply.Integer > 0, reply.Text);
                }
            }
        }

        foreach (RespClient client in clients) client.Dispose();
    }

    [Fact]
    public void A_client_may_go_while_the_loop_is_held()
    {
        using RespClient keeper = _server.Connect();
        using RespClient holder = _server.Connect();
        var leaving = _server.Connect();
        leaving.Send("BLPOP", "nothing", "0");
        holder.Send("PROBE.HOLD");
        while (keeper.Call("PING").Text != Busy) Thread.Sleep(1);
        leaving.Dispose();
        Assert.Equal(Busy, keeper.Call("PING").Text);
        Assert.Equal("OK", keeper.Call("PROBE.RELEASE").Text);
        Assert.True(holder.Read().Integer > 0);
        Assert.Equal("PONG", keeper.Call("PING").Text);
    }

    [Fact]
    public void A_stop_ends_it()
    {
        using RespClient keeper = _server.Connect();
        using RespClient holder = _server.Connect();
        holder.Send("PROBE.HOLD");
        while (keeper.Call("PING").Text != Busy) Thread.Sleep(1);
        keeper.Send("SHUTDOWN", "NOSAVE");
        Assert.True(SpinWait.SpinUntil(() => !_server.IsRunning, TimeSpan.FromSeconds(20)), _server.Log);
    }

    [Fact]
    public void While_a_data_set_is_loaded_clients_are_told_so()
    {
        using RespClient client = _server.Connect();
        using RespClient other = _server.Connect();
        Assert.Equal("OK", client.Call("PROBE.LOADING").Text);
        const string Loading = "LOADING Redis is loading the dataset in memory";
        while (client.Call("GET", "x").Text != Loading) Thread.Sleep(1);
        Assert.Contains("loading:1\r\n", other.Call("INFO", "persistence").Text);
        Assert.Equal(Loading, other.Call("SET", "x", "1").Text);
        using (RespClient late = _server.Connect()) Assert.Equal(Loading, late.Call("DBSIZE").Text);
        Assert.Equal("OK", other.Call("PROBE.RELEASE").Text);
        while (client.Call("GET", "x").Text == Loading) Thread.Sleep(1);
        Assert.Contains("loading:0\r\n", other.Call("INFO", "persistence").Text);
    }

    [Fact]
    public void A_closed_gate_refuses_writes_only()
    {
        using RespClient client = _server.Connect();
        const string Refusal = "MISCONF the probe wants no writes";
        client.Call("PROBE.CLOSEGATE");
        Assert.Equal(Refusal, client.Call("SET", "x", "1").Text);
        Assert.Equal(Refusal, client.Call("PING").Text);
        Assert.True(client.Call("GET", "x").IsNull);
        client.Call("PROBE.OPENGATE");
        Assert.Equal("OK", client.Call("SET", "x", "1").Text);
    }
}
