using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Commands;
using ModularKv.Scripting.Engines;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Libraries;
using ModularKv.Scripting.Running;

namespace ModularKv.Scripting;

/// <summary>EVAL, SCRIPT, FUNCTION and FCALL on the engines that other modules offer: the registrations.</summary>
[Module("scripting", "1.0.0", ApiLevel.Current,
    Summary = "Scripts and libraries of functions, in whatever language an engine is loaded for")]
public sealed class ScriptingModule : IModule
{
    private ScriptCache? _cache;
    private FunctionLibraries? _libraries;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        var settings = new ScriptSettings(registry);
        var engines = new EngineRegistry(server, settings);
        Func<string?> apply = () =>
        {
            engines.Configure();
            return null;
        };
        settings.BusyAfterMs.Apply = apply;
        settings.BytesMax.Apply = apply;
        _cache = new ScriptCache(engines, server.Statistics);
        _libraries = new FunctionLibraries(engines);
        var run = new ActiveRun(server, settings);
        var kill = new ScriptKill(run);
        var functions = new FunctionCommands(_libraries, settings, run, kill);
        registry.Commands(ScriptTable.Eval(new EvalCommands(_cache, run)));
        registry.Command(ScriptTable.Script(new ScriptCommands(_cache, settings, kill)));
        registry.Commands(FunctionTable.Call(functions));
        registry.Command(FunctionTable.Function(functions, new FunctionReports(_libraries, engines, run)));
        registry.Debug(DebugSwitch(settings));
        registry.Provide<IFunctionLibraries>(_libraries);
        var figures = new ScriptFigures(_cache, _libraries, engines);
        registry.Provide<IScriptFigures>(figures);
        registry.Info("Memory", 301, figures.WriteTo);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _cache?.Dispose();
        _libraries?.Dispose();
    }

    private static DebugSubcommand DebugSwitch(ScriptSettings settings) => new()
    {
        Name = "set-disable-deny-scripts", ArgumentsMin = 1, ArgumentsMax = 1, Usage = "<0|1>",
        Summary = "1: commands that scripts may not call run in scripts all the same.",
        Handler = (ref CommandContext call) =>
        {
            settings.AllowsNoScript = call.Argument(2).SequenceEqual("1"u8);
            call.Reply.Ok();
        },
    };
}
