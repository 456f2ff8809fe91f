using System.Net;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Networking.Memory;

namespace ModularKv.Host.Networking;

/// <summary>All connections: accepting, receiving, sending, closing.</summary>
internal sealed class ConnectionSet : LinkHandler
{
    private readonly Dictionary<long, Connection> _byId = [];
    private readonly Dictionary<Link, Connection> _byLink = [];
    private readonly List<Link> _listeners = [];
    private readonly Poller _poller;
    private readonly RequestSink _sink;
    private List<Connection> _flush = [];
    private List<Connection> _flushing = [];
    private readonly List<Connection> _resume = [];
    private readonly List<Connection> _close = [];
    private readonly List<Connection> _idle = [];
    private readonly List<TransportLink> _buffered = [];
    private long _nextId;

    public ConnectionSet(Poller poller, RequestSink sink, NetworkSettings settings, IClock clock, ILog log, ServerStatistics statistics)
    {
        _poller = poller;
        _sink = sink;
        Settings = settings;
        Clock = clock;
        Log = log;
        Statistics = statistics;
    }

    public NetworkSettings Settings { get; }

    public IClock Clock { get; }

    public ILog Log { get; }

    public ServerStatistics Statistics { get; }

    /// <summary>Set once by the server: the receiver needs the sink, the sink the clients.</summary>
    public Receiver Receiver { get; set; } = null!;

    public int DatabaseCount { get; set; } = 16;

    public OutputBlocks Blocks { get; } = new();

    /// <summary>What all connections take.</summary>
    public ClientMemory Memory { get; } = new();

    /// <summary>Ends a block; wired by the server.</summary>
    public Func<Client, bool, bool> Unblock { get; set; } = (_, _) => false;

    /// <summary>Makes a connection the default user's when that needs no password; wired by the server.</summary>
    public Action<Client> Authenticate { get; set; } = client => client.IsAuthenticated = true;

    /// <summary>Called for every error reply; wired by the server.</summary>
    public Action<ReplyWriter, string>? ErrorWritten { get; set; }

    /// <summary>All connections, oldest first.</summary>
    public IReadOnlyCollection<Connection> All => [.. _byId.Values.OrderBy(connection => connection.Id)];

    /// <summary>Number of connections.</summary>
    public int Count => _byId.Count;

    public Connection? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>A number no client has had.</summary>
    public long NewId() => ++_nextId;

    /// <summary>Listens on an address, for plain connections or those of a transport.</summary>
    public Link Listen(EndPoint address, int backlog, int unixPermissions = 0, ITransport? transport = null)
    {
        LinkHandler handler = transport is null ? this : new TransportAcceptor(this, transport);
        Link link = _poller.Listen(address, backlog, unixPermissions, handler);
        _listeners.Add(link);
        return link;
    }

    /// <summary>Stops listening.</summary>
    public void StopListening(Link listener)
    {
        _listeners.Remove(listener);
        listener.Close();
    }

    /// <inheritdoc/>
    public override void Accepted(Link listener, Link link) => Accept(link, null);

    /// <summary>Takes a new connection in. One of a transport may do nothing but its handshake until that is complete.</summary>
    public void Accept(Link link, ITransport? transport)
    {
        (string peer, string local, bool isLoopback, bool isUnix) = link.Describe();
        if (_byId.Count >= Settings.ClientsMax)
        {
            // Before a handshake nobody could read it.
            Refuse(link, transport is null ? "-ERR max number of clients reached\r\n" : "");
            return;
        }

        if (transport is null && RefusesRemote(isLoopback || isUnix))
        {
            Refuse(link, ProtectedMode);
            return;
        }

        if (!isUnix) link.Tune(Settings.KeepAliveSeconds);
        if (transport is not null)
        {
            var wrapped = new TransportLink(this, link, transport);
            link = wrapped;
            if (wrapped.IsRefused)
            {
                Refuse(link, "");
                return;
            }
        }

        var connection = new Connection(this, link, new ReplyWriter(Blocks) { ErrorWritten = ErrorWritten })
        {
            Id = NewId(),
            Address = peer,
            LocalAddress = local,
            IsLocal = isLoopback || isUnix,
            Descriptor = link.Descriptor,
            ConnectedAtMs = Clock.UnixMs,
            LastActiveMs = Clock.UnixMs,
        };
        if (isUnix) connection.Flags |= ClientFlags.UnixSocket;
        Authenticate(connection);
        connection.UpdateGate();
        _byId.Add(connection.Id, connection);
        _byLink.Add(link, connection);
        link.Handler = new ConnectionHandler(this, connection);
        if (transport is null) Enter(connection);
    }

    private void Enter(Connection connection)
    {
        connection.IsEntered = true;
        Statistics.ConnectionsReceived++;
        Log.Verbose($"Accepted {connection.Address}");
        Memory.Update(connection);
        _sink.Connected(connection);
    }

    private bool RefusesRemote(bool isLocal) => !isLocal && Settings.RefusesRemote();

    /// <summary>A transport's handshake is complete: now the connection is like any other.</summary>
    public void Established(TransportLink link)
    {
        Connection connection = _byLink[link];
        if ((connection.Flags & ClientFlags.CloseNow) != 0) return; // killed meanwhile, closed at the end of this iteration
        if (RefusesRemote(connection.IsLocal))
        {
            Statistics.ConnectionsRejected++;
            link.Send(Encoding.ASCII.GetBytes(ProtectedMode));
            Close(connection);
            return;
        }

        Authenticate(connection); // what the server asks of its clients may have changed meanwhile
        connection.UpdateGate();
        Enter(connection);
    }

    /// <summary>A transport's handshake failed.</summary>
    public void HandshakeFailed(TransportLink link)
    {
        Connection connection = _byLink[link];
        Log.Warning($"Error accepting a client connection: {link.Error} (addr={connection.Address} laddr={connection.LocalAddress})");
        Close(connection);
    }

    private const string ProtectedMode =
        "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. "
        + "In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to "
        + "Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the command "
        + "'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is running, "
        + "however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change "
        + "permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the "
        + "protected mode option to 'no', and then restarting the server. 3) If you started the server manually just for testing, restart "
        + "it with the '--protected-mode no' option. 4) Setup a an authentication password for the default user. NOTE: You only need to do "
        + "one of the above things in order for the server to start accepting connections from the outside.\r\n";

    private void Refuse(Link link, string reply)
    {
        Statistics.ConnectionsRejected++;
        if (reply.Length > 0) link.Send(Encoding.ASCII.GetBytes(reply));
        link.Close();
    }

    /// <inheritdoc/>
    public override void AcceptFailed(Link listener, string reason) => Log.Warning($"Accepting client connection: {reason}");

    /// <inheritdoc/>
    public override void Readable(Link link) => Receive(_byLink[link]);

    private void Receive(Connection connection)
    {
        if (!Receiver.Receive(connection))
        {
            Receiver.Flush();
            Close(connection);
        }
        else if (!connection.IsClosed)
        {
            Memory.Update(connection);
        }
    }

    private void Writable(Connection connection)
    {
        // Not at once: what has been executed since may have effects that must be written before its reply goes out.
        connection.Link.WatchWritable(false);
        connection.FlushLater();
    }

    /// <summary>Notes that a connection has something to send.</summary>
    public void QueueFlush(Connection connection) => _flush.Add(connection);

    /// <summary>Notes that a connection goes on with what was held.</summary>
    public void QueueResume(Connection connection) => _resume.Add(connection);

    /// <summary>Notes that a connection is to be closed at the end of the batch.</summary>
    public void CloseLater(Connection connection) => _close.Add(connection);

    /// <summary>Sends to all that have something to send.</summary>
    public void FlushAll()
    {
        (_flush, _flushing) = (_flushing, _flush);
        foreach (Connection connection in _flushing) connection.Flush();
        _flushing.Clear();
        CloseQueued();
    }

    /// <summary>Closes those that are to be closed.</summary>
    public void CloseQueued()
    {
        if (_close.Count == 0) return;
        Connection[] closing = [.. _close];
        _close.Clear();
        foreach (Connection connection in closing) Close(connection);
    }

    /// <summary>Goes on with connections that were held.</summary>
    public void ResumeAll()
    {
        // A resumed command may hold and resume again: those wait for the next iteration.
        int count = _resume.Count;
        if (count == 0) return;
        for (int i = 0; i < count; i++) _resume[i].Resume();
        _resume.RemoveRange(0, count);
    }

    /// <summary>Whether <see cref="ResumeAll"/> has something to do.</summary>
    public bool HasResumable => _resume.Count > 0;

    /// <summary>Notes that a transport holds bytes that no event will tell of.</summary>
    public void QueueBuffered(TransportLink link) => _buffered.Add(link);

    /// <summary>Whether <see cref="ReceiveBuffered"/> has something to do.</summary>
    public bool HasBuffered => _buffered.Count > 0;

    /// <summary>Receives what transports hold, once each: who has still more waits until the sockets had their turn.</summary>
    public void ReceiveBuffered()
    {
        int count = _buffered.Count;
        if (count == 0) return;
        for (int i = 0; i < count; i++) _buffered[i].GoOn();
        _buffered.RemoveRange(0, count);
    }

    /// <summary>Closes the connections of a transport that goes, once they have what was said to them: one may have asked for it.</summary>
    public void CloseAll(ITransport transport)
    {
        foreach (Connection connection in _byId.Values)
        {
            if (connection.Link is TransportLink link && link.Transport == transport) connection.Close(afterReplies: true);
        }
    }

    /// <summary>Closes at once.</summary>
    public void Close(Connection connection)
    {
        if (connection.IsClosed) return;
        if (connection.IsEntered) _sink.Closing(connection);
        _byId.Remove(connection.Id);
        _byLink.Remove(connection.Link);
        Memory.Remove(connection);
        connection.Dispose();
    }

    /// <summary>Closes connections that were idle for too long. Called from time to time.</summary>
    public void CloseIdle()
    {
        _idle.Clear();
        foreach (Connection connection in _byId.Values)
        {
            if (connection.IsOverOutputLimit() || IsIdle(connection)) _idle.Add(connection);
        }

        foreach (Connection connection in _idle)
        {
            if (!connection.CheckOutputLimit()) continue;
            Log.Verbose("Closing idle client");
            Close(connection);
        }
    }

    private bool IsIdle(Connection connection)
    {
        if (Settings.IdleSecondsMax == 0 || Clock.UnixMs - connection.LastActiveMs <= Settings.IdleSecondsMax * 1000L) return false;
        const ClientFlags Listening = ClientFlags.PubSub | ClientFlags.Replica | ClientFlags.Master | ClientFlags.Monitor;
        return !connection.IsBlocked && (connection.Flags & Listening) == 0;
    }

    /// <summary>Closes everything.</summary>
    public void Shutdown()
    {
        foreach (Link listener in _listeners) listener.Close();
        foreach (Connection connection in _byId.Values.ToArray())
        {
            connection.Flush();
            Close(connection);
        }
    }

    /// <summary>A connection's own handler: finds it without a look-up.</summary>
    private sealed class ConnectionHandler(ConnectionSet set, Connection connection) : LinkHandler
    {
        public override void Readable(Link link) => set.Receive(connection);

        public override void Writable(Link link) => set.Writable(connection);
    }
}
