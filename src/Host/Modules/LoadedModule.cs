using System.Reflection;
using ModularKv.Abstractions;

namespace ModularKv.Host.Modules;

/// <summary>One module on its way through life. Every step succeeds, or throws <see cref="ModuleException"/> with the reason.</summary>
internal sealed class LoadedModule
{
    private readonly IModuleHost _host;
    private byte[]? _image;
    private ModuleLoadContext? _context;
    private ModuleRegistry? _registry;
    private IModule? _instance;
    private bool _startTried;

    /// <param name="host">What the module is attached to.</param>
    /// <param name="manifest">What its file says.</param>
    /// <param name="image">The file's bytes, for a module that can be unloaded; null maps the file and keeps it.</param>
    /// <param name="arguments">Handed to the module.</param>
    public LoadedModule(IModuleHost host, ModuleManifest manifest, byte[]? image, IReadOnlyList<string> arguments)
    {
        _host = host;
        _image = image;
        Manifest = manifest;
        IsBuiltIn = image is null;
        Description = new ModuleDescription
        {
            Name = manifest.Name,
            Version = manifest.Version,
            Summary = manifest.Summary,
            Path = manifest.Path,
            Arguments = arguments,
            ApiLevel = manifest.ApiLevel,
            Unloadable = !IsBuiltIn,
        };
    }

    /// <summary>What the file says.</summary>
    public ModuleManifest Manifest { get; }

    /// <summary>Unique, case-insensitive.</summary>
    public string Name => Manifest.Name;

    /// <summary>Whether it belongs to the server and stays.</summary>
    public bool IsBuiltIn { get; }

    /// <summary>What other modules see of it.</summary>
    public ModuleDescription Description { get; }

    /// <summary>Its data types.</summary>
    public IReadOnlyList<DataType> Types => _registry?.RegisteredTypes ?? [];

    /// <summary>Turns to null when nothing refers to the unloaded module any more.</summary>
    public WeakReference Trace => new(_context, trackResurrection: true);

    /// <summary>Loads the assembly, creates the object and lets it register.</summary>
    public void Configure()
    {
        _context = new ModuleLoadContext(Name, Manifest.Path, isCollectible: !IsBuiltIn);
        _instance = Step("its constructor", Create);
        _registry = new ModuleRegistry(_host, Name, IsBuiltIn, Description.Arguments);
        Description.Memory = _registry.Memory;
        Step("its Configure", () =>
        {
            _instance.Configure(_registry);
            return 0;
        });
        Description.Commands = [.. _registry.RegisteredCommands];
    }

    /// <summary>Starts it.</summary>
    public void Start()
    {
        _startTried = true;
        Step("its Start", () =>
        {
            _instance!.Start(_host.Server);
            return 0;
        });
        Description.Commands = [.. _registry!.RegisteredCommands];
    }

    /// <summary>Tells a module that came late what the others were told when the server began to accept clients.</summary>
    public void TellStarted() => Step("its observer's Started", () =>
    {
        foreach (ServerObserver observer in _registry!.RegisteredServerObservers) observer.Started();
        return 0;
    });

    /// <summary>Stops it, takes back all it registered and lets go of its assemblies. Any number of times.</summary>
    public void Discard()
    {
        Stop();
        _registry?.Revoke();
        if (_registry?.Memory is { UsedBytes: > 0 } memory)
        {
            _host.Server.Log.Warning($"Module {Name} left {memory.UsedBytes} bytes of off-heap memory behind: its Stop must free them.");
        }

        Description.Commands = [];
        Description.Memory = null;
        _registry = null;
        _instance = null;
        _image = null;
        if (_context is { IsCollectible: true } context) context.Unload();
        _context = null;
    }

    /// <summary>Stops it, where a start was tried. Any number of times.</summary>
    public void Stop()
    {
        if (!_startTried) return;
        _startTried = false;
        try
        {
            _instance!.Stop();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            _host.Server.Log.Warning($"Module {Name}: {ModuleFaults.Explain("its Stop", e)}; it is taken away all the same.");
        }
    }

    private IModule Create()
    {
        Assembly assembly = _context!.LoadMain(_image);
        _image = null;
        Type type = assembly.GetType(Manifest.TypeName, throwOnError: true)!;
        if (type.IsAbstract || type.ContainsGenericParameters || !typeof(IModule).IsAssignableFrom(type))
        {
            throw new ModuleException($"{Manifest.TypeName} has a [Module] attribute but is no class that implements IModule");
        }

        const BindingFlags AnyInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        if (type.GetConstructor(AnyInstance, []) is null)
        {
            throw new ModuleException($"{Manifest.TypeName} has no parameterless constructor");
        }

        return (IModule)Activator.CreateInstance(type, AnyInstance | BindingFlags.DoNotWrapExceptions, null, null, null)!;
    }

    private T Step<T>(string doing, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            _host.Server.Log.Debug($"Module {Name}: {e}");
            throw new ModuleException(ModuleFaults.Explain(doing, e));
        }
    }
}
