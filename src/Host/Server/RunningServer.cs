using ModularKv.Host.Configuration;
using ModularKv.Host.Diagnostics;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Modules;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>A server from its configuration to its end.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly ServerStart _start;
    private readonly ServerLog _log = new();
    private readonly Kernel _kernel;
    private readonly Listeners _listeners;
    private readonly ParameterWiring _wiring;
    private readonly ModuleSet _modules;
    private readonly ServerTitle _title;
    private readonly CrashControl _crash;
    private volatile bool _stopIsPosted;

    public RunningServer(ServerStart start)
    {
        _start = start;
        _kernel = new Kernel(start.Parameters, start.Store, _log, Poller.Create(), start.DataFiles);
        _crash = new CrashControl(_kernel, _log);
        _kernel.DebugSwitches.Crashing = _crash.Crash;
        _listeners = new Listeners(_kernel);
        _wiring = new ParameterWiring(_kernel, _listeners, _log);
        _modules = new ModuleSet(new ModulePorts(_kernel), ModuleSetOptions.From(start.Parameters));
        _title = new ServerTitle(start.Parameters, start.Store, start.CommandLine.ConfigurationFile);
        _kernel.Services.Modules = _modules;
        _kernel.Executor.Fault = _modules.Fault;
        start.Parameters.LoadModule.CurrentLines = () => _modules.Lines;
        _kernel.Services.Configuration = new ConfigurationControl(
            start.Store, start.Parameters, start.Files, start.CommandLine.ConfigurationFile,
            text => _log.Write(Abstractions.LogLevel.Warning, text));
    }

    /// <summary>The parts.</summary>
    public Kernel Kernel => _kernel;

    /// <summary>Loads modules and applies the configuration. Null, or why the server cannot start.</summary>
    public string? Prepare()
    {
        if (_start.Parameters.LogFile.Text.Length > 0) _log.Path = _start.Parameters.LogFile.Text;
        if (_start.Parameters.SyslogEnabled.Value)
        {
            _log.System = new SystemLog(
                SystemLog.StandardPath, _start.Parameters.SyslogIdent.Text, _start.Parameters.SyslogFacility.Value);
        }

        if (EnterDirectory() is { } noEntry) return noEntry;
        _start.Parameters.Dir.Apply = EnterDirectory;
        _wiring.ApplyAll();
        if (!_modules.Configure()) return ModuleRefusal();
        IReadOnlyList<ConfigurationError> errors = _start.Store.CompleteStart();
        if (errors.Count > 0) return errors[0].ToString();
        return _modules.Start() ? RenameCommands() : ModuleRefusal();
    }

    private string ModuleRefusal()
    {
        ModuleFailure first = _modules.Failures.First();
        return $"Module {first.Name} ({first.Path}) did not start: {first.Reason}. Repair it, leave it out (modules all -{first.Name}), "
            + "or set module-failure continue.";
    }

    private string? RenameCommands()
    {
        foreach (IReadOnlyList<string> pair in _start.Parameters.RenameCommand.Value)
        {
            if (_kernel.Commands.Rename(pair[0], pair[1])) continue;
            return $"rename-command {pair[0]} \"{pair[1]}\": No such command in rename-command, or the new name is taken";
        }

        return null;
    }

    /// <summary>Runs on the calling thread until the server is stopped. Returns the exit code.</summary>
    public int Run()
    {
        var log = (Abstractions.ILog)_log;
        log.Notice("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        log.Notice($"{ProgramText.Line}, pid={Environment.ProcessId}, just started");
        if (Prepare() is { } error)
        {
            log.Warning(error);
            Console.Error.WriteLine(error);
            return 1;
        }

        if (_listeners.Open() is { } refusal)
        {
            log.Warning(refusal);
            return 1;
        }

        WritePidFile();
        _ = _title.Apply();
        _start.Parameters.ProcTitleTemplate.Apply = _title.Apply;
        WriteLogo();
        log.Notice("Server initialized");
        _kernel.Memory.MarkStartup();
        if (LoadDataset() is { } unloadable)
        {
            log.Warning(unloadable);
            return 1;
        }

        if (_kernel.LongWork.IsStopping) return 0; // asked to stop while it loaded
        log.Notice("Ready to accept connections");
        _kernel.Observers.Started();
        Warmup.Start(_kernel.Commands.All);
        _kernel.Loop.Run();
        _modules.Stop();
        _listeners.Close();
        if (_start.Parameters.PidFile.Value is { Length: > 0 } pidFile) File.Delete(pidFile);
        return 0;
    }

    // Data files have relative names, and follow.
    private string? EnterDirectory()
    {
        try
        {
            Directory.SetCurrentDirectory(_start.Parameters.Dir.Text);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SystemReason.Of(e);
        }
    }

    private string? LoadDataset()
    {
        try
        {
            _kernel.Observers.LoadDataset();
            return null;
        }
        catch (Abstractions.ModuleException e)
        {
            return e.Message;
        }
    }

    // As in Redis: the picture for people at a terminal, or for who asked for it, one line for everybody else.
    private void WriteLogo()
    {
        int port = (int)_start.Parameters.Port.Value;
        bool isRead = _log.Path.Length == 0 && !Console.IsOutputRedirected && _log.System is null;
        if (isRead || _start.Parameters.AlwaysShowLogo.Value) _log.WriteRaw(ProgramText.Logo(port));
        else ((Abstractions.ILog)_log).Notice($"Running mode=standalone, port={port}.");
    }

    private void WritePidFile()
    {
        if (_start.Parameters.PidFile.Value is { Length: > 0 } path) File.WriteAllText(path, Environment.ProcessId + "\n");
    }

    /// <summary>Whether it has been asked to stop by a signal and has not refused. Any thread.</summary>
    public bool IsStopping => _stopIsPosted || _kernel.Shutdown.InProgress;

    /// <summary>What ends the process when something is broken.</summary>
    public CrashControl Crash => _crash;

    /// <summary>Asks the server to stop, as SIGTERM and SIGINT do. Any thread.</summary>
    public void RequestStop(bool isInterrupt = false)
    {
        _stopIsPosted = true;
        _kernel.Loop.Post(() =>
        {
            string flags = (isInterrupt ? _start.Parameters.ShutdownOnSigInt : _start.Parameters.ShutdownOnSigTerm).Value;
            var options = Abstractions.ShutdownOptions.Signal;
            foreach (string flag in flags.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (flag != "default") options |= Enum.Parse<Abstractions.ShutdownOptions>(flag, ignoreCase: true);
            }

            _kernel.Shutdown.Request(options, null);
            _stopIsPosted = false;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kernel.Dispose();
        _log.Dispose();
    }
}
