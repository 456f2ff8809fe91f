using System.Net;
using System.Net.Sockets;
using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>
/// Clients that connect, work and go at random moments: in the middle of a command, of a transaction, blocked, subscribed, with replies
/// that nobody reads. Not thread-safe; each thread drives its own.
/// </summary>
internal sealed class ClientChurn(int port, int clients, int seed) : IDisposable
{
    private const int LargeBytes = 200_000;
    private readonly Random _random = new(seed);
    private readonly Socket?[] _sockets = new Socket?[clients];
    private readonly byte[] _scratch = new byte[64 * 1024];

    /// <summary>Connections that were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Does so many things, each to a client chosen at random.</summary>
    public void Run(int actions)
    {
        for (int i = 0; i < actions; i++) Act(_random.Next(_sockets.Length));
    }

    private void Act(int index)
    {
        if (_sockets[index] is not { } socket)
        {
            _sockets[index] = Connect();
            return;
        }

        try
        {
            int kind = _random.Next(10);
            if (kind == 0) Drop(index);
            else if (kind < 3) Read(index, socket);
            else Send(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            Drop(index); // killed by the server, as another client asked for
        }
    }

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Blocking = false;
        Opened++;
        return socket;
    }

    // Half of them by a reset instead of an orderly end.
    private void Drop(int index)
    {
        Socket socket = _sockets[index]!;
        _sockets[index] = null;
        if (_random.Next(2) == 0) socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private void Read(int index, Socket socket)
    {
        while (socket.Available > 0) socket.Receive(_scratch, SocketFlags.None);
        if (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0) Drop(index);
    }

    private void Send(Socket socket)
    {
        byte[] bytes = [.. Enumerable.Range(0, _random.Next(1, 8)).SelectMany(_ => Next())];
        int whole = _random.Next(4) == 0 ? _random.Next(bytes.Length) + 1 : bytes.Length;
        socket.Send(bytes.AsSpan(0, whole), SocketFlags.None, out SocketError error);
        if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new SocketException((int)error);
    }

    private byte[] Next()
    {
        string key = "churn:" + _random.Next(200);
        return _random.Next(14) switch
        {
            0 => Wire("SET", key, new string('x', _random.Next(100))),
            1 => Wire("GET", key),
            2 => Wire("SET", key, new string('y', LargeBytes)),
            3 => Wire("BLPOP", "churn:none:" + _random.Next(5), "0"),
            4 => Wire("SUBSCRIBE", "churn:" + _random.Next(5), "other"),
            5 => Wire("PUBLISH", "churn:" + _random.Next(5), new string('m', _random.Next(3000))),
            6 => [.. Wire("MULTI"), .. Wire("SET", key, "1")],
            7 => Wire("EXEC"),
            8 => Wire("WATCH", key),
            9 => Wire("HELLO", _random.Next(2) == 0 ? "2" : "3"),
            10 => Wire("CLIENT", "SETNAME", "name" + _random.Next(10)),
            11 => Wire("CLIENT", "REPLY", _random.Next(2) == 0 ? "SKIP" : "ON"),
            12 => _random.Next(50) == 0 ? "*99999999999\r\n"u8.ToArray() : Wire("PING"),
            _ => Wire("RESET"),
        };
    }

    private static byte[] Wire(params object[] words) => Command.Of(words).ToWire();

    /// <summary>Ends what is left.</summary>
    public void Dispose()
    {
        foreach (Socket? socket in _sockets) socket?.Dispose();
    }
}
