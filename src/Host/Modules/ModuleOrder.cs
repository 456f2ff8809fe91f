namespace ModularKv.Host.Modules;

/// <summary>Puts modules behind those that they depend on, and otherwise leaves them in the order given.</summary>
internal static class ModuleOrder
{
    /// <summary>Sorts.</summary>
    /// <param name="modules">Unique names.</param>
    /// <param name="unavailable">Why a module that is not among them is not.</param>
    /// <param name="refused">Told of modules that cannot be placed: a dependency is missing, was refused, or goes in a circle.</param>
    public static List<ModuleManifest> Sort(
        IReadOnlyList<ModuleManifest> modules, Func<string, string> unavailable, Action<ModuleManifest, string> refused)
    {
        var walk = new Walk(modules, unavailable, refused);
        foreach (ModuleManifest module in modules) walk.Place(module);
        return walk.Sorted;
    }

    private sealed class Walk(
        IReadOnlyList<ModuleManifest> modules, Func<string, string> unavailable, Action<ModuleManifest, string> refused)
    {
        private readonly Dictionary<string, ModuleManifest> _byName = modules.ToDictionary(m => m.Name, StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, string?> _placed = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<string> _path = [];

        public List<ModuleManifest> Sorted { get; } = [];

        /// <summary>Places a module behind its dependencies. Null, or why it was refused.</summary>
        public string? Place(ModuleManifest module)
        {
            if (_placed.TryGetValue(module.Name, out string? known)) return known;
            _path.Add(module.Name);
            string? reason = null;
            foreach (string needed in module.DependsOn) reason ??= ReasonAgainst(needed);
            _path.RemoveAt(_path.Count - 1);
            _placed.Add(module.Name, reason);
            if (reason is null) Sorted.Add(module);
            else refused(module, reason);
            return reason;
        }

        private string? ReasonAgainst(string needed)
        {
            int at = _path.FindIndex(name => name.Equals(needed, StringComparison.OrdinalIgnoreCase));
            if (at >= 0) return $"its dependencies go in a circle: {string.Join(" -> ", _path.Skip(at).Append(_path[at]))}";
            if (_byName.TryGetValue(needed, out ModuleManifest? module)) return Place(module) is { } why ? Because(needed, why) : null;
            return Because(needed, unavailable(needed));
        }
    }

    /// <summary>The reason of a module whose dependency is not there.</summary>
    public static string Because(string needed, string why) => $"it depends on module '{needed}': {why}";
}
