using System.Net;
using System.Net.Sockets;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.Configuration;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Server;

/// <summary>The addresses that the server listens on: bind, port and unixsocket.</summary>
internal sealed class Listeners
{
    private readonly Kernel _kernel;
    private readonly ServerParameters _parameters;
    private readonly List<Link> _open = [];
    private Link? _unix;
    private bool _isOpen;

    public Listeners(Kernel kernel)
    {
        _kernel = kernel;
        _parameters = kernel.Parameters;
        kernel.Transports.Reopen = ReopenTransport;
        kernel.Transports.Close = port => CloseAll(port.Open);
    }

    /// <summary>Opens everything. Null, or why not.</summary>
    public string? Open()
    {
        _isOpen = true;
        if (OpenTcp(_open, (int)_parameters.Port.Value, null) is { } error) return error;
        foreach (TransportPort port in _kernel.Transports.Ports)
        {
            if (OpenTcp(port.Open, port.Transport.Port, port.Transport) is { } refusal) return refusal;
        }

        if (_parameters.UnixSocket.Value is not { Length: > 0 } path)
        {
            bool listens = _open.Count > 0 || _kernel.Transports.Ports.Any(port => port.Open.Count > 0);
            return listens ? null : "Configured to not listen anywhere, exiting.";
        }

        try
        {
            File.Delete(path); // left behind by an earlier run
            int backlog = (int)_parameters.TcpBacklog.Value;
            _unix = _kernel.Connections.Listen(new UnixDomainSocketEndPoint(path), backlog, (int)_parameters.UnixSocketPerm.Value);
            _kernel.Log.Notice($"The server is now ready to accept connections at {path}");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Failed opening Unix socket: bind: {e.Message}";
        }
    }

    private string? OpenTcp(List<Link> into, int port, ITransport? transport)
    {
        string kind = transport?.Name ?? "TCP";
        if (port == 0) return null;
        string[] addresses = [.. _parameters.Bind.Value.Where(entry => entry.Length > 0)];
        if (addresses.Length == 0) return null; // bind "": no TCP at all
        foreach (string entry in addresses)
        {
            bool optional = entry.StartsWith('-');
            string text = optional ? entry[1..] : entry;
            if (text.Length == 0) continue;
            if (Resolve(text) is not { } address)
            {
                if (optional) continue;
                return $"Could not create server {kind} listening socket {text}:{port}: Name or service not known";
            }

            try
            {
                into.Add(_kernel.Connections.Listen(
                    new IPEndPoint(address, port), (int)_parameters.TcpBacklog.Value, transport: transport));
            }
            catch (IOException e)
            {
                if (optional) continue;
                _kernel.Log.Warning($"Could not create server {kind} listening socket {text}:{port}: bind: {e.Message}");
                return "Failed listening on port " + port + $" ({kind}), aborting.";
            }
        }

        return into.Count == 0 ? "Failed listening on port " + port + $" ({kind}), aborting." : null;
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

    /// <summary>
    /// CONFIG SET port: closes the old sockets and opens the new ones. Null, or why not: the caller then reopens the old.
    /// </summary>
    public string? Reopen()
    {
        CloseAll(_open);
        return InWords(OpenTcp(_open, (int)_parameters.Port.Value, null), _open);
    }

    /// <summary>CONFIG SET bind: the same for every port.</summary>
    public string? ReopenAll()
    {
        string? error = Reopen();
        foreach (TransportPort port in _kernel.Transports.Ports) error ??= ReopenTransport(port);
        return error;
    }

    // Before the server listens, Open will do it.
    private string? ReopenTransport(TransportPort port)
    {
        if (!_isOpen) return null;
        CloseAll(port.Open);
        return InWords(OpenTcp(port.Open, port.Transport.Port, port.Transport), port.Open);
    }

    private void CloseAll(List<Link> links)
    {
        foreach (Link link in links) _kernel.Connections.StopListening(link);
        links.Clear();
    }

    private string? InWords(string? error, List<Link> opened)
    {
        if (error is null) return null;
        CloseAll(opened);
        return error.StartsWith("Failed listening", StringComparison.Ordinal)
            ? "Unable to listen on this port. Check server logs."
            : "Failed to bind to specified addresses.";
    }

    /// <summary>Removes the unix socket's file.</summary>
    public void Close()
    {
        if (_unix is null) return;
        File.Delete(_parameters.UnixSocket.Text);
    }
}
