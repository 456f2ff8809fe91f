using ModularKv.Abstractions;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Modules;

/// <summary>Finds module files and reads what they say about themselves.</summary>
internal static class ModuleFinder
{
    /// <summary>A built-in module by its folder's name, any case.</summary>
    /// <exception cref="ModuleException">There is none, it cannot be read, or the file holds a module of another name.</exception>
    public static ModuleManifest FindBuiltIn(string directory, string name)
    {
        string folder = Directory.Exists(Path.Combine(directory, name)) ? name : FolderOf(directory, name);
        string path = BuiltInPath(directory, folder);
        try
        {
            using var image = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            ModuleManifest found = ModuleManifest.Read(path, image);
            if (found.Name.Equals(folder, StringComparison.OrdinalIgnoreCase)) return found;
            throw new ModuleException($"the folder '{folder}' holds a module of another name, '{found.Name}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModuleException($"the file cannot be read ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Where a built-in module's file is.</summary>
    public static string BuiltInPath(string directory, string name) => Path.Combine(directory, name, $"ModularKv.{name}.dll");

    /// <summary>The absolute form of a path that somebody typed; a relative one counts from the directory of data, as in Redis.</summary>
    /// <exception cref="ModuleException">It is no path.</exception>
    public static string FullPath(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException)
        {
            throw new ModuleException("this is no path of a file");
        }
    }

    /// <summary>Reads a module file whole, so that it may be replaced or deleted at any time afterwards.</summary>
    /// <exception cref="ModuleException">It cannot be read, or is no module.</exception>
    public static ModuleManifest Read(string path, out byte[] image)
    {
        try
        {
            image = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModuleException(Directory.Exists(path)
                ? "it is a directory: name the module's .dll in it"
                : $"the file cannot be read ({e.Message.TrimEnd('.')})");
        }

        return ModuleManifest.Read(path, new MemoryStream(image, writable: false));
    }

    private static string FolderOf(string directory, string name)
    {
        string[] folders = Directory.Exists(directory)
            ? [.. Directory.EnumerateDirectories(directory).Select(f => Path.GetFileName(f)!)]
            : [];
        string? folder = folders.FirstOrDefault(f => f.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (folder is not null) return folder;
        string near = NameSuggestion.Nearest(name, folders) is { } other ? $", did you mean '{other}'?" : "";
        throw new ModuleException($"there is no such module in {directory}{near}");
    }
}
