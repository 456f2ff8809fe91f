using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>Each capability of the contract once, in a running server.</summary>
public sealed class ProbeTests : IClassFixture<ProbedServer>, IDisposable
{
    private readonly ServerProcess _server;
    private readonly RespClient _client;

    public ProbeTests(ProbedServer probed)
    {
        _server = probed.Server;
        _client = _server.Connect();
        _client.Call("PROBE.STREAM");
        _client.Call("PROBE.EVENTS", "RESET");
    }

    public void Dispose() => _client.Dispose();

    private string Text(params object[] arguments) => Flat(_client.Call(arguments));

    private static string Flat(Reply reply)
        => reply.IsNull ? "(nil)" : reply.Items.Count > 0 ? string.Join(' ', reply.Items.Select(Flat)) : reply.Text;

    private string Until(Func<string, bool> done, params object[] arguments)
    {
        string text = Text(arguments);
        for (int i = 0; i < 500 && !done(text); i++)
        {
            Thread.Sleep(10);
            text = Text(arguments);
        }

        return text;
    }

    [Fact]
    public void A_type_of_managed_objects()
    {
        Assert.Equal("1", Text("PROBE.PUSH", "list", "a"));
        Assert.Equal("2", Text("PROBE.PUSH", "list", "b"));
        Assert.Equal("a b", Text("PROBE.ITEMS", "list"));
        Assert.StartsWith("WRONGTYPE", Text("GET", "list"));
        Assert.Equal("1", Text("PROBE.REMOVE", "list", "a"));
        Assert.Equal("0", Text("PROBE.REMOVE", "list", "a"));
        Assert.Equal("b", Text("PROBE.TAKE", "list"));
        Assert.Equal("", Text("PROBE.ITEMS", "list"));
    }

    [Fact]
    public void A_type_with_off_heap_memory()
    {
        string content = new('x', 1000);
        Assert.Equal("OK", Text("PROBE.BSET", "block", content));
        Assert.Equal(content, Text("PROBE.BGET", "block"));
        Assert.Equal("OK", Text("PROBE.BSET", "block", "short"));
        Assert.Equal("short", Text("PROBE.BGET", "block"));
        Assert.Equal("OK", Text("SET", "block", "string now"));
        Assert.StartsWith("WRONGTYPE", Text("PROBE.BGET", "block"));
    }

    [Fact]
    public void A_large_value_is_looked_up_ahead_of_a_batch()
    {
        const int Members = 2000;
        for (int i = 0; i < Members; i++) _client.Send("PROBE.ADD", "table", $"member:{i}");
        Assert.All(Enumerable.Range(0, Members), _ => Assert.Equal(1, _client.Read().Integer));
        for (int i = 0; i < 2 * Members; i++) _client.Send("PROBE.HAS", i % 3 == 0 ? "missing" : "table", $"member:{i}");
        for (int i = 0; i < 2 * Members; i++) Assert.Equal(i < Members && i % 3 != 0 ? 1 : 0, _client.Read().Integer);
        Text("SET", "text", "1");
        for (int i = 0; i < 10; i++) _client.Send("PROBE.HAS", "text", "1");
        for (int i = 0; i < 10; i++) Assert.StartsWith("WRONGTYPE", _client.Read().Text);
        Assert.True(_client.Call("PROBE.ROUNDTRIP", "table", "table2").Integer > 0);
        Assert.Equal("1", Text("PROBE.HAS", "table2", "member:1999"));
        Assert.Equal("OK", Text("SET", "table", "string now"));
        Assert.StartsWith("WRONGTYPE", Text("PROBE.HAS", "table", "member:1"));
    }

    [Fact]
    public void Values_are_saved_and_loaded()
    {
        Text("PROBE.PUSH", "source1", "a");
        Text("PROBE.PUSH", "source1", "b");
        Assert.True(_client.Call("PROBE.ROUNDTRIP", "source1", "target1").Integer > 0);
        Assert.Equal("a b", Text("PROBE.ITEMS", "target1"));
        Text("PROBE.BSET", "source2", "bytes");
        Assert.True(_client.Call("PROBE.ROUNDTRIP", "source2", "target2").Integer > 0);
        Assert.Equal("bytes", Text("PROBE.BGET", "target2"));
    }

    [Fact]
    public void Blocking_ends_by_a_write_or_by_time()
    {
        Assert.Equal("(nil)", Text("PROBE.POP", "queue", 20));
        using RespClient waiting = _server.Connect();
        waiting.Send("PROBE.POP", "queue", 0);
        Thread.Sleep(50);
        Assert.Equal("1", Text("PROBE.PUSH", "queue", "given"));
        Assert.Equal("given", waiting.Read().Text);
        Assert.Equal("", Text("PROBE.ITEMS", "queue"));
    }

    [Fact]
    public void What_is_propagated_is_what_was_done()
    {
        Text("PROBE.PUSH", "stream", "item");
        Text("PROBE.TAKE", "stream");
        Text("PROBE.ITEMS", "stream");
        string seen = Text("PROBE.STREAM");
        Assert.Contains("PROBE.PUSH\r\n$6\r\nstream\r\n$4\r\nitem\r\n", seen);
        Assert.Contains("PROBE.REMOVE\r\n$6\r\nstream\r\n$4\r\nitem\r\n", seen);
        Assert.DoesNotContain("PROBE.TAKE", seen);
        Assert.DoesNotContain("PROBE.ITEMS", seen);
    }

    [Fact]
    public void An_interceptor_refuses()
    {
        Assert.Equal("OK", Text("PROBE.GUARDED"));
        Text("PROBE.GUARD", "on");
        Assert.Equal("ERR refused by the probe", Text("PROBE.GUARDED"));
        Text("PROBE.GUARD", "off");
        Assert.Equal("OK", Text("PROBE.GUARDED"));
    }

    [Fact]
    public void A_timer_calls_a_command()
    {
        Assert.Equal("OK", Text("PROBE.LATER", 30, "timed", "value"));
        Assert.Equal("(nil)", Text("GET", "timed"));
        Assert.Equal("value", Until(text => text == "value", "GET", "timed"));
    }

    [Fact]
    public void Background_work_hops_back_to_a_blocked_client() => Assert.Equal("500000500000", Text("PROBE.SUM", 1_000_000));

    [Fact]
    public void Commands_are_called_with_a_typed_reply()
    {
        Assert.Equal("+OK\r\n", Text("PROBE.CALL", "SET", "called", "1"));
        Assert.Equal(":2\r\n", Text("PROBE.CALL", "INCR", "called"));
        Assert.Equal("$1\r\n2\r\n", Text("PROBE.CALL", "GET", "called"));
        Assert.StartsWith("-ERR unknown command", Text("PROBE.CALL", "NOSUCH"));
        Assert.Equal("_\r\n", Text("PROBE.CALL", "PROBE.POP", "nothing", "0"));
    }

    [Fact]
    public void A_walk_sees_every_key_once()
    {
        for (int i = 0; i < 100; i++) Text("SET", $"walk{i}", "x");
        Text("PROBE.PUSH", "walklist", "a");
        Text("PROBE.BSET", "walkblock", "a");
        string[] seen = Text("PROBE.SNAPSHOT").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(seen.Length, seen.Distinct().Count());
        for (int i = 0; i < 100; i++) Assert.Contains($"0 walk{i} string", seen);
        Assert.Contains("0 walklist probelist", seen);
        Assert.Contains("0 walkblock probeblok", seen);
    }

    [Fact]
    public void State_is_kept_with_each_client()
    {
        Assert.Equal("", Text("PROBE.STATE", "mine"));
        using RespClient other = _server.Connect();
        Assert.Equal("", other.Call("PROBE.STATE").Text);
        Assert.Equal("mine", Text("PROBE.STATE"));
    }

    [Fact]
    public void Key_events_come_with_old_values()
    {
        Text("SET", "events", "1");
        Text("INCR", "events");
        Text("PROBE.PUSH", "eventlist", "a");
        string seen = Text("PROBE.EVENTS");
        Assert.Contains("set 1", seen);
        Assert.Contains("incrby 1", seen);
        Assert.Contains("probe.push 1", seen);
        Assert.Contains("(changing) 1", seen);
    }

    [Fact]
    public void The_life_of_server_and_clients_is_told()
    {
        using (RespClient other = _server.Connect()) other.Call("PROBE.GUARDED");
        string seen = Until(text => text.Split(' ').All(count => count != "0"), "PROBE.LIFE");
        string[] counts = seen.Split(' ');
        Assert.All(counts, count => Assert.NotEqual("0", count));
        Assert.Equal("1", counts[4]);
    }

    [Fact]
    public void A_service_is_found_and_arguments_arrive()
    {
        Assert.Equal("nothing", Text("PROBE.SERVICE"));
        Assert.Equal("one two", Text("PROBE.ARGUMENTS"));
    }

    [Fact]
    public void A_fault_answers_its_client_and_is_counted()
    {
        long before = Faults();
        string error = Text("PROBE.FAULT");
        Assert.StartsWith("ERR", error);
        Assert.Contains("probe.fault", error);
        Assert.Equal("PONG", Text("PING"));
        Assert.Equal(before + 1, Faults());
        Assert.True(SpinWait.SpinUntil(() => _server.Log.Contains("Module probe: fault"), TimeSpan.FromSeconds(10)), _server.Log);
    }

    [Fact]
    public void A_fault_in_a_callback_does_not_end_the_server()
    {
        // The observers and the stream throw; the command itself is none of their business.
        Assert.Equal("OK", Text("SET", "probe:fault", "1"));
        Assert.Equal("OK", Text("SET", "probe:fault", "2"));
        Assert.Equal("2", Text("GET", "probe:fault"));

        // An interceptor that throws has not let the command through.
        Assert.StartsWith("ERR", Text("PROBE.GUARD", "probe:fault"));
        Assert.Equal("OK", Text("PROBE.FAULT", "TIMER"));
        bool Logged(string text) => SpinWait.SpinUntil(() => _server.Log.Contains(text), TimeSpan.FromSeconds(10));
        Assert.True(Logged("asked for in a timer"), _server.Log);
        Assert.True(Logged("asked for in a posted job"), _server.Log);
        Assert.True(Logged("asked for by the key"), _server.Log);
        Assert.Equal("PONG", Text("PING"));
    }

    private long Faults()
    {
        IEnumerable<string> lines = _client.Call("PROBE.MODULES").Items.Select(item => item.Text);
        string line = lines.First(text => text.StartsWith("probe ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
