using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>Every parameter by name, whoever owns it, and the directives that wait for their owner.</summary>
/// <remarks>Loop thread only, or during start.</remarks>
internal sealed class ConfigurationStore
{
    private readonly Dictionary<string, Registration> byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ConfigurationLine> pending = [];
    private readonly List<ConfigurationError> errors = [];

    /// <summary>Raised after a CONFIG SET has been applied.</summary>
    public event Action<IReadOnlyList<Parameter>>? Changed;

    /// <summary>Directives of the file whose name nobody has registered.</summary>
    public IReadOnlyList<ConfigurationLine> Pending => pending;

    /// <summary>Every name and alias with its parameter, sorted by name.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Names => byName
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Parameter));

    /// <summary>Every parameter once, sorted by name.</summary>
    public IEnumerable<Parameter> Parameters => byName.Values
        .Select(registration => registration.Parameter)
        .Distinct()
        .OrderBy(parameter => parameter.Name, StringComparer.Ordinal);

    /// <summary>A view for one module; disposing of it revokes all that the module registered.</summary>
    public ModuleConfiguration For(string owner) => new(this, owner);

    /// <summary>Registers a parameter that a module may take over by its name.</summary>
    public void RegisterPlaceholder(Parameter parameter) => Register(parameter, owner: null);

    /// <summary>Registers a parameter and gives it the value of the placeholder it replaces and of waiting directives.</summary>
    /// <param name="parameter">The parameter; the store keeps it until it is revoked.</param>
    /// <param name="owner">The module's name; null for a placeholder.</param>
    /// <exception cref="InvalidOperationException">A name is taken by another owner.</exception>
    public void Register(Parameter parameter, string? owner)
    {
        string[] names = [parameter.Name, .. parameter.Aliases];
        var replaced = new HashSet<Registration>();
        foreach (string name in names)
        {
            if (!byName.TryGetValue(name, out Registration? present)) continue;
            if (present.Owner is not null || owner is null)
            {
                throw new InvalidOperationException($"parameter '{name}' is already registered by '{present.Owner ?? "placeholder"}'");
            }

            replaced.Add(present);
        }

        var registration = new Registration(parameter, owner, [.. replaced]);
        foreach (Registration placeholder in replaced)
        {
            Forget(placeholder);
            TakeOver(placeholder, registration);
        }

        foreach (string name in names) byName[name] = registration;
        ApplyPending(registration, names);
    }

    /// <summary>Takes a parameter back. The placeholders it had replaced return, with its present value.</summary>
    /// <returns>False when it was not registered by this owner.</returns>
    public bool Revoke(Parameter parameter, string owner)
    {
        if (!byName.TryGetValue(parameter.Name, out Registration? registration)) return false;
        if (registration.Parameter != parameter || registration.Owner != owner) return false;

        Forget(registration);
        foreach (Registration placeholder in registration.Replaced)
        {
            byName[placeholder.Parameter.Name] = placeholder;
            foreach (string alias in placeholder.Parameter.Aliases) byName[alias] = placeholder;
            TakeOver(registration, placeholder);
        }

        return true;
    }

    /// <summary>The parameter of that name or alias, without regard to case; null when unknown.</summary>
    public Parameter? Find(string name) => byName.TryGetValue(name, out Registration? registration) ? registration.Parameter : null;

    /// <summary>Takes one directive of the file: sets its parameter, or keeps it until somebody registers the name.</summary>
    /// <returns>Null, or the reason against it.</returns>
    public string? Accept(ConfigurationLine line)
    {
        if (byName.TryGetValue(line.Name, out Registration? registration)) return SetFromFile(registration, line);
        pending.Add(line);
        return null;
    }

    /// <summary>Called when every module has started: what is wrong with directives that came through modules, or reached nobody.</summary>
    /// <returns>Empty when all is well. Errors are reported once; directives that nobody knows stay pending.</returns>
    public IReadOnlyList<ConfigurationError> CompleteStart()
    {
        List<ConfigurationError> found = [.. errors];
        errors.Clear();
        foreach (ConfigurationLine line in pending) found.Add(ConfigurationError.At(line, UnknownDirective(line.Name)));
        return found;
    }

    /// <summary>Remembers that CONFIG SET gave a parameter its value: it must survive the change of its owner.</summary>
    public void MarkSet(Parameter parameter)
    {
        if (byName.TryGetValue(parameter.Name, out Registration? registration)) registration.IsSet = true;
    }

    /// <summary>Tells the listeners about an applied CONFIG SET.</summary>
    public void RaiseChanged(IReadOnlyList<Parameter> parameters) => Changed?.Invoke(parameters);

    /// <summary>The reason against a directive that nobody knows, with the nearest name that somebody does.</summary>
    public string UnknownDirective(string name)
    {
        const string Reason = "Bad directive or wrong number of arguments";
        string? near = NameSuggestion.Nearest(name, byName.Keys.Append("include"));
        return near is null ? Reason : $"{Reason}, did you mean '{near}'?";
    }

    private static string? SetFromFile(Registration registration, ConfigurationLine line)
    {
        ParameterFlags flags = registration.Parameter.Flags;
        string[] arguments = line.Arguments;
        if ((flags & ParameterFlags.MultiArgument) == 0 && arguments.Length != 1) return "wrong number of arguments";

        bool splits = (flags & (ParameterFlags.MultiArgument | ParameterFlags.FileOnly)) == ParameterFlags.MultiArgument;
        if (splits && arguments is [{ Length: > 0 } single])
        {
            // --save "900 1 300 10" and save "900 1 300 10" are as good as four arguments.
            List<string>? parts = ArgumentSplitter.Split(ConfigurationText.Encode(single));
            if (parts is null) return "Unbalanced quotes in configuration line";
            arguments = [.. parts];
        }

        if (registration.Parameter.Set(arguments, ParameterSource.File, out string? error) == SetOutcome.Refused) return error;
        registration.IsSet = true;
        registration.LastLine = line;
        return null;
    }

    private void ApplyPending(Registration registration, string[] names)
    {
        for (int i = 0; i < pending.Count;)
        {
            ConfigurationLine line = pending[i];
            if (!names.Contains(line.Name, StringComparer.OrdinalIgnoreCase))
            {
                i++;
                continue;
            }

            pending.RemoveAt(i);
            if (SetFromFile(registration, line) is { } reason) errors.Add(ConfigurationError.At(line, reason));
        }
    }

    private void TakeOver(Registration from, Registration to)
    {
        if (!from.IsSet) return;
        to.IsSet = true;
        to.LastLine = from.LastLine;

        if (from.Parameter is DirectiveParameter directives)
        {
            int known = to.Parameter is DirectiveParameter target ? target.Value.Count : 0;
            foreach (IReadOnlyList<string> one in directives.Value.Skip(known)) Transfer([.. one], to);
            return;
        }

        string value = from.Parameter.Format();
        bool isList = (from.Parameter.Flags & to.Parameter.Flags & ParameterFlags.MultiArgument) != 0;
        Transfer(isList ? value.Split(' ') : [value], to);
    }

    private void Transfer(string[] arguments, Registration to)
    {
        if (to.Parameter.Set(arguments, ParameterSource.Command, out string? error) != SetOutcome.Refused) return;
        ConfigurationLine line = to.LastLine ?? new ConfigurationLine(
            "CONFIG SET", 0, $"{to.Parameter.Name} {string.Join(' ', arguments)}", to.Parameter.Name, arguments);
        errors.Add(ConfigurationError.At(line, error!));
    }

    private void Forget(Registration registration)
    {
        byName.Remove(registration.Parameter.Name);
        foreach (string alias in registration.Parameter.Aliases) byName.Remove(alias);
    }

    private sealed class Registration(Parameter parameter, string? owner, Registration[] replaced)
    {
        public Parameter Parameter { get; } = parameter;

        public string? Owner { get; } = owner;

        /// <summary>The placeholders whose names this one uses, to be put back when it goes.</summary>
        public Registration[] Replaced { get; } = replaced;

        /// <summary>The file or CONFIG SET gave it a value, even if that is the default.</summary>
        public bool IsSet { get; set; }

        /// <summary>Where the value came from, for errors.</summary>
        public ConfigurationLine? LastLine { get; set; }
    }
}
