using ModularKv.Abstractions;

namespace ModularKv.Monitoring.Live;

/// <summary>RESET and the end of a connection end its MONITOR.</summary>
internal sealed class ClientObserver(MonitorFeed feed) : ServerObserver
{
    /// <inheritdoc/>
    public override void Disconnected(Client client) => feed.Remove(client);

    /// <inheritdoc/>
    public override void Reset(Client client) => feed.Remove(client);
}
