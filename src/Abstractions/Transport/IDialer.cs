namespace ModularKv.Abstractions.Transport;

/// <summary>Opens connections to other servers and waits for them.</summary>
/// <remarks>
/// The server offers it as a service (<see cref="IServer.Find{T}"/>). Not yet stable. Loop thread only, and the loop stands still
/// meanwhile: for exchanges that must be over before the next command runs (MIGRATE), each with its own limit of time.
/// </remarks>
public interface IDialer
{
    /// <summary>Connects.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port; one that cannot be is refused like one where nobody listens.</param>
    /// <param name="timeoutMs">How long it may take.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    /// <exception cref="UnknownHostException">There is no such host.</exception>
    /// <exception cref="IOException">It refuses.</exception>
    DialedConnection Dial(string host, int port, long timeoutMs);
}

/// <summary>The address of a host cannot be found.</summary>
public sealed class UnknownHostException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>A connection to another server. Dispose it to close it.</summary>
public abstract class DialedConnection : IDisposable
{
    /// <summary>Sends all of the bytes.</summary>
    /// <param name="bytes">Borrowed for the call.</param>
    /// <param name="timeoutMs">How long the peer may take none of them.</param>
    /// <exception cref="TimeoutException">It took none for longer.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    public abstract void Send(ReadOnlySpan<byte> bytes, long timeoutMs);

    /// <summary>Receives what is there, or waits for it.</summary>
    /// <param name="into">At least one byte of room.</param>
    /// <param name="timeoutMs">How long to wait.</param>
    /// <returns>How many bytes; 0: the peer has closed.</returns>
    /// <exception cref="TimeoutException">Nothing came.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    public abstract int Receive(Span<byte> into, long timeoutMs);

    /// <inheritdoc/>
    public abstract void Dispose();
}
