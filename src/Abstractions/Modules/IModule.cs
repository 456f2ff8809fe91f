namespace ModularKv.Abstractions;

/// <summary>
/// A unit that the server can load, start, stop and (when it was brought in by MODULE LOAD) unload. The server reads
/// <see cref="ModuleAttribute"/> before it creates the object, so a module of a wrong level never runs a line of its code.
/// </summary>
/// <remarks>
/// Life cycle, all on the loop thread: constructor (parameterless) → <see cref="Configure"/> → the configuration file's directives are
/// applied → <see cref="Start"/> in dependency order → … → <see cref="Stop"/> in reverse order. Everything registered through the
/// registry is revoked by the server when the module goes; <see cref="Stop"/> only has to give back what the module took elsewhere.
/// Keep state in instance fields: statics of an unloadable module cost 6-12 ns an access and hold the module alive.
/// </remarks>
public interface IModule
{
    /// <summary>Registers commands, types, parameters and the rest. No key may be touched and nothing started yet.</summary>
    void Configure(IModuleRegistry registry);

    /// <summary>
    /// Called once every module is configured and the configuration is applied. Throwing means: this module did not start.
    /// </summary>
    void Start(IServer server) { }

    /// <summary>Called once, also when <see cref="Start"/> threw. Must not throw.</summary>
    void Stop() { }
}

/// <summary>Says what a module is called and which contract it was built against.</summary>
/// <param name="name">Unique, case-insensitive, letters, digits, '-' and '_'.</param>
/// <param name="version">For humans and MODULE LIST, e.g. "1.2.0".</param>
/// <param name="apiLevel">Always <see cref="ModularKv.Abstractions.ApiLevel.Current"/>: the compiler writes the level in force at build
/// time.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ModuleAttribute(string name, string version, int apiLevel) : Attribute
{
    /// <summary>The module's unique name.</summary>
    public string Name { get; } = name;

    /// <summary>The module's own version.</summary>
    public string Version { get; } = version;

    /// <summary>The level of the contract that the module was compiled against.</summary>
    public int ApiLevel { get; } = apiLevel;

    /// <summary>Names of modules that must be configured and started before this one.</summary>
    public string[] DependsOn { get; set; } = [];

    /// <summary>One line for MODULE LIST and the log.</summary>
    public string Summary { get; set; } = "";
}

/// <summary>The level of this contract. It rises when a module built against the previous one could break.</summary>
public static class ApiLevel
{
    /// <summary>The level of this build of the package.</summary>
    public const int Current = 1;

    /// <summary>The oldest level that this server still loads.</summary>
    public const int Oldest = 1;
}
