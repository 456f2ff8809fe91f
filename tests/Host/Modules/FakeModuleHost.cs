using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.Commands;
using ModularKv.Host.Configuration;
using ModularKv.Host.Modules;

namespace ModularKv.Host.Tests.Modules;

/// <summary>A kernel with nothing but places for modules to register at, so that a test sees what is left behind.</summary>
internal sealed class FakeModuleHost : IModuleHost, IDisposable
{
    private readonly MemoryHeap _heap = new("test", new MemoryHeapOptions());
    private readonly List<string> _attached = [];
    private int _slots;

    public FakeModuleHost() => Fake = new FakeServer(this);

    public FakeServer Fake { get; }

    public IServer Server => Fake;

    public ConfigurationStore Configuration { get; } = new();

    public CommandTable Commands { get; } = new();

    /// <summary>What is attached now and is neither command nor parameter: "type x", "info x", …</summary>
    public IReadOnlyList<string> Attached => _attached;

    public HashSet<string> Blocked { get; } = [];

    public HashSet<string> Executing { get; } = [];

    public HashSet<string> FreedTypes { get; } = [];

    /// <summary>Everything that a module can leave behind.</summary>
    public string Everything => string.Join(", ",
        Commands.All.Select(c => c.Spec.Name).Order()
            .Concat(Configuration.Parameters.Select(p => p.Name))
            .Concat(_attached));

    public IDisposable AddCommand(CommandSpec row, string module, bool isBuiltIn, out Command command)
    {
        Command added = command = Commands.Add(row, module, isBuiltIn);
        return new Removal(() => Commands.Remove(added));
    }

    public IDisposable AddSubcommand(string container, CommandSpec row, string module, bool isBuiltIn, out Command command)
    {
        Command added = command = Commands.AddSubcommand(container, row, module, isBuiltIn);
        return new Removal(() => Commands.Remove(added));
    }

    public IDisposable AddType(DataType type)
    {
        Fake.Types.Registered.Add(type);
        return Attach("type " + type.Name, () => Fake.Types.Registered.Remove(type));
    }

    public IDisposable AddInfoSection(string module, string section, int order, Action<InfoWriter> write, InfoVisibility visibility)
        => Attach("info " + section);

    public IDisposable AddDebug(DebugSubcommand row) => Attach("debug " + row.Name);

    public IDisposable AddInterceptor(CommandInterceptor interceptor) => Attach("interceptor");

    public IDisposable AddTransport(ITransport transport, out ITransportListener listener)
    {
        listener = new FakeListener();
        return Attach("transport " + transport.Name);
    }

    public IDisposable AddKeyObserver(KeyObserver observer) => Attach("key observer");

    public IDisposable AddServerObserver(ServerObserver observer) => Attach("server observer");

    public IDisposable AddCommandObserver(CommandObserver observer) => Attach("command observer");

    public IDisposable AddSubscriber(PropagationSubscriber subscriber) => Attach("subscriber");

    public IDisposable AddClientSlot(out int index) => Attach("slot " + (index = _slots++));

    public IDisposable AddService(Type contract, object service) => Attach("service " + contract.Name);

    public IDisposable AddShutdownHook(ShutdownHook hook) => Attach("hook");

    public IDisposable AddMemoryOwner(string module, out MemoryOwner owner)
    {
        owner = new MemoryOwner(module, _heap);
        return Attach("memory " + module);
    }

    public bool IsFreeing(DataType type) => FreedTypes.Contains(type.Name);

    public bool IsExecuting(string module) => Executing.Contains(module);

    public bool HasBlockedClients(string module) => Blocked.Contains(module);

    public void Dispose() => _heap.Dispose();

    private Removal Attach(string what, Action? also = null)
    {
        _attached.Add(what);
        return new Removal(() =>
        {
            _attached.Remove(what);
            also?.Invoke();
        });
    }

    private sealed class Removal(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

/// <summary>Only what the module set itself asks of a server.</summary>
internal sealed class FakeServer(FakeModuleHost host) : IServer, ILog, IDatabases
{
    public List<string> Lines { get; } = [];

    public FakeTypes Types { get; } = new();

    IDataTypes IServer.Types => Types;

    public ILog Log => this;

    public IDatabases Databases => this;

    public ICommandTable Commands => host.Commands;

    public IScheduler Scheduler { get; } = new FakeScheduler();

    public long LazyFreePending => 0;

    public long CountOf(int index) => 0;

    public IClock Clock => throw Unasked();

    public IRandom Random => throw Unasked();

    public IClients Clients => throw Unasked();

    public IModules Modules => throw Unasked();

    public IConfigurationControl Configuration => throw Unasked();

    public ServerStatistics Statistics { get; } = new();

    public IInfo Info => throw Unasked();

    public IMemory Memory => throw Unasked();

    public IPropagation Propagation => throw Unasked();

    public ISnapshots Snapshots => throw Unasked();

    public IShutdown Shutdown => throw Unasked();

    public IServerDebug Debug => throw Unasked();

    public IFiles Files => throw Unasked();

    public ILoading Loading => throw Unasked();

    public ILongWork LongWork => throw Unasked();

    public IWriteGate Writes => throw Unasked();

    public CommandCaller CreateCaller() => throw Unasked();

    public IReadOnlyList<T> FindAll<T>() where T : class => [];

    public void Changed(Database database, scoped in KeyRef key, KeyEventClass eventClass, ReadOnlySpan<byte> eventName, int dirty = 1)
        => throw Unasked();

    public string RunId => "";

    public Client? CurrentClient => null;

    public void AfterCommand(Action run) => throw Unasked();

    public int Count => 0;

    public long Dirty { get; set; }

    public Database this[int index] => throw Unasked();

    public void Write(LogLevel level, string text) => Lines.Add($"{level}: {text}");

    public T? Find<T>()
        where T : class => null;

    public ReadOnlySpan<byte> Call(Client? asClient, int database, params ReadOnlySpan<byte[]> arguments) => throw Unasked();

    public bool? MayCall(Client client, params ReadOnlySpan<byte[]> arguments) => throw Unasked();

    public void Swap(int first, int second) => throw Unasked();

    public long Flush(int index, bool lazy) => throw Unasked();

    private static InvalidOperationException Unasked() => new("a module set does not ask for this");
}

/// <summary>Types with a number of keys that the test chooses.</summary>
internal sealed class FakeTypes : IDataTypes
{
    public List<DataType> Registered { get; } = [];

    public Dictionary<string, long> Keys { get; } = [];

    public IEnumerable<DataType> All => Registered;

    public DataType? Find(string name) => Registered.Find(t => t.Name == name);

    public DataType Of(Entry entry) => throw new InvalidOperationException("there are no entries here");

    public T? Find<T>()
        where T : DataType => Registered.OfType<T>().FirstOrDefault();

    public long KeysOf(DataType type) => Keys.GetValueOrDefault(type.Name);
}

/// <summary>Timers that never run.</summary>
internal sealed class FakeScheduler : IScheduler
{
    public IDisposable After(long delayMs, Action run) => new MemoryStream();

    public IDisposable Every(long periodMs, Action run) => new MemoryStream();

    public void Post(Action run)
    {
    }

    public void Background(Action work, Action<Exception?> done)
    {
    }
}

/// <summary>Listens nowhere.</summary>
internal sealed class FakeListener : ITransportListener
{
    public string? Reopen() => null;
}
