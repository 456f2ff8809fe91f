using ModularKv.Abstractions;

namespace ModularKv.Tracking.Invalidation;

/// <summary>Remembers the keys that tracking clients read. Nobody else's commands come here. Source: trackingRememberKeys.</summary>
internal sealed class ReadFollower(TrackedClients clients, InvalidationTable table, KeyLimit limit) : CommandInterceptor
{
    private readonly KeyPositions _keys = new();

    /// <inheritdoc/>
    public override int Order => 900;

    /// <inheritdoc/>
    public override bool WantsBefore => false;

    /// <inheritdoc/>
    public override void After(ref CommandContext call, long micros)
    {
        Command command = call.Command;
        if ((command.Flags & (CommandFlags.ReadOnly | CommandFlags.PubSub)) != CommandFlags.ReadOnly) return;
        if (StateOf(ref call) is not { NeedsFollowing: true, RemembersReads: true } state) return;
        if (command.LegacyKeys == (1, 1, 1) && command.Spec.Keys.Length == 1)
        {
            Remember(ref call, 1, state);
        }
        else if (call.Server.Commands.FindKeys(command, call.Arguments, _keys))
        {
            for (int i = 0; i < _keys.Count; i++)
            {
                if ((_keys.FlagsOf(i) & KeyFlags.NotKey) == 0) Remember(ref call, _keys[i], state);
            }
        }

        limit.Enforce();
    }

    /// <inheritdoc/>
    public override void Completed(Client client, Command? command)
    {
        // CLIENT CACHING holds for the next command or transaction; CLIENT itself does not count. Source: resetClient.
        if (clients.Find(client) is not { CachingGiven: true } state) return;
        if ((client.Flags & ClientFlags.Multi) == 0 && command?.Container?.Spec.Name != "client") clients.SetCaching(state, false);
    }

    private void Remember(ref CommandContext call, int index, TrackedClient state)
    {
        KeyRef key = call.Key(index);
        table.Remember(key.Bytes, key.Hash, state.Number);
    }

    // A script reads on behalf of the one who called it.
    private TrackedClient? StateOf(ref CommandContext call)
    {
        bool standsIn = (call.Client.Flags & (ClientFlags.Virtual | ClientFlags.Internal)) == ClientFlags.Virtual;
        Client? reader = standsIn ? call.Server.CurrentClient : call.Client;
        return reader is null ? null : clients.Find(reader);
    }
}
