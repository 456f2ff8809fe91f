using ModularKv.Abstractions;
using ModularKv.Tracking.Broadcasting;
using ModularKv.Tracking.Invalidation;

namespace ModularKv.Tracking;

/// <summary>RESET and the end of a connection end its tracking; the loop's rhythm sends broadcasts and keeps the table in bounds.</summary>
internal sealed class ServerEvents(TrackedClients clients, InvalidationTable table, KeyLimit limit, Announcer announcer) : ServerObserver
{
    /// <inheritdoc/>
    public override bool WantsBeforeSleep => true;

    /// <inheritdoc/>
    public override void Disconnected(Client client) => clients.Remove(client);

    /// <inheritdoc/>
    public override void Reset(Client client) => clients.Disable(client);

    /// <inheritdoc/>
    public override void BeforeSleep() => announcer.Send();

    /// <inheritdoc/>
    public override void Tick()
    {
        if (clients.Tracking.Count > 0) limit.Enforce();
        table.FreeSome();
    }
}
