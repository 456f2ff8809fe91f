using System.Text;

namespace ModularKv.Abstractions;

/// <summary>The loaded modules, and loading.</summary>
public interface IModules
{
    /// <summary>All of them, in start order.</summary>
    IReadOnlyList<ModuleDescription> All { get; }

    /// <summary>Loads a module file into a context of its own that can be unloaded again.</summary>
    /// <param name="path">Path of the module's assembly.</param>
    /// <param name="arguments">Handed to the module as its <see cref="ModuleDescription.Arguments"/>.</param>
    /// <param name="parameters">Directives to set before it starts (MODULE LOADEX).</param>
    /// <returns>Null, or why it was not loaded; then nothing of it is left behind.</returns>
    string? Load(string path, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> parameters);

    /// <summary>Stops and unloads a module that was brought in by <see cref="Load"/>.</summary>
    /// <returns>Null, or why not: its types have keys, its clients are blocked, others depend on it, it belongs to the default
    /// set.</returns>
    string? Unload(string name);
}

/// <summary>A loaded module.</summary>
public sealed class ModuleDescription
{
    internal ModuleDescription()
    {
    }

    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The module's version.</summary>
    public required string Version { get; init; }

    /// <summary>One line about it.</summary>
    public required string Summary { get; init; }

    /// <summary>Path of its assembly.</summary>
    public required string Path { get; init; }

    /// <summary>Arguments it was loaded with.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The level of the contract it was built against.</summary>
    public required int ApiLevel { get; init; }

    /// <summary>Whether MODULE UNLOAD may take it away.</summary>
    public required bool Unloadable { get; init; }

    /// <summary>Off-heap bytes it holds.</summary>
    public Memory.MemoryOwner? Memory { get; internal set; }

    /// <summary>Number of calls of its commands that threw.</summary>
    public long Faults { get; internal set; }

    /// <summary>What registered commands it has.</summary>
    public IReadOnlyList<Command> Commands { get; internal set; } = [];

    /// <summary>Writes the map that MODULE LIST and HELLO show: name, ver, path, args.</summary>
    /// <remarks>Version a.b.c is the number abbcc, as modules of Redis number theirs.</remarks>
    public void WriteTo(ReplyWriter reply)
    {
        reply.Map(4);
        reply.Bulk("name"u8);
        reply.Bulk(Encoding.UTF8.GetBytes(Name));
        reply.Bulk("ver"u8);
        reply.Integer(System.Version.TryParse(Version, out Version? v) ? (v.Major * 10000) + (v.Minor * 100) + Math.Max(0, v.Build) : 0);
        reply.Bulk("path"u8);
        reply.Bulk(Encoding.UTF8.GetBytes(Path));
        reply.Bulk("args"u8);
        reply.Array(Arguments.Count);
        foreach (string argument in Arguments) reply.Bulk(Encoding.UTF8.GetBytes(argument));
    }
}
