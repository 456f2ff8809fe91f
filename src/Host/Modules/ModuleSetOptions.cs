using ModularKv.Host.Configuration;

namespace ModularKv.Host.Modules;

/// <summary>What the operator said about modules.</summary>
internal sealed class ModuleSetOptions
{
    /// <summary>Absolute path of the folder that holds the built-in modules, one folder each.</summary>
    public required string Directory { get; init; }

    /// <summary>The <c>modules</c> parameter.</summary>
    public IReadOnlyList<string> Selection { get; init; } = ["all"];

    /// <summary>What <c>all</c> stands for.</summary>
    public IReadOnlyList<string> Defaults { get; init; } = DefaultModules.Names;

    /// <summary>The <c>loadmodule</c> lines: path, then arguments.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Lines { get; init; } = [];

    /// <summary>Whether the server refuses to start when a module fails.</summary>
    public bool RefusesOnFailure { get; init; } = true;

    /// <summary>Reads the parameters.</summary>
    public static ModuleSetOptions From(ServerParameters parameters) => new()
    {
        Directory = Path.Combine(AppContext.BaseDirectory, parameters.ModuleDir.Text),
        Selection = parameters.Modules.Value,
        Lines = parameters.LoadModule.Value,
        RefusesOnFailure = parameters.ModuleFailure.Value == ModuleFailurePolicy.Refuse,
    };
}
