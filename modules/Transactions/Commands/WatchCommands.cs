using ModularKv.Abstractions;

namespace ModularKv.Transactions.Commands;

/// <summary>WATCH and UNWATCH.</summary>
internal sealed class WatchCommands(TransactionStates states)
{
    /// <summary>WATCH key [key ...]. Source: redis.io/commands/watch.</summary>
    public void Watch(ref CommandContext call)
    {
        Client client = call.Client;
        if ((client.Flags & ClientFlags.Multi) != 0)
        {
            call.Reply.Error("ERR WATCH inside MULTI is not allowed"u8);
            return;
        }

        // EXEC will fail anyway.
        if ((client.Flags & ClientFlags.DirtyCas) == 0)
        {
            TransactionState state = states.Of(client);
            for (int i = 1; i < call.ArgumentCount; i++) states.Watches.Add(client, state, call.Keys, call.Key(i));
        }

        call.Reply.Ok();
    }

    /// <summary>UNWATCH. Source: redis.io/commands/unwatch.</summary>
    public void Unwatch(ref CommandContext call)
    {
        if (states.Find(call.Client) is { } state) states.Watches.RemoveAll(state);
        call.Client.Flags &= ~ClientFlags.DirtyCas;
        call.Reply.Ok();
    }
}
