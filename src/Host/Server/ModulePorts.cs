using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.Configuration;
using ModularKv.Host.Modules;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>Where modules are attached to the kernel.</summary>
internal sealed class ModulePorts(Kernel kernel) : IModuleHost
{
    private readonly List<bool> _slots = [];

    /// <inheritdoc/>
    public IServer Server => kernel.Services;

    /// <inheritdoc/>
    public ConfigurationStore Configuration => kernel.Store;

    /// <inheritdoc/>
    public IDisposable AddCommand(CommandSpec row, string module, bool isBuiltIn, out Command command)
    {
        command = kernel.Commands.Add(row, module, isBuiltIn);
        return Removal(command);
    }

    /// <inheritdoc/>
    public IDisposable AddSubcommand(string container, CommandSpec row, string module, bool isBuiltIn, out Command command)
    {
        command = kernel.Commands.AddSubcommand(container, row, module, isBuiltIn);
        return Removal(command);
    }

    private Undo Removal(Command added) => new(() =>
    {
        kernel.Commands.Remove(added);
        kernel.Executor.Forget(added);
        foreach (Client client in kernel.Connections.All) client.Forget(added);
        kernel.Services.Calls.Forget(added);
    });

    /// <inheritdoc/>
    public IDisposable AddType(DataType type)
    {
        kernel.Keyspace.Types.Register(type);
        return new Undo(() => kernel.Keyspace.Types.Revoke(type));
    }

    /// <inheritdoc/>
    public IDisposable AddInfoSection(string module, string section, int order, Action<InfoWriter> write, InfoVisibility visibility)
        => kernel.Info.Add(section, order, write, visibility);

    /// <inheritdoc/>
    public IDisposable AddDebug(DebugSubcommand row) => kernel.DebugSwitches.Add(row);

    /// <inheritdoc/>
    public IDisposable AddInterceptor(CommandInterceptor interceptor)
    {
        IDisposable registered = kernel.Executor.Add(interceptor);
        return new Undo(() =>
        {
            registered.Dispose();
            foreach (Client client in kernel.Connections.All) client.Unfollow(interceptor);
        });
    }

    /// <inheritdoc/>
    public IDisposable AddTransport(ITransport transport, out ITransportListener listener)
    {
        TransportPort port = kernel.Transports.Add(transport);
        listener = port;
        return new Undo(() =>
        {
            kernel.Transports.Remove(port);
            kernel.Connections.CloseAll(transport);
        });
    }

    /// <inheritdoc/>
    public IDisposable AddKeyObserver(KeyObserver observer) => kernel.Keyspace.Observers.Add(observer);

    /// <inheritdoc/>
    public IDisposable AddServerObserver(ServerObserver observer) => kernel.Observers.Add(observer);

    /// <inheritdoc/>
    public IDisposable AddCommandObserver(CommandObserver observer) => kernel.Executor.Observers.Add(observer);

    /// <inheritdoc/>
    public IDisposable AddSubscriber(PropagationSubscriber subscriber) => kernel.Propagation.Subscribe(subscriber);

    /// <inheritdoc/>
    public IDisposable AddClientSlot(out int index)
    {
        int free = _slots.IndexOf(false);
        if (free < 0)
        {
            free = _slots.Count;
            _slots.Add(true);
        }

        _slots[free] = true;
        index = free;
        return new Undo(() =>
        {
            _slots[free] = false;
            foreach (Client client in kernel.Connections.All) client.ForgetSlot(free);
        });
    }

    /// <inheritdoc/>
    public IDisposable AddService(Type contract, object service) => kernel.Services.Provide(contract, service);

    /// <inheritdoc/>
    public IDisposable AddShutdownHook(ShutdownHook hook) => kernel.Shutdown.Add(hook);

    /// <inheritdoc/>
    public IDisposable AddMemoryOwner(string module, out MemoryOwner owner)
    {
        owner = new MemoryOwner(module, kernel.Keyspace.Blocks);
        return kernel.Memory.AddOwner(owner);
    }

    /// <inheritdoc/>
    public bool IsFreeing(DataType type) => kernel.Keyspace.LazyFree.Holds(type.Id);

    /// <inheritdoc/>
    public bool IsExecuting(string module) => kernel.Executor.IsExecuting(module);

    /// <inheritdoc/>
    public bool HasBlockedClients(string module) => kernel.Executor.Blocking.IsAnyIn(module);
}
