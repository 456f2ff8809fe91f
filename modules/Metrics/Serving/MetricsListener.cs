using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModularKv.Metrics.Serving;

/// <summary>
/// Answers GET /metrics on a port of its own, off the loop. One request a connection; few at a time, bounded in bytes and time, so that a
/// malformed, slow or greedy client costs a task and a buffer for some seconds.
/// </summary>
/// <remarks>
/// A responder of its own: HttpListener has no time limits and wants its host names, the exporters of OpenTelemetry and Prometheus bring
/// HttpListener or ASP.NET along.
/// </remarks>
internal sealed class MetricsListener : IDisposable
{
    /// <summary>Connections served at a time; further ones wait to be accepted.</summary>
    private const int ConnectionsMax = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly TcpListener _listener;
    private readonly ServerMeter _meter;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(ConnectionsMax);

    private MetricsListener(TcpListener listener, ServerMeter meter, Action<string> log)
    {
        _listener = listener;
        _meter = meter;
        _log = log;
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts listening.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">0: any that is free.</param>
    /// <param name="meter">What is served.</param>
    /// <param name="log">Takes a line; called on any thread.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public static MetricsListener Open(IPAddress address, int port, ServerMeter meter, Action<string> log)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        var opened = new MetricsListener(listener, meter, log);
        _ = Task.Run(opened.AcceptAsync);
        return opened;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // No descriptors, or the client went before it was accepted: the next one may come through.
                _places.Release();
                _log($"metrics-port: a connection was not accepted: {e.Message}");
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
        }
    }

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
            {
                limit.CancelAfter(Patience);
                NetworkStream stream = client.GetStream();
                byte[] answer = await AnswerAsync(await ReceiveAsync(stream, limit.Token).ConfigureAwait(false)).ConfigureAwait(false);
                await stream.WriteAsync(answer, limit.Token).ConfigureAwait(false);
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went, or was too slow: nobody is left to be told.
        }
        finally
        {
            _places.Release();
        }
    }

    // The whole head, or what came of it before it became too long or the client ended.
    private static async Task<HttpHead?> ReceiveAsync(NetworkStream stream, CancellationToken limit)
    {
        byte[] buffer = new byte[HttpHead.BytesMax];
        int length = 0;
        while (length < buffer.Length)
        {
            int received = await stream.ReadAsync(buffer.AsMemory(length), limit).ConfigureAwait(false);
            if (received == 0) return null;
            length += received;
            int end = HttpHead.EndOf(buffer.AsSpan(0, length));
            if (end >= 0) return HttpHead.TryParse(buffer.AsSpan(0, end), out HttpHead head) ? head : null;
        }

        return null;
    }

    private async Task<byte[]> AnswerAsync(HttpHead? asked)
    {
        if (asked is not { } head) return Response("400 Bad Request", "This is no HTTP request.\n", "text/plain", true);
        bool hasBody = head.Method == "GET";
        if (!hasBody && head.Method != "HEAD") return Response("405 Method Not Allowed", "Only GET and HEAD.\n", "text/plain", true);
        if (head.Path == "/") return Response("200 OK", "<a href=\"/metrics\">metrics</a>\n", "text/html", hasBody);
        if (head.Path != "/metrics") return Response("404 Not Found", "Metrics are at /metrics.\n", "text/plain", hasBody);
        try
        {
            await _meter.RefreshAsync(Patience).ConfigureAwait(false);
            return Response("200 OK", PrometheusText.Collect(_meter.Meter), PrometheusText.ContentType, hasBody);
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the process from a task: the scrape fails and says why.
            _log($"metrics-port: no metrics: {e}");
            return Response("503 Service Unavailable", e.Message + "\n", "text/plain", hasBody);
        }
    }

    private static byte[] Response(string status, string body, string type, bool hasBody)
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {content.Length}\r\n"
            + (status.StartsWith("405", StringComparison.Ordinal) ? "Allow: GET, HEAD\r\n" : "")
            + "Connection: close\r\n\r\n");
        return hasBody ? [.. head, .. content] : head;
    }
}
