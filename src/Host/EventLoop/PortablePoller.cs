using System.Net;
using System.Net.Sockets;

namespace ModularKv.Host.EventLoop;

/// <summary>Works wherever .NET has sockets (macOS, Windows), through Socket.Select; slower with many connections.</summary>
internal sealed class PortablePoller : Poller
{
    private const int MicrosPerMs = 1000;

    /// <summary>Longest wait, so that a lost wake-up costs little.</summary>
    private const int WaitMsMax = 100;

    private readonly Dictionary<Socket, SocketLink> _links = [];
    private readonly Socket _wakeReceiver;
    private readonly Socket _wakeSender;
    private readonly Lock _wakeGate = new();
    private bool _disposed;
    private readonly List<Socket> _read = [];
    private readonly List<Socket> _write = [];
    private int _nextDescriptor = 3;

    public PortablePoller()
    {
        _wakeReceiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _wakeReceiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeSender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _wakeSender.Connect(_wakeReceiver.LocalEndPoint!);
    }

    /// <inheritdoc/>
    public override void Wait(int timeoutMs, Action awake)
    {
        _read.Clear();
        _write.Clear();
        _read.Add(_wakeReceiver);
        foreach (SocketLink link in _links.Values)
        {
            if (link.WantsRead) _read.Add(link.Socket);
            if (link.WantsWrite) _write.Add(link.Socket);
        }

        int wait = timeoutMs < 0 ? WaitMsMax : Math.Min(timeoutMs, WaitMsMax);
        Socket.Select(_read, _write.Count == 0 ? null : _write, null, wait * MicrosPerMs);
        awake();
        foreach (Socket socket in _write.ToArray())
        {
            if (_links.TryGetValue(socket, out SocketLink? link) && link.WantsWrite) link.Handler.Writable(link);
        }

        foreach (Socket socket in _read.ToArray())
        {
            if (socket == _wakeReceiver) DrainWake();
            else if (_links.TryGetValue(socket, out SocketLink? link)) Deliver(link);
        }
    }

    private void DrainWake()
    {
        Span<byte> one = stackalloc byte[16];
        while (_wakeReceiver.Available > 0) _wakeReceiver.Receive(one);
    }

    private void Deliver(SocketLink link)
    {
        if (!link.IsListener)
        {
            link.Handler.Readable(link);
            return;
        }

        try
        {
            Socket accepted = link.Socket.Accept();
            accepted.Blocking = false;
            link.Handler.Accepted(link, Register(accepted, false, link.Handler));
        }
        catch (SocketException e)
        {
            if (e.SocketErrorCode != SocketError.WouldBlock) link.Handler.AcceptFailed(link, e.Message);
        }
    }

    private SocketLink Register(Socket socket, bool isListener, LinkHandler handler)
    {
        var link = new SocketLink(this, socket, _nextDescriptor++, isListener) { Handler = handler };
        _links.Add(socket, link);
        return link;
    }

    internal void Forget(Socket socket)
    {
        _links.Remove(socket);
        socket.Dispose();
    }

    /// <inheritdoc/>
    public override Link Listen(EndPoint address, int backlog, int unixPermissions, LinkHandler handler)
    {
        ProtocolType protocol = address is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;

            // Unix sockets do not know it, and on Windows it would let two servers share a port.
            bool isPlain = address is UnixDomainSocketEndPoint || OperatingSystem.IsWindows();
            if (!isPlain) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Blocking = false;
            socket.Bind(address);
            socket.Listen(backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException(e.Message, e);
        }

        if (address is UnixDomainSocketEndPoint && unixPermissions != 0 && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(address.ToString()!, (UnixFileMode)unixPermissions);
        }

        return Register(socket, true, handler);
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        // Background work may end after the loop.
        lock (_wakeGate)
        {
            if (!_disposed) _wakeSender.Send([1]);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SocketLink link in _links.Values.ToArray()) link.Close();
        lock (_wakeGate)
        {
            _disposed = true;
            _wakeReceiver.Dispose();
            _wakeSender.Dispose();
        }
    }
}

/// <summary>A link over a Socket.</summary>
internal sealed class SocketLink(PortablePoller poller, Socket socket, int descriptor, bool isListener) : Link
{
    private bool _closed;

    public Socket Socket => socket;

    public bool IsListener => isListener;

    public bool WantsRead { get; private set; } = true;

    public bool WantsWrite { get; private set; }

    /// <inheritdoc/>
    public override int Descriptor => descriptor;

    /// <inheritdoc/>
    public override int Receive(Span<byte> into)
    {
        int received = socket.Receive(into, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? received : error == SocketError.WouldBlock ? WouldBlock : Failed;
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? sent : error == SocketError.WouldBlock ? WouldBlock : Failed;
    }

    /// <inheritdoc/>
    public override void WatchWritable(bool on) => WantsWrite = on;

    /// <inheritdoc/>
    public override void WatchReadable(bool on) => WantsRead = on;

    /// <inheritdoc/>
    public override void Close()
    {
        if (_closed) return;
        _closed = true;
        poller.Forget(socket);
    }

    /// <inheritdoc/>
    public override void Tune(int keepAliveSeconds)
    {
        if (socket.AddressFamily == AddressFamily.Unix) return;
        socket.NoDelay = true;
        if (keepAliveSeconds <= 0) return;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, keepAliveSeconds);
    }

    /// <inheritdoc/>
    public override (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe()
    {
        if (socket.LocalEndPoint is not IPEndPoint local) return ($"{socket.LocalEndPoint}:0", $"{socket.LocalEndPoint}:0", true, true);
        var peer = (IPEndPoint)socket.RemoteEndPoint!;
        return (peer.ToString(), local.ToString(), IPAddress.IsLoopback(peer.Address), false);
    }
}
