using ModularKv.Abstractions;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub;

/// <summary>RESET and the end of a connection end its subscriptions.</summary>
internal sealed class ClientObserver(Subscriptions subscriptions) : ServerObserver
{
    /// <inheritdoc/>
    public override void Disconnected(Client client) => subscriptions.RemoveAll(client);

    /// <inheritdoc/>
    public override void Reset(Client client)
    {
        subscriptions.RemoveAll(client);
        subscriptions.UpdateMode(client);
    }
}
