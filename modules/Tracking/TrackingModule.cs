using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Tracking.Broadcasting;
using ModularKv.Tracking.Commands;
using ModularKv.Tracking.Invalidation;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Tracking;

/// <summary>Client-side caching: the registration table.</summary>
[Module("tracking", "1.0.0", ApiLevel.Current, DependsOn = ["connection"],
    Summary = "Client-side caching: tells clients when what they have read has changed")]
public sealed class TrackingModule : IModule
{
    private const long KeysMaxDefault = 1_000_000;

    private InvalidationTable? _table;
    private Announcer? _announcer;
    private TrackedClients _clients = null!;
    private IServer? _server;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        var table = new InvalidationTable(registry.Memory);
        var prefixes = new PrefixTable(registry.Memory);
        var clients = new TrackedClients(registry.ClientState<TrackedClient>(), table, prefixes);
        var sender = new MessageSender(server);
        var invalidator = new Invalidator(server, table, clients, new Outbox(server, sender));
        var parameter = new IntegerParameter("tracking-table-max-keys", KeysMaxDefault, 0)
        {
            Description = "How many keys are remembered for clients that track; 0: without limit.",
        };
        var limit = new KeyLimit(server, table, invalidator, registry.Parameter(parameter));
        parameter.Apply = () =>
        {
            limit.Enforce();
            return null;
        };
        var follower = new ReadFollower(clients, table, limit);
        var observer = new ChangeObserver(clients, table, prefixes, invalidator);
        clients.Follower = follower;
        clients.UseChanged = observer.Update;
        (_table, _clients, _announcer) = (table, clients, new Announcer(prefixes, sender, registry.Memory));
        registry.Intercept(follower);
        registry.Observe(observer);
        registry.Observe(new ServerEvents(clients, table, limit, _announcer));
        CommandSpec[] rows = Rows(new TrackingSwitch(server, clients), new TrackingState(clients));
        foreach (CommandSpec row in rows) registry.Subcommand("client", row);
        registry.Info("Stats", 500, info =>
        {
            info.Line("tracking_total_keys", table.KeyCount);
            info.Line("tracking_total_items", table.ItemCount);
            info.Line("tracking_total_prefixes", prefixes.Count);
        });
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _server = server;

    /// <inheritdoc/>
    public void Stop()
    {
        if (_server is not null)
        {
            foreach (Client client in _server.Clients.All) _clients.Remove(client);
        }

        _announcer?.Dispose();
        _table?.Dispose();
    }

    private static CommandSpec[] Rows(TrackingSwitch tracking, TrackingState state) =>
    [
        new()
        {
            Name = "tracking", Arity = -3, Handler = tracking.Run, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.0.0", Complexity = "O(1). Some options may introduce additional complexity.",
            Summary = "Turns messages about changed keys, for client-side caching, on or off.",
            Arguments = "status=(ON|OFF) [REDIRECT client-id:integer] [PREFIX prefix ...+] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]",
        },
        new()
        {
            Name = "caching", Arity = 3, Handler = state.Caching, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Says whether the keys that the next command reads are tracked.",
            Arguments = "mode=(YES|NO)",
        },
        new()
        {
            Name = "getredir", Arity = 2, Handler = state.Redirection, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.0.0", Complexity = "O(1)",
            Summary = "Answers the id of the client that gets the connection's messages about changed keys.",
        },
        new()
        {
            Name = "trackinginfo", Arity = 2, Handler = state.Info, Flags = NoScript | Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "connection", Since = "6.2.0", Complexity = "O(1)",
            Summary = "Describes the connection's client-side caching.",
        },
    ];
}
