using System.Numerics;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Modules;

/// <summary>A module that did not make it into the server.</summary>
/// <param name="Name">Its name, or its file's name where the file does not tell.</param>
/// <param name="Path">Its file.</param>
/// <param name="Reason">Why, in one line.</param>
internal sealed record ModuleFailure(string Name, string Path, string Reason);

/// <summary>
/// The modules of a server: found and configured with <see cref="Configure"/>, started with <see cref="Start"/> once the configuration is
/// applied, stopped with <see cref="Stop"/>; loaded and unloaded in between.
/// </summary>
/// <remarks>
/// Loop thread only, or during start. A module that goes while keys of its types exist is refused. Reloading one with its data would
/// save each such value through <see cref="DataType.Save"/> under its type's name, unload, load, and put the values back through the
/// new type of that name: values are persisted by type name and version everywhere, so nothing here stands against it.
/// </remarks>
internal sealed class ModuleSet(IModuleHost host, ModuleSetOptions options) : IModules
{
    /// <summary>After so many faults of a module only every power of two is logged: a client can cause them at will.</summary>
    private const int FaultsLoggedMax = 16;

    private readonly List<LoadedModule> _modules = [];
    private readonly Dictionary<string, ModuleFailure> _failures = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, WeakReference Trace)> _unloaded = [];
    private ModuleDescription[] _all = [];
    private bool _isRunning;

    private ILog Log => host.Server.Log;

    /// <inheritdoc/>
    public IReadOnlyList<ModuleDescription> All => _all;

    /// <summary>Modules that the configuration asked for and that did not make it.</summary>
    public IReadOnlyCollection<ModuleFailure> Failures => _failures.Values;

    /// <summary>Modules that came from files, as loadmodule lines: what CONFIG REWRITE writes.</summary>
    public IEnumerable<IReadOnlyList<string>> Lines
        => _modules.Where(m => !m.IsBuiltIn).Select(m => (IReadOnlyList<string>)[m.Manifest.Path, .. m.Description.Arguments]);

    /// <summary>Names of unloaded modules that something still refers to: a timer, a thread, an object kept elsewhere.</summary>
    public IReadOnlyList<string> Lingering
    {
        get
        {
            _unloaded.RemoveAll(one => !one.Trace.IsAlive);
            return [.. _unloaded.Select(one => one.Name)];
        }
    }

    /// <summary>Finds the modules that the configuration asks for, orders them, and lets them register.</summary>
    /// <returns>False: one failed, and the configuration says that the server must not start without it.</returns>
    public bool Configure()
    {
        foreach (LoadedModule module in InOrder(FindAll()))
        {
            if (Attempt(module, module.Configure)) _modules.Add(module);
        }

        Describe();
        return MayGoOn;
    }

    /// <summary>Starts the configured modules in order.</summary>
    /// <returns>As <see cref="Configure"/>.</returns>
    public bool Start()
    {
        foreach (LoadedModule module in _modules.ToArray())
        {
            if (!Attempt(module, module.Start)) _modules.Remove(module);
        }

        Describe();
        _isRunning = true;
        return MayGoOn;
    }

    /// <summary>Stops the modules, the last started first. Registrations stay: the keyspace needs the types to the end.</summary>
    public void Stop()
    {
        for (int i = _modules.Count - 1; i >= 0; i--) _modules[i].Stop();
        _isRunning = false;
    }

    /// <inheritdoc/>
    public string? Load(string path, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        LoadedModule? module = null;
        try
        {
            path = ModuleFinder.FullPath(path);
            ModuleManifest manifest = ModuleFinder.Read(path, out byte[] image);
            CheckDuplicate(manifest, _modules.Select(m => m.Manifest));
            module = new LoadedModule(host, manifest, image, arguments);
            CheckDependencies(module);
            Parameter?[] before = [.. parameters.Select(p => host.Configuration.Find(p.Key))];
            module.Configure();
            SetParameters(parameters, before);
            module.Start();
            if (_isRunning) module.TellStarted();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            string reason = ModuleFaults.Explain("loading it", e);
            Log.Warning($"Module {path} failed to load: {reason}");
            if (module is not null) Discard(module);
            return reason;
        }

        _modules.Add(module);
        Describe();
        Log.Notice($"Module '{module.Name}' loaded from {path}");
        return null;
    }

    /// <inheritdoc/>
    /// <remarks>The texts are those of Redis 7.0.15 where it has the case; MODULE puts "ERR Error unloading module: " before.</remarks>
    public string? Unload(string name)
    {
        LoadedModule? module = Find(name);
        string? refusal = module is null ? "no such module with that name" : RefusalToUnload(module);
        if (refusal is not null)
        {
            Log.Warning($"Error unloading module {name}: {refusal}");
            return refusal;
        }

        _modules.Remove(module!);
        Discard(module!);
        Describe();
        Log.Notice($"Module {module!.Name} unloaded");
        return null;
    }

    /// <summary>Counts and logs an exception that a module's command threw.</summary>
    public void Fault(Command command, Exception fault)
    {
        if (Find(command.Module) is not { } module) return;
        long faults = ++module.Description.Faults;
        if (faults > FaultsLoggedMax && !BitOperations.IsPow2(faults)) return;
        Log.Warning($"Module {module.Name}: fault {faults}, in command '{command.FullName}': {fault}");
    }

    private bool MayGoOn => _failures.Count == 0 || !options.RefusesOnFailure;

    private LoadedModule? Find(string name) => _modules.Find(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void Describe() => _all = [.. _modules.Select(m => m.Description)];

    /// <summary>Every module asked for whose file can be read, each name once.</summary>
    private List<LoadedModule> FindAll()
    {
        List<LoadedModule> found = [];
        foreach (string name in ModuleSelection.Select(options.Selection, options.Defaults))
        {
            Attempt(name, ModuleFinder.BuiltInPath(options.Directory, name), () =>
            {
                ModuleManifest manifest = ModuleFinder.FindBuiltIn(options.Directory, name);
                CheckDuplicate(manifest, found.Select(m => m.Manifest));
                found.Add(new LoadedModule(host, manifest, null, []));
            });
        }

        foreach (IReadOnlyList<string> line in options.Lines)
        {
            Attempt(Path.GetFileNameWithoutExtension(line[0]), line[0], () =>
            {
                ModuleManifest manifest = ModuleFinder.Read(ModuleFinder.FullPath(line[0]), out byte[] image);
                CheckDuplicate(manifest, found.Select(m => m.Manifest));
                found.Add(new LoadedModule(host, manifest, image, [.. line.Skip(1)]));
            });
        }

        return found;
    }

    private IEnumerable<LoadedModule> InOrder(List<LoadedModule> found)
    {
        List<ModuleManifest> sorted = ModuleOrder.Sort(
            [.. found.Select(m => m.Manifest)], WhyUnavailable, (manifest, reason) => Fail(manifest.Name, manifest.Path, reason));
        return sorted.Select(manifest => found.Find(m => m.Manifest == manifest)!);
    }

    private bool Attempt(LoadedModule module, Action step)
    {
        bool done = Attempt(module.Name, module.Manifest.Path, () =>
        {
            CheckDependencies(module);
            step();
        });
        if (!done) Discard(module);
        return done;
    }

    private bool Attempt(string name, string path, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            Fail(name, path, ModuleFaults.Explain("loading it", e));
            return false;
        }
    }

    private void Fail(string name, string path, string reason)
    {
        _failures[name] = new ModuleFailure(name, path, reason);
        string next = options.RefusesOnFailure
            ? "Mend it, leave it out (modules -Name, or its loadmodule line), or set module-failure continue."
            : "The server goes on without it (module-failure continue).";
        Log.Warning($"Module {name} ({path}) failed: {reason}. {next}");
    }

    private string WhyUnavailable(string name) => _failures.TryGetValue(name, out ModuleFailure? failure)
        ? failure.Reason
        : "it is not loaded and not among the modules to load";

    private void CheckDependencies(LoadedModule module)
    {
        foreach (string needed in module.Manifest.DependsOn)
        {
            if (Find(needed) is null) throw new ModuleException(ModuleOrder.Because(needed, WhyUnavailable(needed)));
        }
    }

    private static void CheckDuplicate(ModuleManifest manifest, IEnumerable<ModuleManifest> others)
    {
        ModuleManifest? other = others.FirstOrDefault(m => m.Name.Equals(manifest.Name, StringComparison.OrdinalIgnoreCase));
        if (other is not null) throw new ModuleException($"a module named '{other.Name}' is loaded already, from {other.Path}");
    }

    /// <summary>MODULE LOADEX CONFIG: only parameters that the module has just registered.</summary>
    private void SetParameters(IReadOnlyList<KeyValuePair<string, string>> parameters, Parameter?[] before)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            (string name, string value) = parameters[i];
            Parameter? parameter = host.Configuration.Find(name);
            if (parameter is null) throw new ModuleException($"the module has no parameter '{name}'");
            if (parameter == before[i]) throw new ModuleException($"parameter '{name}' is not one of the module's");
            bool takesMany = (parameter.Flags & ParameterFlags.MultiArgument) != 0;
            string[] given = takesMany ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [value];
            if (parameter.Set(given, ParameterSource.Command, out string? error) == SetOutcome.Refused)
            {
                throw new ModuleException($"parameter '{name}' refuses '{value}': {error}");
            }

            host.Configuration.MarkSet(parameter);
        }
    }

    private string? RefusalToUnload(LoadedModule module)
    {
        if (module.IsBuiltIn) return "the module belongs to the server; leave it out with the 'modules' directive";
        if (module.Types.Any(type => host.Server.Types.KeysOf(type) > 0))
        {
            return "the module exports one or more module-side data types, can't unload";
        }

        if (module.Types.Any(host.IsFreeing)) return "values are still being freed. Please try again";
        if (_modules.Any(other => other.Manifest.DependsOn.Contains(module.Name, StringComparer.OrdinalIgnoreCase)))
        {
            return "the module exports APIs used by other modules. Please unload them first and try again";
        }

        if (host.HasBlockedClients(module.Name))
        {
            return "the module has blocked clients. Please wait for them to be unblocked and try again";
        }

        return host.IsExecuting(module.Name) ? "the module is running a command" : null;
    }

    private void Discard(LoadedModule module)
    {
        WeakReference trace = module.Trace;
        module.Discard();
        if (!module.IsBuiltIn && trace.IsAlive) _unloaded.Add((module.Name, trace));
    }
}
