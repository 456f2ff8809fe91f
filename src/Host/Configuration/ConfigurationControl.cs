using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>CONFIG GET, SET and REWRITE on the store.</summary>
/// <param name="store">The parameters.</param>
/// <param name="server">The kernel's own, for enable-protected-configs.</param>
/// <param name="files">Where the file to be rewritten is.</param>
/// <param name="filePath">The configuration file's absolute path, or null.</param>
/// <param name="log">Takes a warning about a failed rollback.</param>
internal sealed class ConfigurationControl(
    ConfigurationStore store, ServerParameters server, IConfigurationFiles files, string? filePath, Action<string> log)
    : IConfigurationControl
{
    private const string LoadingError = "LOADING Redis is loading the dataset in memory";

    /// <inheritdoc/>
    public string? FilePath => filePath;

    /// <inheritdoc/>
    public IReadOnlyList<ConfigurationEntry> Get(IReadOnlyList<ReadOnlyMemory<byte>> patterns)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var found = new List<ConfigurationEntry>();
        foreach (ReadOnlyMemory<byte> pattern in patterns)
        {
            if (!GlobPattern.HasWildcard(pattern.Span))
            {
                string asked = ConfigurationText.Decode(pattern.Span);
                if (FindVisible(asked) is { } exact && seen.Add(asked)) found.Add(Entry(asked, exact));
                continue;
            }

            foreach ((string name, Parameter parameter) in store.Names)
            {
                if ((parameter.Flags & (ParameterFlags.Hidden | ParameterFlags.FileOnly)) != 0) continue;
                if (!GlobPattern.Matches(pattern.Span, ConfigurationText.Encode(name), ignoreCase: true)) continue;
                if (seen.Add(name)) found.Add(Entry(name, parameter));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public string? Set(IReadOnlyList<ReadOnlyMemory<byte>> namesAndValues, ConfigurationCaller caller)
    {
        if (namesAndValues.Count % 2 != 0) return "ERR syntax error";

        var changes = new List<Change>(namesAndValues.Count / 2);
        for (int i = 0; i < namesAndValues.Count; i += 2)
        {
            string asked = ConfigurationText.Decode(namesAndValues[i].Span);
            if (FindVisible(asked) is not { } parameter)
            {
                return $"ERR Unknown option or number of arguments for CONFIG SET - '{asked}'";
            }

            if ((parameter.Flags & ParameterFlags.Immutable) != 0) return Failed(asked, "can't set immutable config");
            if (!IsAllowed(parameter, caller)) return Failed(asked, "can't set protected config");
            if (caller.IsLoading && (parameter.Flags & ParameterFlags.DenyLoading) != 0) return LoadingError;

            // As in Redis an alias beside its parameter is no duplicate: the last one wins.
            string name = asked.ToLowerInvariant();
            if (changes.Exists(change => change.Name == name)) return Failed(asked, "duplicate parameter");
            string value = ConfigurationText.Decode(namesAndValues[i + 1].Span);
            changes.Add(new Change(name, parameter, value, parameter.Capture()));
        }

        return SetAll(changes);
    }

    /// <inheritdoc/>
    public string? Rewrite(bool all = false)
    {
        if (filePath is null) return "ERR The server is running without a config file";

        byte[] old = [];
        if (files.Exists(filePath))
        {
            byte[]? content = files.Read(filePath, out string? failure);
            if (content is null) return "ERR Rewriting config file: " + failure;
            old = content;
        }

        byte[] rewritten = new ConfigurationRewriter(store, all).Rewrite(old);
        string? error = files.Replace(filePath, rewritten);
        return error is null ? null : "ERR Rewriting config file: " + error;
    }

    /// <inheritdoc/>
    public bool IsSensitive(ReadOnlySpan<byte> name) =>
        store.Find(ConfigurationText.Decode(name)) is { } parameter && (parameter.Flags & ParameterFlags.Sensitive) != 0;

    private string? SetAll(List<Change> changes)
    {
        // Apply runs after all values are set: one side effect may look at several parameters.
        var applies = new List<(Func<string?> Apply, string Name)>();
        for (int i = 0; i < changes.Count; i++)
        {
            Change change = changes[i];
            bool several = (change.Parameter.Flags & ParameterFlags.MultiArgument) != 0;
            string[] arguments = !several ? [change.Value] : change.Value.Length == 0 ? [] : change.Value.Split(' ');
            SetOutcome outcome = change.Parameter.Set(arguments, ParameterSource.Command, out string? error);
            if (outcome == SetOutcome.Refused)
            {
                RollBack(changes, applies: []);
                return Failed(change.Name, error);
            }

            Func<string?>? apply = outcome == SetOutcome.Changed ? change.Parameter.Apply : null;
            if (apply is not null && !applies.Exists(other => other.Apply == apply)) applies.Add((apply, change.Name));
        }

        foreach ((Func<string?> apply, string name) in applies)
        {
            if (apply() is not { } error) continue;
            RollBack(changes, applies);
            return Failed(name, error);
        }

        foreach (Change change in changes) store.MarkSet(change.Parameter);
        store.RaiseChanged([.. changes.Select(change => change.Parameter)]);
        return null;
    }

    private void RollBack(List<Change> changes, List<(Func<string?> Apply, string Name)> applies)
    {
        foreach (Change change in changes) change.Parameter.Restore(change.Old);
        foreach ((Func<string?> apply, string name) in applies)
        {
            if (apply() is { } error) log($"Failed applying restored failed CONFIG SET command: {name}: {error}");
        }
    }

    private bool IsAllowed(Parameter parameter, ConfigurationCaller caller) =>
        (parameter.Flags & ParameterFlags.Protected) == 0 || server.EnableProtectedConfigs.Value switch
        {
            ProtectedAction.Yes => true,
            ProtectedAction.Local => caller.IsLocal,
            _ => false,
        };

    private Parameter? FindVisible(string name) =>
        store.Find(name) is { } parameter && (parameter.Flags & ParameterFlags.FileOnly) == 0 ? parameter : null;

    private static string Failed(string name, string? reason) =>
        $"ERR CONFIG SET failed (possibly related to argument '{name}')" + (reason is null ? "" : " - " + reason);

    private static ConfigurationEntry Entry(string name, Parameter parameter) =>
        new(ConfigurationText.Encode(name), ConfigurationText.Encode(parameter.Format()));

    private readonly record struct Change(string Name, Parameter Parameter, string Value, object? Old);
}
