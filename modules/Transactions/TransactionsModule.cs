using ModularKv.Abstractions;
using ModularKv.Transactions.Commands;
using ModularKv.Transactions.Watching;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Transactions;

/// <summary>MULTI, EXEC, DISCARD, WATCH and UNWATCH: the registration table.</summary>
[Module("transactions", "1.0.0", ApiLevel.Current, Summary = "Transactions: MULTI, EXEC and optimistic locking by WATCH")]
public sealed class TransactionsModule : IModule
{
    private TransactionStates _states = null!;
    private IServer? _server;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        var watches = new WatchTable(registry.Server);
        var observer = new WatchObserver(watches);
        _states = new TransactionStates(registry.ClientState<TransactionState>(), watches, registry.Memory);
        registry.Observe(observer);
        registry.Observe(new ClientObserver(_states));
        registry.Intercept(new Queueing(_states));
        registry.Commands(Transactions(new TransactionCommands(_states)));
        registry.Commands(Watches(new WatchCommands(_states)));
        registry.Info("Clients", 200, info => watches.WriteTo(info));
    }

    /// <inheritdoc/>
    public void Stop()
    {
        if (_server is null) return;
        foreach (Client client in _server.Clients.All) _states.End(client);
        _states.Dispose();
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _server = server;

    private static CommandSpec[] Transactions(TransactionCommands transactions) =>
    [
        new()
        {
            Name = "multi", Arity = 1, Handler = transactions.Multi, Flags = NoScript | Loading | Stale | Fast | AllowBusy,
            IsNeverQueued = true, Categories = AclCategories.Transaction,
            Group = "transactions", Since = "1.2.0", Complexity = "O(1)",
            Summary = "Begins a transaction: the commands that follow are queued.",
        },
        new()
        {
            Name = "exec", Arity = 1, Handler = transactions.Exec, Flags = NoScript | Loading | Stale | SkipSlowLog,
            IsNeverQueued = true, RunsQueue = true, Refused = transactions.ExecRefused, Categories = AclCategories.Transaction,
            Group = "transactions", Since = "1.2.0", Complexity = "Depends on commands in the transaction",
            Summary = "Runs all commands queued since MULTI, nobody else's in between.",
        },
        new()
        {
            Name = "discard", Arity = 1, Handler = transactions.Discard, Flags = NoScript | Loading | Stale | Fast | AllowBusy,
            IsNeverQueued = true, Categories = AclCategories.Transaction,
            Group = "transactions", Since = "2.0.0", Complexity = "O(N), when N is the number of queued commands",
            Summary = "Drops the commands queued since MULTI.",
        },
    ];

    private static CommandSpec[] Watches(WatchCommands watches) =>
    [
        new()
        {
            Name = "watch", Arity = -2, Handler = watches.Watch, Flags = NoScript | Loading | Stale | Fast | AllowBusy,
            IsNeverQueued = true, Categories = AclCategories.Transaction, Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO)],
            Group = "transactions", Since = "2.2.0", Complexity = "O(1) for every key.",
            Summary = "Lets the next EXEC fail when one of the keys changes before it.",
            Arguments = "key ...",
        },
        new()
        {
            Name = "unwatch", Arity = 1, Handler = watches.Unwatch, Flags = NoScript | Loading | Stale | Fast | AllowBusy,
            Categories = AclCategories.Transaction,
            Group = "transactions", Since = "2.2.0", Complexity = "O(1)",
            Summary = "Forgets all watched keys.",
        },
    ];
}
