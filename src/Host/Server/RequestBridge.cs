using ModularKv.Abstractions;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Networking;

namespace ModularKv.Host.Server;

/// <summary>Joins networking, which receives commands, and execution, which runs them; neither knows the other.</summary>
internal sealed class RequestBridge(CommandBatch batch, BlockedClients blocked, ServerObservers observers) : RequestSink
{
    /// <inheritdoc/>
    public override int Pending => batch.Count;

    /// <inheritdoc/>
    public override void Add(Client client, int first, int count) => batch.Add(client, first, count);

    /// <inheritdoc/>
    public override Client? Running => batch.Running;

    /// <inheritdoc/>
    public override void Execute() => batch.Run();

    /// <inheritdoc/>
    public override void Connected(Client client) => observers.Connected(client);

    /// <inheritdoc/>
    public override void Closing(Client client)
    {
        blocked.Closing(client);
        observers.Disconnected(client);
    }
}
