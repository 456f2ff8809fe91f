using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ModularKv.TestKit;

namespace ModularKv.Metrics.Tests;

/// <summary>metrics-port on a server of its own.</summary>
public sealed class ServingTests : IDisposable
{
    private const string Label = "[a-z_]+=\"([^\"\\\\]|\\\\.)*\"";

    private readonly int port = FreePort();
    private readonly ServerProcess server;
    private readonly HttpClient http = new();

    public ServingTests() => server = ServerProcess.StartOurs("--metrics-port", port.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        http.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task It_serves_what_the_server_counts_in_the_format_of_Prometheus()
    {
        using RespClient client = server.Connect();
        for (int i = 0; i < 5; i++) client.Call("SET", "k" + i, "v");
        client.Call("LPUSH", "k0", "x");
        string text = await Get();
        Assert.Matches("(?m)^redis_up 1$", text);
        Assert.Matches("(?m)^redis_connected_clients 1$", text);
        Assert.Matches("(?m)^redis_commands_total\\{cmd=\"set\"\\} 5$", text);
        Assert.Matches("(?m)^redis_commands_failed_calls_total\\{cmd=\"lpush\"\\} 1$", text);
        Assert.Matches("(?m)^redis_errors_total\\{err=\"WRONGTYPE\"\\} 1$", text);
        Assert.Matches("(?m)^redis_db_keys\\{db=\"db0\"\\} 5$", text);
        Assert.Matches("(?m)^redis_commands_latencies_usec_bucket\\{cmd=\"set\",le=\"\\+Inf\"\\} 5$", text);
        Assert.Matches("(?m)^redis_instance_info\\{role=\"master\",redis_version=\"7.4.0\"", text);

        // Each metric once, its type before it, each line well-formed.
        string[] types = [.. Regex.Matches(text, "(?m)^# TYPE ([a-z0-9_]+) (?:counter|gauge)$").Select(match => match.Groups[1].Value)];
        Assert.True(types.Length > 150, $"{types.Length} metrics");
        Assert.Equal(types.Length, types.Distinct().Count());
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(
            "^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\\{" + Label + "(," + Label + ")*\\})? [-+0-9.eEINaf]+)$", line));
    }

    [Fact]
    public async Task Each_scrape_is_of_its_own_moment()
    {
        using RespClient client = server.Connect();
        for (int i = 1; i <= 3; i++)
        {
            client.Call("SET", "k", "v");
            Assert.Matches($"(?m)^redis_commands_total\\{{cmd=\"set\"\\}} {i}$", await Get());
        }
    }

    [Fact]
    public async Task Other_requests_are_refused()
    {
        using HttpResponseMessage missing = await http.GetAsync($"http://127.0.0.1:{port}/nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using HttpResponseMessage posted = await http.PostAsync($"http://127.0.0.1:{port}/metrics", new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        using HttpRequestMessage head = new(HttpMethod.Head, $"http://127.0.0.1:{port}/metrics");
        using HttpResponseMessage headed = await http.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, headed.StatusCode);
        Assert.Equal("text/plain", headed.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Clients_that_do_not_behave_harm_nobody()
    {
        List<Socket> idle = [];
        byte[] rubbish = new byte[100_000];
        new Random(7).NextBytes(rubbish);
        foreach (byte[] sent in (byte[][])[rubbish, "\r\n\r\n"u8.ToArray(), "GET /metrics HTTP/1.1\r\n"u8.ToArray(), []])
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await Send(socket, sent);
            idle.Add(socket);
        }

        using RespClient client = server.Connect();
        Assert.Equal("PONG", client.Call("PING").Text);
        Assert.Contains("redis_up 1", await Get(), StringComparison.Ordinal);
        foreach (Socket socket in idle) socket.Dispose();
        Assert.Contains("redis_up 1", await Get(), StringComparison.Ordinal);
        Assert.True(server.IsRunning);
    }

    [Fact]
    public async Task The_port_can_be_changed_and_closed_and_a_taken_one_is_refused()
    {
        using RespClient client = server.Connect();
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int takenPort = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.Contains("cannot be listened on", client.Call("CONFIG", "SET", "metrics-port", takenPort).Text, StringComparison.Ordinal);
        Assert.Contains("redis_up 1", await Get(), StringComparison.Ordinal);
        Assert.True(client.Call("CONFIG", "SET", "metrics-bind", "nowhere").IsError);

        int other = FreePort();
        Assert.Equal("OK", client.Call("CONFIG", "SET", "metrics-port", other).Text);
        Assert.Contains("redis_up 1", await http.GetStringAsync($"http://127.0.0.1:{other}/metrics"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(Get);

        Assert.Equal("OK", client.Call("CONFIG", "SET", "metrics-port", 0).Text);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync($"http://127.0.0.1:{other}/metrics"));
    }

    private static async Task Send(Socket socket, byte[] bytes)
    {
        try
        {
            for (int sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
        catch (SocketException)
        {
            // It was cut off before it had said everything, which is what it deserves.
        }
    }

    private Task<string> Get() => http.GetStringAsync($"http://127.0.0.1:{port}/metrics");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
