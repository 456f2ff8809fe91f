using ModularKv.Abstractions;
using ModularKv.Host.Commands;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Configuration;
using ModularKv.Host.Diagnostics;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Networking;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Primitives;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Propagation.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Server;

/// <summary>All parts of a server, made and wired in one place. Lives on the loop thread.</summary>
internal sealed class Kernel : IKeyspaceSink, IDisposable
{
    private readonly Executor _executor;
    private readonly PauseControl _pause;
    private readonly Receiver _receiver;
    private readonly Admission _admission;
    private IDisposable? _tick;

    public Kernel(ServerParameters parameters, ConfigurationStore store, ServerLog log, Poller poller, IFiles files)
    {
        Parameters = parameters;
        Store = store;
        Log = log;
        Observers = new ServerObservers(log);
        Loop = new Loop(poller, Clock, Statistics);
        int databases = (int)parameters.Databases.Value;
        Keyspace = new KeyspaceState(new KeyspaceOptions { Databases = databases, Seed = Random.Next() }, Statistics, this);
        Databases = new Databases(Keyspace);
        Memory = new KeyspaceMemory(Keyspace);
        Expire = new ActiveExpireCycle(Keyspace);
        Evacuation = new Evacuation(Keyspace);
        Defragmentation = new Defragmentation(Keyspace);
        DebugSwitches = new DebugSwitches(Keyspace, Expire, Databases, Identity);
        Propagation = new PropagationStream(Clock);
        _pause = new PauseControl(Clock);
        _admission = new Admission(Execution, Memory, _pause, log);
        _executor = new Executor(Services, Keyspace, Databases, Propagation, _admission, Statistics, Clock);
        var arguments = new ArgumentArena();
        var batch = new CommandBatch(arguments, Commands, Databases, _executor);
        var bridge = new RequestBridge(batch, _executor.Blocking, Observers);
        Connections = new ConnectionSet(poller, bridge, Network, Clock, log, Statistics) { DatabaseCount = databases };
        _receiver = new Receiver(arguments, Limits, bridge, Statistics);
        Connections.Receiver = _receiver;
        LongWork = new LongWorkControl(this, new SideDesk(this, _receiver, batch));
        Loading = new LoadingState(this);
        Files = files;
        Shutdown = new ShutdownControl(Loop, log, Clock, parameters.ShutdownTimeout) { HoldsSignals = () => DebugSwitches.PauseCron };
        OfferServices(databases);
        Wire();
    }

    public ServerParameters Parameters { get; }

    public ConfigurationStore Store { get; }

    public ILog Log { get; }

    public LoopClock Clock { get; } = new();

    public FastRandom Random { get; } = new((ulong)System.Random.Shared.NextInt64());

    public ServerStatistics Statistics { get; } = new();

    public Loop Loop { get; }

    public KeyspaceState Keyspace { get; }

    public Databases Databases { get; }

    public KeyspaceMemory Memory { get; }

    public ActiveExpireCycle Expire { get; }

    public Evacuation Evacuation { get; }

    public Defragmentation Defragmentation { get; }

    public PropagationStream Propagation { get; }

    public CommandTable Commands { get; } = new();

    public ExecutionSettings Execution { get; } = new();

    public NetworkSettings Network { get; } = new();

    public RequestLimits Limits { get; } = new();

    public ServerObservers Observers { get; }

    public InfoSections Info { get; } = new();

    public ConnectionSet Connections { get; }

    public TransportSet Transports { get; } = new();

    public ShutdownControl Shutdown { get; }

    public LongWorkControl LongWork { get; }

    public LoadingState Loading { get; }

    public IFiles Files { get; }

    public ReplicationIdentity Identity { get; } = new();

    public DebugSwitches DebugSwitches { get; }

    public KernelServices Services { get; } = new();

    public Executor Executor => _executor;

    private void OfferServices(int databases)
    {
        Services.Clock = Clock;
        Services.Random = Random;
        Services.Scheduler = new GuardedScheduler(Loop, Log);
        Services.Databases = Databases;
        Services.Commands = Commands;
        Services.Clients = new ClientDirectory(Connections, _pause, _executor.Blocking, Observers, () => Services.Find<IAuthenticator>()!);
        Services.Types = Keyspace.Types;
        Services.Statistics = Statistics;
        Services.Log = Log;
        Services.Info = Info;
        Services.Memory = Memory;
        Services.Propagation = Propagation;
        Services.Snapshots = Keyspace.Snapshots;
        Services.Shutdown = Shutdown;
        Services.Debug = DebugSwitches;
        Services.Calls = new ModuleCalls(
            _executor,
            Commands,
            () => new VirtualClient(Connections.NewId(), "default", databases, true),
            () => new NestedCaller(_executor, Commands, Execution, Databases, Propagation, VirtualClient.ForCaller(databases)));
        Services.Executor = _executor;
        Services.Files = Files;
        Services.Loading = Loading;
        Services.LongWork = LongWork;
        Services.CreateFeed = options => new RespFeed(this, new VirtualClient(Connections.NewId(), "default", databases, true), options);
        Services.Writes = new WriteGate(Execution, UpdateGuard);
        Services.Provide(typeof(IAuthenticator), new PasswordAuthenticator(Parameters.RequirePass));
        Services.Provide(typeof(Abstractions.Transport.IDialer), new Dialer());
    }

    private void Wire()
    {
        Keyspace.Observers.Fault = (observer, e) => Log.Warning($"The observer {observer.GetType().FullName} failed: {e}");
        Propagation.Fault = (subscriber, e) => Log.Warning($"The subscriber {subscriber.GetType().FullName} failed: {e}");
        Databases.Replaced = _executor.Blocking.DatabaseReplaced;
        Connections.Unblock = _executor.Blocking.Unblock;
        _executor.TookLong = () =>
        {
            Clock.Update();
            Keyspace.Clock.Update(Clock.UnixMs);
        };
        _executor.Observers.Changed = UpdateGuard;
        _executor.Observers.Fault = (command, e) => Log.Warning($"An observer of the command {command.FullName} failed: {e}");
        Connections.Authenticate = client => Services.Find<IAuthenticator>()!.Reset(client);
        Connections.ErrorWritten = CountError;
        _pause.Changed = _ => UpdateExpiry();
        Memory.AddCounter("clients", () => Connections.Blocks.UsedBytes + Connections.Memory.HeldBytes + _receiver.BytesInUse);
        Connections.Memory.OverChanged = () => Execution.ClientsAreOver = Connections.Memory.IsOver;
        Loop.EndOfReading = EndOfReading;
        Loop.BeforeSleep = BeforeSleep;
        Loop.AddSlice(new KeyspaceSlices(this).Run);
    }

    private void CountError(ReplyWriter writer, string code)
    {
        Statistics.ErrorReplies++;
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Statistics.Errors, code, out _)++;
    }

    /// <summary>Whether commands must take the long way is decided by settings and pauses.</summary>
    public void UpdateGuard()
        => _executor.IsGuarded = _executor.Observers.WantExactTimes || Keyspace.ExpiryPaused
            || Execution.LongWork.Count + Execution.WriteRefusals.Count > 0;

    /// <summary>While a data set is loaded nothing expires: what is in it was alive for the commands that made it.</summary>
    public void LoadingChanged()
    {
        Keyspace.SeesExpired = Loading.Active;
        UpdateExpiry();
    }

    private void UpdateExpiry()
    {
        Keyspace.ExpiryPaused = _pause.State != PauseState.None || Loading.Active;
        UpdateGuard();
    }

    /// <summary>Starts the periodic work, 1000/hz milliseconds apart.</summary>
    public void StartTicks()
    {
        _tick?.Dispose();
        Expire.Hz = (int)Parameters.Hz.Value;
        _tick = Loop.Every(1000 / Parameters.Hz.Value, Tick);
    }

    private void Tick()
    {
        if (Services.Debug.PauseCron) return;
        Keyspace.Clock.Update(Clock.UnixMs);
        Expire.Slow();
        _executor.Blocking.ExpireDue();
        _ = _pause.State;
        Connections.CloseIdle();
        Observers.Tick();
        Memory.GiveBackIdle(Clock.UnixMs);
        _rates.Sample(Clock.UnixMs, Statistics);
    }

    private readonly RateMeter _rates = new();

    private void EndOfReading()
    {
        Keyspace.Clock.Update(Clock.UnixMs);
        Connections.ReceiveBuffered();
        _receiver.Flush();
        Connections.ResumeAll();
    }

    private void BeforeSleep()
    {
        long nextBlocked = _executor.Blocking.ExpireDue();
        Observers.BeforeSleep();
        _executor.EndOfIteration();
        Loop.WakeWithinMs = Connections.HasResumable || Connections.HasBuffered ? 0 : nextBlocked;
        Connections.FlushAll();
        if (_admission.IsPressed) Relieve();
    }

    // What eviction could not do in its time it goes on with after a look at the sockets. Source: evictionTimeProc.
    private void Relieve()
    {
        if (_admission.Relieve() == MemoryRelief.Unfinished) Loop.WakeWithinMs = 0;
        _executor.EndOfIteration();
        Connections.FlushAll();
    }

    /// <inheritdoc/>
    public void Expired(Database database, scoped in KeyRef key, bool lazy)
    {
        Propagation.Append(database.Index).Add(lazy ? "UNLINK"u8 : "DEL"u8).Add(key.Bytes).Send();
        _executor.Tell(database, key, KeyEventClass.Expired, "expired"u8, true, null);
    }

    /// <inheritdoc/>
    public void Missed(Database database, scoped in KeyRef key)
        => _executor.Tell(database, key, KeyEventClass.KeyMiss, "keymiss"u8, false, null);

    /// <inheritdoc/>
    public void Added(Database database, scoped in KeyRef key)
        => _executor.Tell(database, key, KeyEventClass.New, "new"u8, false, null);

    /// <inheritdoc/>
    public void Dispose()
    {
        Connections.Shutdown();
        Loop.Dispose();
        Expire.Dispose();
        Defragmentation.Dispose();
        Keyspace.Dispose();
    }
}
