using System.Reflection;
using System.Runtime.Loader;
using ModularKv.Abstractions;

namespace ModularKv.Host.Modules;

/// <summary>
/// The assemblies of one module. The contract and the framework are the host's; every package of the module is its own, in its own
/// version, found through the module's .deps.json.
/// </summary>
/// <remarks>
/// A collectible context reads files into memory: the file can be replaced while the module runs (a mapped file that is overwritten in
/// place kills the process on Linux, and is locked on Windows). Built-in modules are mapped, which is faster.
/// </remarks>
internal sealed class ModuleLoadContext : AssemblyLoadContext
{
    private readonly string _path;
    private AssemblyDependencyResolver? _resolver;

    /// <param name="name">The module's name, for debuggers.</param>
    /// <param name="path">Absolute path of the module's assembly.</param>
    /// <param name="isCollectible">Whether the module can be unloaded again.</param>
    public ModuleLoadContext(string name, string path, bool isCollectible)
        : base(name, isCollectible)
    {
        _path = path;
        Resolving += (_, wanted) => LoadOwn(wanted);
    }

    /// <summary>Loads the module's own assembly.</summary>
    /// <param name="image">Its bytes, or null to map the file.</param>
    public Assembly LoadMain(byte[]? image) => image is null ? LoadFromAssemblyPath(_path) : LoadImage(_path, image);

    /// <inheritdoc/>
    /// <remarks>
    /// Null sends the runtime to the default context; when that has none, or an older one, <see cref="AssemblyLoadContext.Resolving"/>
    /// follows.
    /// </remarks>
    protected override Assembly? Load(AssemblyName wanted) => IsShared(wanted.Name!) ? null : LoadOwn(wanted);

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
        => Resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static bool IsShared(string name)
        => name is "ModularKv.Abstractions" or "netstandard" or "mscorlib"
        || name.StartsWith("System.", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Microsoft.Extensions.", StringComparison.OrdinalIgnoreCase);

    private Assembly? LoadOwn(AssemblyName wanted)
    {
        if (Resolver.ResolveAssemblyToPath(wanted) is not { } path) return null;
        return IsCollectible ? LoadImage(path, File.ReadAllBytes(path)) : LoadFromAssemblyPath(path);
    }

    private Assembly LoadImage(string path, byte[] image)
    {
        // Symbols beside the file give the log of a fault its line numbers.
        string symbols = Path.ChangeExtension(path, ".pdb");
        using MemoryStream? symbolsImage = File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null;
        using var stream = new MemoryStream(image);
        return LoadFromStream(stream, symbolsImage);
    }

    // Made on first use: it reads .deps.json, which a module without packages never needs.
    private AssemblyDependencyResolver Resolver
    {
        get
        {
            try
            {
                return _resolver ??= new AssemblyDependencyResolver(_path);
            }
            catch (InvalidOperationException e)
            {
                throw new ModuleException($"its dependencies cannot be read ({e.Message.TrimEnd('.')}): see the .deps.json beside it");
            }
        }
    }
}
