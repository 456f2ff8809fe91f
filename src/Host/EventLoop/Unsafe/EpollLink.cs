using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.EventLoop.Unsafe;

/// <summary>A descriptor in an epoll set.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed unsafe class EpollLink(EpollPoller poller, int descriptor, bool isListener) : Link
{
    private bool _watchRead = true;
    private bool _watchWrite;
    private bool _closed;

    public bool IsListener { get; } = isListener;

    /// <inheritdoc/>
    public override int Descriptor => descriptor;

    /// <inheritdoc/>
    public override int Receive(Span<byte> into)
    {
        nint received;
        fixed (byte* p = into) received = Libc.Recv(descriptor, p, into.Length, 0);
        if (received >= 0) return (int)received;
        int error = Libc.Error;
        return error is Libc.Again or Libc.Interrupted ? WouldBlock : Failed;
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            nint sent = Libc.Send(descriptor, p, bytes.Length, Libc.NoSignal);
            if (sent >= 0) return (int)sent;
            int error = Libc.Error;
            return error is Libc.Again or Libc.Interrupted ? WouldBlock : Failed;
        }
    }

    /// <inheritdoc/>
    public override void WatchWritable(bool on)
    {
        if (_watchWrite == on || _closed) return;
        _watchWrite = on;
        poller.Watch(descriptor, _watchRead, on);
    }

    /// <inheritdoc/>
    public override void WatchReadable(bool on)
    {
        if (_watchRead == on || _closed) return;
        _watchRead = on;
        poller.Watch(descriptor, on, _watchWrite);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (_closed) return;
        _closed = true;
        poller.Forget(descriptor);
    }

    /// <inheritdoc/>
    public override void Tune(int keepAliveSeconds)
    {
        int one = 1;
        Libc.SetOption(descriptor, 6, 1, &one, sizeof(int)); // TCP_NODELAY
        if (keepAliveSeconds <= 0) return;
        Libc.SetOption(descriptor, 1, 9, &one, sizeof(int)); // SO_KEEPALIVE
        int interval = Math.Max(1, keepAliveSeconds / 3), count = 3;
        Libc.SetOption(descriptor, 6, 4, &keepAliveSeconds, sizeof(int)); // TCP_KEEPIDLE
        Libc.SetOption(descriptor, 6, 5, &interval, sizeof(int)); // TCP_KEEPINTVL
        Libc.SetOption(descriptor, 6, 6, &count, sizeof(int)); // TCP_KEEPCNT
    }

    /// <inheritdoc/>
    public override (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe()
    {
        byte* buffer = stackalloc byte[128];
        EndPoint? local = Name(Libc.SocketName, buffer);
        EndPoint? peer = Name(Libc.PeerName, buffer);
        if (local is UnixDomainSocketEndPoint unix) return (unix + ":0", unix + ":0", true, true);
        bool loopback = peer is IPEndPoint ip && IPAddress.IsLoopback(ip.Address);
        return (Text(peer), Text(local), loopback, false);
    }

    private static string Text(EndPoint? end)
    {
        if (end is not IPEndPoint ip) return "?:0";
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip.Address}]:{ip.Port}" : $"{ip.Address}:{ip.Port}";
    }

    private EndPoint? Name(delegate* unmanaged<int, void*, int*, int> call, byte* buffer)
    {
        int size = 128;
        if (call(descriptor, buffer, &size) != 0 || size < 2) return null;
        ushort family = *(ushort*)buffer;
        if (family == 2) return new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(buffer + 4, 4)), (buffer[2] << 8) | buffer[3]);
        if (family == 10) return new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(buffer + 8, 16)), (buffer[2] << 8) | buffer[3]);
        if (family != 1) return null;
        string path = Marshal.PtrToStringUTF8((nint)(buffer + 2)) ?? "";
        return new UnixDomainSocketEndPoint(path.Length == 0 ? "/" : path);
    }
}
