using System.Net;
using System.Net.Sockets;

namespace ModularKv.Benchmarks.Beside;

/// <summary>A connection that sends requests and counts replies.</summary>
public sealed class LoadConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ReplyCounter _counter = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _expected;

    /// <summary>Connects to a loopback port.</summary>
    public LoadConnection(int port)
    {
        try
        {
            _socket.Connect(IPAddress.Loopback, port);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Bytes received so far.</summary>
    public long Received { get; private set; }

    /// <summary>Sends requests without waiting for their replies.</summary>
    public void Send(ReadOnlySpan<byte> requests, int replies)
    {
        _expected += replies;
        while (!requests.IsEmpty) requests = requests[_socket.Send(requests)..];
    }

    /// <summary>Waits until all requests are answered.</summary>
    /// <exception cref="InvalidOperationException">One was answered by an error, or the connection ended.</exception>
    public void Wait()
    {
        while (_counter.Replies < _expected)
        {
            int received = _socket.Receive(_buffer);
            if (received == 0) throw new InvalidOperationException("the server closed the connection");
            Received += received;
            _counter.Add(_buffer.AsSpan(0, received));
            if (_counter.Errors > 0) throw new InvalidOperationException($"an error: {Text(received)}");
        }
    }

    /// <summary>Sends a command, waits for its reply, and hands back its last bytes as text.</summary>
    public string Call(params ReadOnlySpan<string> command)
    {
        Send(RequestTemplate.Encode(command), 1);
        string reply = "";
        while (_counter.Replies < _expected)
        {
            int received = _socket.Receive(_buffer);
            if (received == 0) throw new InvalidOperationException("the server closed the connection");
            _counter.Add(_buffer.AsSpan(0, received));
            reply += System.Text.Encoding.Latin1.GetString(_buffer, 0, received);
            if (_counter.Errors > 0) throw new InvalidOperationException($"{command[0]}: {reply}");
        }

        return reply;
    }

    /// <summary>Sends many commands, some hundred in flight.</summary>
    public void Fill(IEnumerable<string[]> commands)
    {
        const int InFlight = 200;
        foreach (string[][] some in commands.Chunk(InFlight))
        {
            Send(some.SelectMany(command => RequestTemplate.Encode(command)).ToArray(), some.Length);
            Wait();
        }
    }

    /// <summary>Reads and counts bytes until the connection is disposed; for subscribers.</summary>
    public async Task Drain()
    {
        try
        {
            while (true)
            {
                int received = await _socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None);
                if (received == 0) return;
                Received += received;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private string Text(int received) => System.Text.Encoding.Latin1.GetString(_buffer, 0, Math.Min(received, 200));
}
