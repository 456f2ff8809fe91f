using System.Net;
using System.Net.Sockets;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Host.Networking;

/// <summary>Connections outward over TCP.</summary>
internal sealed class Dialer : IDialer
{
    private const long MicrosPerMs = 1000;

    /// <inheritdoc/>
    public DialedConnection Dial(string host, int port, long timeoutMs)
    {
        if (port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort) throw new IOException($"{port} is no port");
        Exception? refusal = null;
        foreach (IPAddress address in Resolve(host))
        {
            try
            {
                return Connect(new IPEndPoint(address, port), timeoutMs);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                refusal = e; // the next address may be the one
            }
        }

        throw refusal ?? new UnknownHostException($"{host} has no address");
    }

    private static IPAddress[] Resolve(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address)) return [address];
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new UnknownHostException($"the address of {host} cannot be found: {e.Message}", e);
        }
    }

    private static TcpConnection Connect(IPEndPoint target, long timeoutMs)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
        try
        {
            try
            {
                socket.Connect(target);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                Wait(socket, SelectMode.SelectWrite, timeoutMs);
                int error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
                if (error != 0) throw new SocketException(error);
            }

            return new TcpConnection(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"{target}: {e.Message}", e);
        }
        catch (TimeoutException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Wait(Socket socket, SelectMode mode, long timeoutMs)
    {
        // Poll takes its time as an int of microseconds.
        while (timeoutMs > 0)
        {
            long piece = Math.Min(timeoutMs, int.MaxValue / MicrosPerMs);
            if (socket.Poll((int)(piece * MicrosPerMs), mode)) return;
            timeoutMs -= piece;
        }

        throw new TimeoutException("the peer took too long");
    }

    private sealed class TcpConnection(Socket socket) : DialedConnection
    {
        public override void Send(ReadOnlySpan<byte> bytes, long timeoutMs)
        {
            while (bytes.Length > 0)
            {
                int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock) Wait(socket, SelectMode.SelectWrite, timeoutMs);
                else if (error != SocketError.Success) throw new IOException($"sending failed: {error}");
                else bytes = bytes[sent..];
            }
        }

        public override int Receive(Span<byte> into, long timeoutMs)
        {
            while (true)
            {
                int received = socket.Receive(into, SocketFlags.None, out SocketError error);
                if (error == SocketError.Success) return received;
                if (error != SocketError.WouldBlock) throw new IOException($"receiving failed: {error}");
                Wait(socket, SelectMode.SelectRead, timeoutMs);
            }
        }

        public override void Dispose() => socket.Dispose();
    }
}
