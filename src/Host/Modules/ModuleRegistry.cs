using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Modules;

/// <summary>Records what one module registers, so that all of it can be revoked as one, the last first.</summary>
internal sealed class ModuleRegistry : IModuleRegistry
{
    private readonly IModuleHost _host;
    private readonly bool _isBuiltIn;
    private readonly List<IDisposable> _handles = [];
    private readonly List<Command> _commands = [];
    private readonly List<Command> _subcommands = [];
    private readonly List<DataType> _types = [];
    private readonly List<ServerObserver> _serverObservers = [];
    private readonly ModuleConfiguration _configuration;
    private bool _isRevoked;

    public ModuleRegistry(IModuleHost host, string name, bool isBuiltIn, IReadOnlyList<string> arguments)
    {
        _host = host;
        _isBuiltIn = isBuiltIn;
        ModuleName = name;
        Arguments = arguments;
        _configuration = host.Configuration.For(name);
        _handles.Add(_configuration);
        _handles.Add(host.AddMemoryOwner(name, out MemoryOwner memory));
        Memory = memory;
    }

    /// <inheritdoc/>
    public string ModuleName { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments { get; }

    /// <inheritdoc/>
    public IServer Server => _host.Server;

    /// <inheritdoc/>
    public IConfiguration Configuration => _configuration;

    /// <inheritdoc/>
    public MemoryOwner Memory { get; }

    /// <summary>Top-level commands that the module registered.</summary>
    public IReadOnlyList<Command> RegisteredCommands => _commands;

    /// <summary>Types that the module registered.</summary>
    public IReadOnlyList<DataType> RegisteredTypes => _types;

    /// <summary>Observers that the module registered; a module loaded late is told by itself that the server has started.</summary>
    public IReadOnlyList<ServerObserver> RegisteredServerObservers => _serverObservers;

    /// <inheritdoc/>
    public void Command(CommandSpec row)
    {
        CheckOpen();
        _handles.Add(_host.AddCommand(row, ModuleName, _isBuiltIn, out Command command));
        _commands.Add(command);
    }

    /// <inheritdoc/>
    public void Subcommand(string container, CommandSpec row)
    {
        CheckOpen();
        _handles.Add(_host.AddSubcommand(container, row, ModuleName, _isBuiltIn, out Command command));
        _subcommands.Add(command);
    }

    /// <inheritdoc/>
    public void Type(DataType type)
    {
        CheckOpen();
        _handles.Add(_host.AddType(type));
        _types.Add(type);
    }

    /// <inheritdoc/>
    public void Info(string section, int order, Action<InfoWriter> write, InfoVisibility visibility = InfoVisibility.Default)
    {
        CheckOpen();
        _handles.Add(_host.AddInfoSection(ModuleName, section, order, write, visibility));
    }

    /// <inheritdoc/>
    public void Debug(DebugSubcommand row)
    {
        CheckOpen();
        _handles.Add(_host.AddDebug(row));
    }

    /// <inheritdoc/>
    public void Intercept(CommandInterceptor interceptor)
    {
        CheckOpen();
        _handles.Add(_host.AddInterceptor(interceptor));
    }

    /// <inheritdoc/>
    public void Observe(KeyObserver observer)
    {
        CheckOpen();
        _handles.Add(_host.AddKeyObserver(observer));
    }

    /// <inheritdoc/>
    public void Observe(ServerObserver observer)
    {
        CheckOpen();
        _handles.Add(_host.AddServerObserver(observer));
        _serverObservers.Add(observer);
    }

    /// <inheritdoc/>
    public void Observe(CommandObserver observer)
    {
        CheckOpen();
        _handles.Add(_host.AddCommandObserver(observer));
    }

    /// <inheritdoc/>
    public void Subscribe(PropagationSubscriber subscriber)
    {
        CheckOpen();
        _handles.Add(_host.AddSubscriber(subscriber));
    }

    /// <inheritdoc/>
    public ClientSlot<T> ClientState<T>()
        where T : class
    {
        CheckOpen();
        _handles.Add(_host.AddClientSlot(out int index));
        return new ClientSlot<T>(index);
    }

    /// <inheritdoc/>
    public void Provide<T>(T service)
        where T : class
    {
        CheckOpen();
        _handles.Add(_host.AddService(typeof(T), service));
    }

    /// <inheritdoc/>
    public void OnShutdown(ShutdownHook hook)
    {
        CheckOpen();
        _handles.Add(_host.AddShutdownHook(hook));
    }

    /// <inheritdoc/>
    public ITransportListener Listen(ITransport transport)
    {
        CheckOpen();
        _handles.Add(_host.AddTransport(transport, out ITransportListener listener));
        return listener;
    }

    /// <summary>Takes everything back, the last registration first. A removal that throws does not keep the others.</summary>
    public void Revoke()
    {
        if (_isRevoked) return;
        _isRevoked = true;
        for (int i = _handles.Count - 1; i >= 0; i--)
        {
            try
            {
                _handles[i].Dispose();
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                _host.Server.Log.Warning($"Module {ModuleName}: a registration could not be taken back: {e.Message}");
            }
        }

        foreach (Command command in _commands.Concat(_subcommands)) Disarm(command);
        _handles.Clear();
        _commands.Clear();
        _subcommands.Clear();
        _types.Clear();
        _serverObservers.Clear();
    }

    /// <summary>Whoever kept the command (a client's cache, a queued transaction) gets an error from it, not the module's code.</summary>
    private static void Disarm(Command command)
    {
        command.Handler = Gone;
        foreach (Command sub in command.Subcommands) sub.Handler = Gone;
    }

    private static void Gone(ref CommandContext call)
        => call.Reply.Error($"ERR the module of command '{call.Command.FullName}' was unloaded");

    private void CheckOpen()
    {
        if (_isRevoked) throw new ModuleException($"module {ModuleName} is no longer loaded: nothing can be registered for it");
    }
}
