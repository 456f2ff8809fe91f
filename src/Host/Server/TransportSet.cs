using ModularKv.Abstractions.Transport;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Server;

/// <summary>The transports that modules registered. Opened and closed by <see cref="Listeners"/>.</summary>
internal sealed class TransportSet
{
    private readonly List<TransportPort> _ports = [];

    public IReadOnlyList<TransportPort> Ports => _ports;

    /// <summary>Opens a port anew; null or the reason. Wired by <see cref="Listeners"/>.</summary>
    public Func<TransportPort, string?> Reopen { get; set; } = _ => null;

    /// <summary>Closes a port's sockets. Wired by <see cref="Listeners"/>.</summary>
    public Action<TransportPort> Close { get; set; } = _ => { };

    public TransportPort Add(ITransport transport)
    {
        var port = new TransportPort(this, transport);
        _ports.Add(port);
        return port;
    }

    public void Remove(TransportPort port)
    {
        Close(port);
        _ports.Remove(port);
    }
}

/// <summary>A transport and the sockets that listen for it.</summary>
internal sealed class TransportPort(TransportSet set, ITransport transport) : ITransportListener
{
    public ITransport Transport { get; } = transport;

    public List<Link> Open { get; set; } = [];

    /// <inheritdoc/>
    public string? Reopen() => set.Reopen(this);
}
