using ModularKv.Abstractions.Transport;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Networking;

/// <summary>The handler of a transport's listening sockets: the set's own accepts plain connections and must not have to ask.</summary>
internal sealed class TransportAcceptor(ConnectionSet set, ITransport transport) : LinkHandler
{
    /// <inheritdoc/>
    public override void Readable(Link link)
    {
    }

    /// <inheritdoc/>
    public override void Accepted(Link listener, Link link) => set.Accept(link, transport);

    /// <inheritdoc/>
    public override void AcceptFailed(Link listener, string reason) => set.AcceptFailed(listener, reason);
}
