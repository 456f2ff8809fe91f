using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>The server as modules see it: the parts, put together by <see cref="Kernel"/>.</summary>
internal sealed class KernelServices : IServer
{
    private readonly Dictionary<Type, List<object>> _offered = [];

    /// <inheritdoc/>
    public IClock Clock { get; set; } = null!;

    /// <inheritdoc/>
    public IRandom Random { get; set; } = null!;

    /// <inheritdoc/>
    public IScheduler Scheduler { get; set; } = null!;

    /// <inheritdoc/>
    public IDatabases Databases { get; set; } = null!;

    /// <inheritdoc/>
    public ICommandTable Commands { get; set; } = null!;

    /// <inheritdoc/>
    public IClients Clients { get; set; } = null!;

    /// <inheritdoc/>
    public IDataTypes Types { get; set; } = null!;

    /// <inheritdoc/>
    public IModules Modules { get; set; } = null!;

    /// <inheritdoc/>
    public IConfigurationControl Configuration { get; set; } = null!;

    /// <inheritdoc/>
    public ServerStatistics Statistics { get; set; } = null!;

    /// <inheritdoc/>
    public ILog Log { get; set; } = null!;

    /// <inheritdoc/>
    public IInfo Info { get; set; } = null!;

    /// <inheritdoc/>
    public IMemory Memory { get; set; } = null!;

    /// <inheritdoc/>
    public IPropagation Propagation { get; set; } = null!;

    /// <inheritdoc/>
    public ISnapshots Snapshots { get; set; } = null!;

    /// <inheritdoc/>
    public IFiles Files { get; set; } = null!;

    /// <inheritdoc/>
    public ILoading Loading { get; set; } = null!;

    /// <inheritdoc/>
    public ILongWork LongWork { get; set; } = null!;

    /// <inheritdoc/>
    public IWriteGate Writes { get; set; } = null!;

    /// <inheritdoc/>
    public IShutdown Shutdown { get; set; } = null!;

    /// <inheritdoc/>
    public IServerDebug Debug { get; set; } = null!;

    /// <summary>Calls by modules; wired by the kernel.</summary>
    public ModuleCalls Calls { get; set; } = null!;

    /// <summary>Changes outside of commands; wired by the kernel.</summary>
    public Executor Executor { get; set; } = null!;

    /// <inheritdoc/>
    public string RunId { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    /// <inheritdoc/>
    public T? Find<T>() where T : class
        => _offered.TryGetValue(typeof(T), out List<object>? offers) && offers.Count > 0 ? (T)offers[^1] : null;

    /// <inheritdoc/>
    public IReadOnlyList<T> FindAll<T>() where T : class
        => _offered.TryGetValue(typeof(T), out List<object>? offers) ? [.. offers.Cast<T>()] : [];

    /// <summary>Offers a service. Dispose to take it back; the one offered before serves again then.</summary>
    public IDisposable Provide(Type contract, object service)
    {
        if (!_offered.TryGetValue(contract, out List<object>? offers)) _offered.Add(contract, offers = []);
        offers.Add(service);
        return new Undo(() => offers.Remove(service));
    }

    /// <inheritdoc/>
    public void Changed(Database database, scoped in KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty = 1)
    {
        Databases.Dirty += dirty;
        Executor.Tell(database, key, eventClass, eventName, true, null);
    }

    /// <inheritdoc/>
    public Client? CurrentClient => Executor.CurrentClient;

    /// <inheritdoc/>
    public void AfterCommand(Action run) => Executor.AfterCommand(run);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Call(Client? asClient, int database, params scoped ReadOnlySpan<byte[]> arguments)
        => Calls.Call(asClient, database, arguments);

    /// <inheritdoc/>
    public CommandCaller CreateCaller() => Calls.CreateCaller();

    /// <inheritdoc/>
    public bool? MayCall(Client client, params scoped ReadOnlySpan<byte[]> arguments) => Calls.MayCall(client, arguments);
}
