using ModularKv.Abstractions;

namespace ModularKv.Transactions;

/// <summary>RESET and the end of a connection drop its transaction.</summary>
internal sealed class ClientObserver(TransactionStates states) : ServerObserver
{
    /// <inheritdoc/>
    public override void Disconnected(Client client)
    {
        if (states.Find(client) is { IsExecuting: false }) states.End(client);
    }

    /// <inheritdoc/>
    public override void Reset(Client client) => Disconnected(client);
}
