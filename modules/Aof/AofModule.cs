using ModularKv.Abstractions;
using ModularKv.Aof.Commands;
using ModularKv.Aof.Manifest;
using ModularKv.Aof.Rewriting;
using ModularKv.Aof.Writing;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Aof;

/// <summary>The append-only file: what is registered.</summary>
[Module("aof", "1.0.0", ApiLevel.Current, Summary = "Append-only file: every write is logged and replayed at start")]
public sealed class AofModule : IModule
{
    private AofLog? _log;
    private AofSettings _settings = null!;
    private Rewrite? _rewrite;
    private SyncWaits _waits = null!;
    private IDisposable? _memory;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        _settings = new AofSettings(registry.Configuration);
        var host = new ServerHost(server, _settings);
        var writer = new LogWriter(host);
        var images = new ImageMaker(server, _settings);
        var store = new ManifestStore(server.Files, server.Log, _settings.DirectoryName.Text, _settings.FileName.Text);
        var log = _log = new AofLog(server, _settings, writer, store, images);
        Rewrite rewrite = _rewrite = host.Rewrite = new Rewrite(server, _settings, log, images);
        _waits = new SyncWaits(server, log, registry.ClientState<SyncWait>());
        host.WhenSynced = _waits.Synced;
        var effects = new EffectLog(log, rewrite) { IsListening = false };
        log.StateChanged = effects.StateChanged;
        registry.Subscribe(effects);
        var observer = new AofObserver(server, log, rewrite);
        registry.Observe(observer);
        registry.OnShutdown(observer.ShuttingDown);
        var info = new AofInfo(log, rewrite);
        server.Statistics.WasReset += () => rewrite.Count = rewrite.Failures = log.Writer.DelayedSyncs = 0;
        registry.Info("Persistence", 400, info.Persistence);
        registry.Info("Memory", 300, info.Memory);
        registry.Commands(Rows(new AofCommands(log, rewrite), _waits));
        AddDebug(registry, new AofCommands(log, rewrite), host);
        _memory = server.Memory.AddUncounted("aof.buffer", () => writer.MemoryBytes);
    }

    /// <inheritdoc/>
    public void Start(IServer server)
    {
        Rewrite rewrite = _rewrite!;
        AofLog log = _log!;
        _settings.Enabled.Apply = () =>
        {
            if (_settings.Enabled.Value) return log.State == AofState.Off ? rewrite.Enable() : null;
            if (log.State != AofState.Off) rewrite.Disable();
            return null;
        };
        _settings.KeepsHistory.Apply = () =>
        {
            if (!_settings.KeepsHistory.Value) log.DeleteHistory();
            return null;
        };
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _memory?.Dispose();
        if (_log is null || _log.State == AofState.Off) return;
        _rewrite?.Kill();
        _log.StopWriting();
    }

    private static CommandSpec[] Rows(AofCommands commands, SyncWaits waits) =>
    [
        new()
        {
            Name = "bgrewriteaof", Arity = 1, Handler = commands.Rewrite, Flags = NoAsyncLoading | Admin | NoScript,
            Group = "server", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Rewrites the append-only file in the background, so that it holds the data set and nothing before it.",
        },
        new()
        {
            Name = "waitaof", Arity = 4, Handler = waits.Wait, Flags = CommandFlags.Blocking, Categories = AclCategories.Connection,
            Tips = ["request_policy:all_shards", "response_policy:agg_min"],
            Group = "generic", Since = "7.2.0", Complexity = "O(1)",
            Summary = "Waits until what was written is durable in the append-only file, here and on replicas.",
            Arguments = "numlocal:integer numreplicas:integer timeout:integer",
        },
    ];

    private static void AddDebug(IModuleRegistry registry, AofCommands commands, ServerHost host)
    {
        registry.Debug(new DebugSubcommand
        {
            Name = "loadaof", Handler = commands.Load, Summary = "Empties the databases and loads the append-only file.",
        });
        registry.Debug(new DebugSubcommand
        {
            Name = "aof-flush-sleep", ArgumentsMin = 1, ArgumentsMax = 1, Usage = "<microsec>",
            Summary = "Rests so long before each write of the append-only file.",
            Handler = (ref CommandContext call) =>
            {
                if (!NumberText.TryParse(call.Argument(2), out long micros))
                {
                    call.Reply.Error("ERR value is not an integer or out of range"u8);
                    return;
                }

                host.SleepMicros = micros;
                call.Reply.Ok();
            },
        });
    }
}
