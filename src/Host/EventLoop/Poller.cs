using System.Net;
using System.Runtime.InteropServices;

namespace ModularKv.Host.EventLoop;

/// <summary>Tells which links are ready. One thread; only <see cref="Wake"/> may be called from others.</summary>
internal abstract class Poller : IDisposable
{
    /// <summary>Starts listening. The handler's <see cref="LinkHandler.Accepted"/> gets every new link.</summary>
    /// <exception cref="IOException">The address cannot be used; the message says why.</exception>
    public abstract Link Listen(EndPoint address, int backlog, int unixPermissions, LinkHandler handler);

    /// <summary>Waits for events and calls the handlers.</summary>
    /// <param name="timeoutMs">How long at most; -1: without end.</param>
    /// <param name="awake">Called once after the wait, before the first handler: the place to read the clock.</param>
    public abstract void Wait(int timeoutMs, Action awake);

    /// <summary>Ends a wait early. Any thread.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The best poller of this system. The raw one knows epoll_event's layout on x86-64 (packed) only.</summary>
    public static Poller Create(bool portable = false)
        => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && !portable
            ? new Unsafe.EpollPoller()
            : new PortablePoller();
}

/// <summary>One end of a connection, or a listener. All members on the loop thread.</summary>
internal abstract class Link
{
    /// <summary>Who is told of events.</summary>
    public LinkHandler Handler { get; set; } = null!;

    /// <summary>File descriptor, or a number that stands for one.</summary>
    public abstract int Descriptor { get; }

    /// <summary>Receives what is there.</summary>
    /// <returns>Bytes received; 0: the peer closed; <see cref="WouldBlock"/>; <see cref="Failed"/>.</returns>
    public abstract int Receive(Span<byte> into);

    /// <summary>Sends as much as the system takes.</summary>
    /// <returns>Bytes sent; <see cref="WouldBlock"/>; <see cref="Failed"/>.</returns>
    public abstract int Send(ReadOnlySpan<byte> bytes);

    /// <summary>Asks for <see cref="LinkHandler.Writable"/>, or no longer.</summary>
    public abstract void WatchWritable(bool on);

    /// <summary>Asks for <see cref="LinkHandler.Readable"/>, or no longer.</summary>
    public abstract void WatchReadable(bool on);

    /// <summary>Closes. No handler is called afterwards.</summary>
    public abstract void Close();

    /// <summary>Sets no-delay and keep-alive (seconds; 0: off).</summary>
    public abstract void Tune(int keepAliveSeconds);

    /// <summary>"ip:port" of the peer and of this end; unix sockets: the path and ":0".</summary>
    public abstract (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe();

    /// <summary>Nothing was there, or nothing could be sent.</summary>
    public const int WouldBlock = -1;

    /// <summary>The connection is broken.</summary>
    public const int Failed = -2;
}

/// <summary>Is told of a link's events.</summary>
internal abstract class LinkHandler
{
    /// <summary>There is something to receive, or the peer closed.</summary>
    public abstract void Readable(Link link);

    /// <summary>There is room to send.</summary>
    public virtual void Writable(Link link)
    {
    }

    /// <summary>A listener accepted a connection.</summary>
    public virtual void Accepted(Link listener, Link link)
    {
    }

    /// <summary>A listener could not accept (out of descriptors).</summary>
    public virtual void AcceptFailed(Link listener, string reason)
    {
    }
}
