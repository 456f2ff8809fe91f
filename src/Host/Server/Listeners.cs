using System.Net;
using System.Net.Sockets;
using ModularKv.Host.Configuration;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Server;

/// <summary>The addresses that the server listens on: bind, port and unixsocket.</summary>
internal sealed class Listeners(Kernel kernel)
{
    private readonly ServerParameters _parameters = kernel.Parameters;
    private List<Link> _open = [];
    private Link? _unix;

    /// <summary>Opens everything. Null, or why not.</summary>
    public string? Open()
    {
        string? error = OpenTcp(_open);
        if (error is not null) return error;
        if (_parameters.UnixSocket.Value is not { Length: > 0 } path) return null;
        try
        {
            File.Delete(path); // left behind by an earlier run
            int backlog = (int)_parameters.TcpBacklog.Value;
            _unix = kernel.Connections.Listen(new UnixDomainSocketEndPoint(path), backlog, (int)_parameters.UnixSocketPerm.Value);
            kernel.Log.Notice($"The server is now ready to accept connections at {path}");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Failed opening Unix socket: bind: {e.Message}";
        }
    }

    private string? OpenTcp(List<Link> into)
    {
        int port = (int)_parameters.Port.Value;
        if (port == 0) return null;
        IReadOnlyList<string> addresses = _parameters.Bind.Value;
        foreach (string entry in addresses.Count == 0 ? ["*", "-::*"] : addresses)
        {
            bool optional = entry.StartsWith('-');
            string text = optional ? entry[1..] : entry;
            if (text.Length == 0) continue;
            if (Resolve(text) is not { } address)
            {
                if (optional) continue;
                return $"Could not create server TCP listening socket {text}:{port}: Name or service not known";
            }

            try
            {
                into.Add(kernel.Connections.Listen(new IPEndPoint(address, port), (int)_parameters.TcpBacklog.Value));
            }
            catch (IOException e)
            {
                if (optional) continue;
                kernel.Log.Warning($"Could not create server TCP listening socket {text}:{port}: bind: {e.Message}");
                return "Failed listening on port " + port + " (TCP), aborting.";
            }
        }

        return into.Count == 0 ? "Failed listening on port " + port + " (TCP), aborting." : null;
    }

    private static IPAddress? Resolve(string text)
    {
        if (text == "*") return IPAddress.Any;
        if (text == "::*") return IPAddress.IPv6Any;
        if (IPAddress.TryParse(text, out IPAddress? address)) return address;
        try
        {
            return Dns.GetHostAddresses(text).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null; // the caller says which name and goes on where the address is optional
        }
    }

    /// <summary>CONFIG SET port or bind: opens the new addresses, then closes the old ones. Null, or why not (the old ones stay).</summary>
    public string? Reopen()
    {
        List<Link> old = _open;
        foreach (Link link in old) kernel.Connections.StopListening(link);
        var opened = new List<Link>();
        if (OpenTcp(opened) is { } error)
        {
            foreach (Link link in opened) kernel.Connections.StopListening(link);
            _open = [];
            return error.StartsWith("Failed listening", StringComparison.Ordinal)
                ? "Unable to listen on this port. Check server logs."
                : "Failed to bind to specified addresses.";
        }

        _open = opened;
        return null;
    }

    /// <summary>Removes the unix socket's file.</summary>
    public void Close()
    {
        if (_unix is null) return;
        File.Delete(_parameters.UnixSocket.Text);
    }
}
