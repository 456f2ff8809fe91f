using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Abstractions;

/// <summary>What a module may add to the server. Every registration is recorded under the module and revoked when it is unloaded.</summary>
public interface IModuleRegistry
{
    /// <summary>The name under which the registrations are recorded.</summary>
    string ModuleName { get; }

    /// <summary>Arguments that MODULE LOAD or loadmodule gave.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>The server's services. Available from here on; keys may be touched only after <see cref="IModule.Start"/>.</summary>
    IServer Server { get; }

    /// <summary>Adds one row of the command table (with its subcommands).</summary>
    /// <exception cref="ModuleException">The name is taken or the row contradicts itself (arity, key specs).</exception>
    void Command(CommandSpec row);

    /// <summary>Adds rows of the command table.</summary>
    void Commands(IEnumerable<CommandSpec> rows)
    {
        foreach (CommandSpec row in rows) Command(row);
    }

    /// <summary>
    /// Adds a subcommand to a container that another module registered (CLIENT, CONFIG …): name that one in
    /// <see cref="ModuleAttribute.DependsOn"/>. Its flags, categories and documentation are its own.
    /// </summary>
    /// <param name="container">The container's name in lower case.</param>
    /// <param name="row">Its arity counts the container's name too.</param>
    /// <exception cref="ModuleException">There is no such container, it has that subcommand, or the row contradicts itself.</exception>
    void Subcommand(string container, CommandSpec row);

    /// <summary>Adds a data type. Its name must be unique; at most 63 types may be registered at a time.</summary>
    void Type(DataType type);

    /// <summary>
    /// The configuration: own parameters are registered here, those of the server and of other modules are found here by name.
    /// </summary>
    IConfiguration Configuration { get; }

    /// <summary>Adds a configuration parameter (CONFIG GET/SET/REWRITE, redis.conf) and returns it.</summary>
    T Parameter<T>(T parameter) where T : Parameter => Configuration.Register(parameter);

    /// <summary>Adds a section to INFO. <paramref name="order"/> places it; Redis's own sections stand at multiples of 100.</summary>
    void Info(string section, int order, Action<InfoWriter> write, InfoVisibility visibility = InfoVisibility.Default);

    /// <summary>
    /// Adds a subcommand of DEBUG. It serves instead of one of that name that the server itself has (one that only accepts its arguments).
    /// </summary>
    /// <exception cref="ModuleException">Another module has registered that name.</exception>
    void Debug(DebugSubcommand row);

    /// <summary>Adds a link to the chain around every command execution.</summary>
    void Intercept(CommandInterceptor interceptor);

    /// <summary>Adds an observer of key events.</summary>
    void Observe(KeyObserver observer);

    /// <summary>Adds an observer of the server's and the clients' life.</summary>
    void Observe(ServerObserver observer);

    /// <summary>Adds an observer of commands that took long, or of all.</summary>
    void Observe(CommandObserver observer);

    /// <summary>Adds a subscriber to the stream of write effects.</summary>
    void Subscribe(PropagationSubscriber subscriber);

    /// <summary>Reserves a place in every client for state of this module.</summary>
    ClientSlot<T> ClientState<T>() where T : class;

    /// <summary>
    /// Offers a service to other modules under an interface of this package, e.g. <see cref="IAuthenticator"/>. The last one offered
    /// serves.
    /// </summary>
    void Provide<T>(T service) where T : class;

    /// <summary>Adds a hook that runs when the server is asked to stop, before clients are cut.</summary>
    void OnShutdown(ShutdownHook hook);

    /// <summary>
    /// Adds a transport: the server accepts connections on its port beside its own. When the module goes, its connections are closed.
    /// </summary>
    /// <remarks>Not yet stable, as all of <see cref="ModularKv.Abstractions.Transport"/>.</remarks>
    ITransportListener Listen(ITransport transport);

    /// <summary>Off-heap memory that is counted under this module (MEMORY STATS, INFO modules).</summary>
    Memory.MemoryOwner Memory { get; }
}

/// <summary>A registration was refused; the message says which and why. Reported as the reason for which a module did not load.</summary>
public sealed class ModuleException(string message) : Exception(message);

/// <summary>When INFO shows a section.</summary>
public enum InfoVisibility
{
    /// <summary>In INFO without arguments.</summary>
    Default,

    /// <summary>Only in INFO all, everything or by name.</summary>
    OnDemand,

    /// <summary>Only in INFO everything or by name.</summary>
    Module,
}
