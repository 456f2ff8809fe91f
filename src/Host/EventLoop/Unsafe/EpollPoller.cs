using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.EventLoop.Unsafe;

/// <summary>
/// Level-triggered epoll on descriptors that this class creates itself: a Socket object's finalizer would close them behind our back.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed unsafe class EpollPoller : Poller
{
    /// <summary>Events taken in one wait.</summary>
    private const int EventsMax = 1024;

    /// <summary>Connections accepted per event, as in Redis: the others must get their turn.</summary>
    private const int AcceptsMax = 1000;

    private const uint In = 1, Out = 4, ErrorOrHangup = 8 | 16;
    private const int Add = 1, Remove = 2, Modify = 3;
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;

    private readonly EpollEvent* _outer = (EpollEvent*)NativeMemory.Alloc(EventsMax * 2, (nuint)sizeof(EpollEvent));
    private bool _isWaiting;
    private bool _isWithin;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Lock _wakeGate = new();
    private bool _disposed;
    private EpollLink?[] _links = new EpollLink?[1024];

    public EpollPoller()
    {
        _epoll = Libc.EpollCreate(CloseOnExec);
        if (_epoll < 0) throw new IOException("epoll_create1: " + Libc.Describe(Libc.Error));
        _wake = Libc.EventDescriptor(0, NonBlocking | CloseOnExec);
        Control(Add, _wake, In);
    }

    /// <inheritdoc/>
    public override void Wait(int timeoutMs, Action awake)
    {
        // A handler may wait again, without time, for who is to be served beside it.
        Invariant.Check(!_isWithin, "a third wait within two others");
        EpollEvent* events = _isWaiting ? _outer + EventsMax : _outer;
        _isWithin = _isWaiting;
        _isWaiting = true;
        int count = Libc.EpollWait(_epoll, events, EventsMax, timeoutMs);
        awake();
        Deliver(events, count);
        _isWaiting = _isWithin;
        _isWithin = false;
    }

    private void Deliver(EpollEvent* all, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int descriptor = (int)all[i].Data;
            uint events = all[i].Events;
            if (descriptor == _wake)
            {
                ulong drained;
                Libc.Read(_wake, &drained, sizeof(ulong));
                continue;
            }

            EpollLink? link = descriptor < _links.Length ? _links[descriptor] : null;
            if (link is null) continue;
            if (link.IsListener)
            {
                AcceptAll(link);
                continue;
            }

            if ((events & Out) != 0) link.Handler.Writable(link);
            if ((events & (In | ErrorOrHangup)) != 0 && _links[descriptor] == link) link.Handler.Readable(link);
        }
    }

    private void AcceptAll(EpollLink listener)
    {
        for (int i = 0; i < AcceptsMax; i++)
        {
            int descriptor = Libc.Accept(listener.Descriptor, null, null, NonBlocking | CloseOnExec);
            if (descriptor < 0)
            {
                int error = Libc.Error;
                if (error != Libc.Again && error != Libc.Interrupted) listener.Handler.AcceptFailed(listener, Libc.Describe(error));
                return;
            }

            var link = new EpollLink(this, descriptor, false) { Handler = listener.Handler };
            Register(link);
            listener.Handler.Accepted(listener, link);
        }
    }

    private void Register(EpollLink link)
    {
        if (link.Descriptor >= _links.Length) Array.Resize(ref _links, Math.Max(_links.Length * 2, link.Descriptor + 1));
        _links[link.Descriptor] = link;
        Control(Add, link.Descriptor, In);
    }

    internal void Watch(int descriptor, bool read, bool write) => Control(Modify, descriptor, (read ? In : 0) | (write ? Out : 0));

    internal void Forget(int descriptor)
    {
        _links[descriptor] = null;
        Libc.Close(descriptor); // closing takes it out of the epoll set
    }

    private void Control(int operation, int descriptor, uint events)
    {
        EpollEvent e;
        e.Events = events;
        e.Data = (ulong)descriptor;
        Libc.EpollControl(_epoll, operation, descriptor, &e);
    }

    /// <inheritdoc/>
    public override Link Listen(EndPoint address, int backlog, int unixPermissions, LinkHandler handler)
    {
        SocketAddress raw = address.Serialize();
        int family = address is UnixDomainSocketEndPoint ? 1 : address.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2;
        int descriptor = Libc.Socket(family, 1 | NonBlocking | CloseOnExec, 0);
        if (descriptor < 0) throw new IOException("socket: " + Libc.Describe(Libc.Error));
        int one = 1;
        Libc.SetOption(descriptor, 1, 2, &one, sizeof(int)); // SOL_SOCKET, SO_REUSEADDR
        if (family == 10) Libc.SetOption(descriptor, 41, 26, &one, sizeof(int)); // IPPROTO_IPV6, IPV6_V6ONLY
        fixed (byte* name = raw.Buffer.Span)
        {
            if (Libc.Bind(descriptor, name, raw.Size) != 0 || Libc.Listen(descriptor, backlog) != 0)
            {
                string reason = Libc.Describe(Libc.Error);
                Libc.Close(descriptor);
                throw new IOException(reason);
            }
        }

        if (family == 1 && unixPermissions != 0) File.SetUnixFileMode(address.ToString()!, (UnixFileMode)unixPermissions);
        var link = new EpollLink(this, descriptor, true) { Handler = handler };
        Register(link);
        return link;
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        // Background work may end after the loop: its wake-up must not reach whoever has the descriptor's number by then.
        lock (_wakeGate)
        {
            if (_disposed) return;
            ulong one = 1;
            Libc.Write(_wake, &one, sizeof(ulong));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (EpollLink? link in _links) link?.Close();
        lock (_wakeGate)
        {
            if (_disposed) return;
            _disposed = true;
            Libc.Close(_wake);
        }

        Libc.Close(_epoll);
        NativeMemory.Free(_outer);
    }
}
