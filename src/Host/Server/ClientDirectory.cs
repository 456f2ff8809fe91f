using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Commands;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Networking;

namespace ModularKv.Host.Server;

/// <summary>The connected clients as modules see them.</summary>
internal sealed class ClientDirectory(
    ConnectionSet connections, PauseControl pause, BlockedClients blocked, ServerObservers observers, Func<IAuthenticator> users)
    : IClients
{
    /// <inheritdoc/>
    public IReadOnlyCollection<Client> All => connections.All;

    /// <inheritdoc/>
    public Client? Find(long id) => connections.Find(id);

    /// <inheritdoc/>
    public int BlockedCount => blocked.Count + pause.HeldCount;

    /// <inheritdoc/>
    public (int All, int OnDelete) BlockedKeys => (blocked.KeyCount, blocked.KeyCountOnDelete);

    /// <inheritdoc/>
    public long MemoryBytes(ClientClass kind) => connections.Memory.BytesOf(kind);

    /// <inheritdoc/>
    public long MemoryBytesMax
    {
        get => connections.Memory.BytesMax;
        set => connections.Memory.BytesMax = value;
    }

    /// <inheritdoc/>
    public Client? LargestEvictable => connections.Memory.Largest;

    /// <inheritdoc/>
    public void Evict(Client client) => (client as Connection)?.Evict();

    /// <inheritdoc/>
    public void Pause(long untilUnixMs, bool writesOnly) => pause.Begin(untilUnixMs, writesOnly);

    /// <inheritdoc/>
    public void Unpause() => pause.End();

    /// <inheritdoc/>
    public PauseState PauseState => pause.State;

    /// <inheritdoc/>
    public void Reset(Client client) => observers.Reset(client);

    /// <inheritdoc/>
    public Client CreateVirtual(string user)
    {
        var client = new VirtualClient(connections.NewId(), user, connections.DatabaseCount, false);
        if (!users().TryBecome(client, ConfigurationText.Encode(user))) client.IsAuthenticated = false;
        return client;
    }
}
