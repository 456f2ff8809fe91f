using System.Text.RegularExpressions;
using ModularKv.TestKit;

namespace ModularKv.Monitoring.Tests;

/// <summary>MONITOR on a server of its own.</summary>
public sealed class MonitorTests : IDisposable
{
    private readonly ServerProcess server = ServerProcess.StartOurs();

    public void Dispose() => server.Dispose();

    [Fact]
    public void A_line_has_the_time_the_database_the_address_and_the_arguments()
    {
        using RespClient monitor = server.Connect();
        using RespClient client = server.Connect();
        Assert.Equal("OK", monitor.Call("MONITOR").Text);
        client.Call("SELECT", "3");
        client.Call("set", "k", "v \"x\"");
        string first = monitor.Read().Text, second = monitor.Read().Text;
        Assert.Matches(@"^\d{10}\.\d{6} \[3 " + Regex.Escape(client.LocalAddress) + "\\] \"SELECT\" \"3\"$", first);
        Assert.EndsWith("] \"set\" \"k\" \"v \\\"x\\\"\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_for_administrators_are_not_shown()
    {
        using RespClient monitor = server.Connect();
        using RespClient client = server.Connect();
        monitor.Call("MONITOR");
        client.Call("CONFIG", "GET", "port");
        client.Call("SLOWLOG", "LEN");
        client.Call("NOSUCH");
        client.Call("GET");
        client.Call("PING");
        Assert.EndsWith("] \"PING\"", monitor.Read().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_with_reset_and_with_the_connection()
    {
        using RespClient client = server.Connect();
        using (RespClient monitor = server.Connect())
        {
            monitor.Call("MONITOR");
            Assert.Equal(1, Monitors(client));
            Assert.Contains("flags=O", client.Call("CLIENT", "LIST").Text, StringComparison.Ordinal);
            monitor.Send("RESET");
            Assert.Contains("INFO", monitor.Read().Text, StringComparison.Ordinal);
            Assert.Equal("RESET", monitor.Read().Text);
            Assert.Equal("PONG", monitor.Call("PING").Text);
            monitor.Call("MONITOR");
        }

        while (Monitors(client) > 0) Thread.Sleep(5);
    }

    [Fact]
    public void A_blocked_command_is_shown_when_it_comes_and_not_again()
    {
        using RespClient monitor = server.Connect();
        using RespClient waiting = server.Connect();
        using RespClient client = server.Connect();
        monitor.Call("MONITOR");
        waiting.Send("BLPOP", "list", "0");
        Assert.EndsWith("] \"BLPOP\" \"list\" \"0\"", monitor.Read().Text, StringComparison.Ordinal);
        client.Call("RPUSH", "list", "a");
        waiting.Read();
        client.Call("PING");
        Assert.EndsWith("] \"RPUSH\" \"list\" \"a\"", monitor.Read().Text, StringComparison.Ordinal);
        Assert.EndsWith("] \"PING\"", monitor.Read().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_unix_socket_is_shown_by_its_path()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using ServerProcess own = ServerProcess.StartOurs("--unixsocket", path);
        using RespClient monitor = own.Connect();
        using RespClient client = RespClient.ConnectUnix(path);
        monitor.Call("MONITOR");
        client.Call("PING");
        Assert.EndsWith($"[0 unix:{path}] \"PING\"", monitor.Read().Text, StringComparison.Ordinal);
    }

    private static long Monitors(RespClient client) =>
        long.Parse(Regex.Match(client.Call("INFO", "monitoring").Text, "monitors:(\\d+)").Groups[1].Value);
}
