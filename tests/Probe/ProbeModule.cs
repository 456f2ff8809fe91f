using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Probe;

/// <summary>The registration table of the probe: each capability once.</summary>
[Module("probe", "1.0.0", ApiLevel.Current, Summary = "uses each capability of the contract once")]
public sealed class ProbeModule : IModule, IProbe
{
    private const CommandFlags Write = CommandFlags.Write | CommandFlags.DenyOom;
    private const CommandFlags Read = CommandFlags.ReadOnly | CommandFlags.Fast;
    private readonly StringParameter _word = new("probe-word", "nothing") { Description = "Shown in INFO." };
    private readonly ProbeInterceptor _interceptor = new();
    private readonly ProbeStream _stream = new();
    private readonly ProbeKeyObserver _keys = new();
    private readonly ProbeServerObserver _life = new();
    private readonly ProbeEngine _engine = new();
    private IModuleRegistry _registry = null!;
    private IDisposable? _timer;
    private long _timerRuns;

    /// <inheritdoc/>
    public string Word => _word.Text;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        _registry = registry;
        registry.Parameter(_word);
        registry.Info("Probe", 9100, WriteInfo, InfoVisibility.Module);
        registry.Debug(new DebugSubcommand
        {
            Name = "probe-echo", ArgumentsMin = 1, ArgumentsMax = 1, Usage = "<text>", Summary = "Replies the text.",
            Handler = (ref CommandContext call) => call.Reply.Bulk(call.Argument(2)),
        });
        registry.Intercept(_interceptor);
        registry.Subscribe(_stream);
        registry.Observe(_keys);
        registry.Observe(_life);
        registry.Provide<IProbe>(this);
        registry.Provide<ScriptEngine>(_engine);
        registry.OnShutdown(_ => true);
        AddTypes(registry);
        AddWork(registry);
        Add("probe.guard", 2, _interceptor.Switch, CommandFlags.Fast);
        Add("probe.guarded", 1, (ref CommandContext call) => call.Reply.Ok(), CommandFlags.Fast);
        Add("probe.stream", 1, _stream.Report, CommandFlags.Fast);
        Add("probe.events", -1, _keys.Report, CommandFlags.Fast);
        Add("probe.life", 1, Life, CommandFlags.Fast);
        Add("probe.service", 1, Service, CommandFlags.Fast);
        Add("probe.arguments", 1, Arguments, CommandFlags.Fast);
        Add("probe.engine", 1, _engine.Report, CommandFlags.Fast);
        Add("probe.fault", -1, ProbeFault.Command, CommandFlags.Fast);
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _timer = server.Scheduler.Every(10, () => _timerRuns++);

    /// <inheritdoc/>
    public void Stop()
    {
        _engine.Stop();
        _timer?.Dispose();
    }

    private void AddTypes(IModuleRegistry registry)
    {
        var lists = new ListCommands();
        var blocks = new BlockCommands(registry.Memory);
        registry.Type(lists.Type);
        registry.Type(blocks.Type);
        var table = new ProbeTable(registry.Memory);
        registry.Type(table);
        AddElement("probe.add", table.Add, Write, 2, KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert));
        AddElement("probe.has", table.Has, Read, 2, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access));
        Add("probe.push", 3, lists.Push, Write, KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert));
        Add("probe.items", 2, lists.Items, Read, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access));
        Add("probe.pop", 3, lists.Pop, CommandFlags.Write | CommandFlags.Blocking, KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete));
        Add("probe.take", 2, lists.Take, CommandFlags.Write, KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete));
        Add("probe.remove", 3, lists.Remove, CommandFlags.Write, KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete));
        Add("probe.bset", 3, blocks.Set, Write, KeySpec.At(1, KeyFlags.OW | KeyFlags.Update));
        Add("probe.bget", 2, blocks.Get, Read, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access));
        Add("probe.roundtrip", 3, blocks.RoundTrip, Write, KeySpec.At(1, KeyFlags.RO | KeyFlags.Access), KeySpec.At(2, KeyFlags.OW));
    }

    private void AddWork(IModuleRegistry registry)
    {
        var work = new WorkCommands(registry.Server, registry.ClientState<string>(), registry.ClientState<string>());
        Add("probe.later", 4, work.Later, CommandFlags.Fast);
        Add("probe.sum", 2, work.Sum, CommandFlags.Blocking);
        Add("probe.snapshot", 1, work.Snapshot, CommandFlags.Blocking);
        Add("probe.call", -2, work.Call, CommandFlags.None);
        Add("probe.state", -1, work.State, CommandFlags.Fast);
        Add("probe.load", -2, work.Load, CommandFlags.None);
        Add("probe.unload", 2, work.Unload, CommandFlags.None);
        Add("probe.modules", 1, work.Modules, CommandFlags.None);
        Add("probe.contexts", 1, work.Contexts, CommandFlags.None);
    }

    private void AddElement(string name, CommandHandler handler, CommandFlags flags, int element, KeySpec key)
        => _registry.Command(new CommandSpec
        {
            Name = name,
            Arity = element + 1,
            Handler = handler,
            Flags = flags,
            Keys = [key],
            ElementArgument = element,
            Group = "probe",
            Since = "1.0.0",
            Summary = "See the README of the probe.",
        });

    private void Add(string name, int arity, CommandHandler handler, CommandFlags flags, params KeySpec[] keys)
        => _registry.Command(new CommandSpec
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = flags,
            Keys = keys,
            Group = "probe",
            Since = "1.0.0",
            Summary = "See the README of the probe.",
        });

    private void WriteInfo(InfoWriter info)
    {
        info.Line("probe_word", _word.Text);
        info.Line("probe_memory", _registry.Memory.UsedBytes);
    }

    private void Life(ref CommandContext call)
    {
        call.Reply.Array(6);
        call.Reply.Integer(_life.Connections);
        call.Reply.Integer(_life.Disconnections);
        call.Reply.Integer(_life.Ticks);
        call.Reply.Integer(_life.Sleeps);
        call.Reply.Integer(_life.Starts);
        call.Reply.Integer(_timerRuns);
    }

    private void Service(ref CommandContext call)
    {
        if (call.Server.Find<IProbe>() is { } found) call.Reply.Bulk(System.Text.Encoding.UTF8.GetBytes(found.Word));
        else call.Reply.Null();
    }

    private void Arguments(ref CommandContext call)
    {
        call.Reply.Array(_registry.Arguments.Count);
        foreach (string argument in _registry.Arguments) call.Reply.Bulk(System.Text.Encoding.UTF8.GetBytes(argument));
    }
}

/// <summary>A service to be found again.</summary>
public interface IProbe
{
    /// <summary>The word of the configuration.</summary>
    string Word { get; }
}
