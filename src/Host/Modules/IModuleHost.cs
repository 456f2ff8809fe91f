using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Modules;

/// <summary>
/// What the kernel offers for modules to be attached to. Every addition hands back its removal; removals are disposed in reverse order,
/// once. Removing must forget the object everywhere (caches by client, last command, reused frames): a single reference that is left
/// keeps an unloaded module in memory. Loop thread only, or during start.
/// </summary>
internal interface IModuleHost
{
    /// <summary>Handed to the modules.</summary>
    IServer Server { get; }

    /// <summary>The parameters.</summary>
    ConfigurationStore Configuration { get; }

    /// <summary>Adds a row of the command table.</summary>
    /// <exception cref="ModuleException">The name is taken or the row contradicts itself.</exception>
    IDisposable AddCommand(CommandSpec row, string module, bool isBuiltIn, out Command command);

    /// <summary>Adds a subcommand to a container of another module.</summary>
    /// <exception cref="ModuleException">There is no such container, the name is taken or the row contradicts itself.</exception>
    IDisposable AddSubcommand(string container, CommandSpec row, string module, bool isBuiltIn, out Command command);

    /// <summary>Adds a data type under its name and gives it a number.</summary>
    /// <exception cref="ModuleException">The name is taken, or there are 63 types.</exception>
    IDisposable AddType(DataType type);

    /// <summary>Adds a section to INFO.</summary>
    /// <exception cref="ModuleException">The section exists.</exception>
    IDisposable AddInfoSection(string module, string section, int order, Action<InfoWriter> write, InfoVisibility visibility);

    /// <summary>Adds a subcommand of DEBUG.</summary>
    /// <exception cref="ModuleException">The name is taken by another module.</exception>
    IDisposable AddDebug(DebugSubcommand row);

    /// <summary>Adds a link to the chain around executions.</summary>
    IDisposable AddInterceptor(CommandInterceptor interceptor);

    /// <summary>Adds a transport with its port; the removal stops listening and closes its connections.</summary>
    IDisposable AddTransport(ITransport transport, out ITransportListener listener);

    /// <summary>Adds an observer of keys.</summary>
    IDisposable AddKeyObserver(KeyObserver observer);

    /// <summary>Adds an observer of the server.</summary>
    IDisposable AddServerObserver(ServerObserver observer);

    /// <summary>Adds an observer of commands.</summary>
    IDisposable AddCommandObserver(CommandObserver observer);

    /// <summary>Adds a subscriber to the stream of write effects.</summary>
    IDisposable AddSubscriber(PropagationSubscriber subscriber);

    /// <summary>Reserves a place in every client. Its removal forgets what the clients keep there.</summary>
    IDisposable AddClientSlot(out int index);

    /// <summary>Offers a service; the last one offered serves, the one before returns when it is removed.</summary>
    IDisposable AddService(Type contract, object service);

    /// <summary>Adds a shutdown hook.</summary>
    IDisposable AddShutdownHook(ShutdownHook hook);

    /// <summary>Opens an account with the heap of values. Its removal closes it; what is still in use is the module's leak.</summary>
    IDisposable AddMemoryOwner(string module, out MemoryOwner owner);

    /// <summary>Whether deleted values of the type wait to be freed.</summary>
    bool IsFreeing(DataType type);

    /// <summary>Whether a command of the module is running at this moment (it may have asked for its own unloading).</summary>
    bool IsExecuting(string module);

    /// <summary>Whether clients are blocked in commands of the module.</summary>
    bool HasBlockedClients(string module);
}
