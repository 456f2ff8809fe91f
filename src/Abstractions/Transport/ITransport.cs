namespace ModularKv.Abstractions.Transport;

/// <summary>
/// A way to carry what clients and server say to each other over a connection: it turns the bytes on the wire into plain ones and back.
/// A module registers one with <see cref="IModuleRegistry.Listen"/>; the server then accepts connections on its port.
/// </summary>
/// <remarks>
/// Not yet stable: this namespace may change between minor versions. Loop thread only. What the server does with its clients (limits,
/// protected mode, timeout, CLIENT LIST and KILL) holds for connections of every transport.
/// </remarks>
public interface ITransport
{
    /// <summary>Shown in the log: "TLS".</summary>
    string Name { get; }

    /// <summary>The TCP port that the server listens on for it, at the addresses of <c>bind</c>; 0: none.</summary>
    int Port { get; }

    /// <summary>Begins a connection that was accepted.</summary>
    /// <param name="wire">The connection's raw bytes. Belongs to the server; usable until the session is disposed of.</param>
    /// <returns>The session; the server disposes of it. Null: refused, the connection is closed.</returns>
    TransportSession? Accept(IWire wire);
}

/// <summary>The listening sockets of a transport.</summary>
public interface ITransportListener
{
    /// <summary>
    /// Makes the server listen where <see cref="ITransport.Port"/> says now. Before the server listens at all it does nothing: the server
    /// opens the port by itself. Connections that exist go on.
    /// </summary>
    /// <returns>Null, or why it cannot, in the words of CONFIG SET's errors; then nothing is open for this transport.</returns>
    string? Reopen();
}

/// <summary>The raw bytes of one connection. Never waits.</summary>
public interface IWire
{
    /// <summary>Receives what is there.</summary>
    /// <returns>Bytes received; 0: the peer closed; <see cref="WouldBlock"/>; <see cref="Failed"/>.</returns>
    int Receive(Span<byte> into);

    /// <summary>Sends as much as the system takes.</summary>
    /// <returns>Bytes sent; <see cref="WouldBlock"/>; <see cref="Failed"/>.</returns>
    int Send(ReadOnlySpan<byte> bytes);

    /// <summary>Nothing is there to receive, or no room to send.</summary>
    const int WouldBlock = -1;

    /// <summary>The connection is broken.</summary>
    const int Failed = -2;
}
