using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModularKv.TestKit;

/// <summary>A small blocking client for one connection. Not for use by two threads at once.</summary>
public sealed class RespClient : IDisposable
{
    private readonly Socket socket;
    private readonly string name;
    private readonly RespReader reader;
    private readonly Queue<string> pending = new();

    private RespClient(Socket socket, string name, TimeSpan timeout)
    {
        this.socket = socket;
        this.name = name;
        socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
        socket.SendTimeout = (int)timeout.TotalMilliseconds;
        reader = new RespReader(Receive);
    }

    /// <summary>How long one read or write waits unless a caller says otherwise.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The connection's own end, as CLIENT LIST shows it under addr.</summary>
    public string LocalAddress => socket.LocalEndPoint?.ToString() ?? "";

    /// <summary>Connects to a loopback port.</summary>
    public static RespClient Connect(int port, TimeSpan? timeout = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        return Open(socket, new IPEndPoint(IPAddress.Loopback, port), $"127.0.0.1:{port}", timeout);
    }

    /// <summary>Connects to a unix socket.</summary>
    public static RespClient ConnectUnix(string path, TimeSpan? timeout = null)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return Open(socket, new UnixDomainSocketEndPoint(path), path, timeout);
    }

    private static RespClient Open(Socket socket, EndPoint to, string name, TimeSpan? timeout)
    {
        try
        {
            socket.Connect(to);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        return new RespClient(socket, name, timeout ?? DefaultTimeout);
    }

    /// <summary>The value of a field of INFO.</summary>
    /// <exception cref="InvalidOperationException">The section has no such field.</exception>
    public string Info(string section, string field)
    {
        string[] lines = Call("INFO", section).Text.Split("\r\n");
        return lines.First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..];
    }

    /// <summary>Sends a command and reads one frame.</summary>
    public Reply Call(params object[] arguments) => Call(Command.Of(arguments));

    /// <summary>Sends a command and reads one frame.</summary>
    public Reply Call(Command command)
    {
        Send(command);
        return Read();
    }

    /// <summary>Sends a command without reading; pipelining is several of these, then as many reads.</summary>
    public void Send(Command command)
    {
        pending.Enqueue(command.ToString());
        SendBytes(command.ToWire());
    }

    /// <summary>Sends a command without reading.</summary>
    public void Send(params object[] arguments) => Send(Command.Of(arguments));

    /// <summary>Sends an inline command; the line end is added.</summary>
    public void SendInline(string line) => SendRaw(Encoding.Latin1.GetBytes(line + "\r\n"));

    /// <summary>Sends bytes as they are.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        pending.Enqueue(Escape.Bytes(bytes));
        SendBytes(bytes);
    }

    /// <summary>Says that nothing more will be sent; replies can still be read.</summary>
    public void FinishSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads the next frame, a push included.</summary>
    /// <exception cref="RespException">Nothing came in time, the connection ended, or it is not RESP. Says what was pending.</exception>
    public Reply Read()
    {
        Reply reply;
        try
        {
            reply = reader.Read();
        }
        catch (SocketException failure)
        {
            throw Lost(failure.SocketErrorCode == SocketError.WouldBlock || failure.SocketErrorCode == SocketError.TimedOut
                ? $"no reply within {socket.ReceiveTimeout} ms" : failure.Message);
        }
        catch (RespException failure)
        {
            throw Lost(failure.Message);
        }
        if (reply.Kind != ReplyKind.Push) pending.TryDequeue(out _);
        return reply;
    }

    /// <summary>Reads as many frames as asked for.</summary>
    public List<Reply> ReadMany(int count)
    {
        List<Reply> replies = new(count);
        for (int i = 0; i < count; i++) replies.Add(Read());
        return replies;
    }

    /// <summary>Reads until the server closes the connection; a reset counts as closing.</summary>
    /// <exception cref="RespException">It did not close in time.</exception>
    public byte[] ReadToEnd()
    {
        using MemoryStream all = new();
        all.Write(reader.Unread);
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int got = Receive(buffer); got > 0; got = Receive(buffer)) all.Write(buffer.AsSpan(0, got));
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
        }
        catch (SocketException failure)
        {
            throw Lost($"the connection stays open ({failure.SocketErrorCode}); so far it said {Escape.Bytes(all.ToArray())}");
        }
        return all.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private int Receive(byte[] buffer) => socket.Receive(buffer);

    private void SendBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[socket.Send(bytes)..];
        }
        catch (SocketException failure)
        {
            throw Lost("sending failed: " + failure.Message);
        }
    }

    private RespException Lost(string why) =>
        new($"{name}: {why}; pending: {(pending.Count == 0 ? "nothing" : string.Join(" | ", pending.Take(5)))}"
            + $"; unread: \"{Escape.Bytes(reader.Unread)}\"");
}

/// <summary>A reply that could not be read.</summary>
public sealed class RespException(string message) : Exception(message);
