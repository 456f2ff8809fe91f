namespace ModularKv.Abstractions.Configuration;

/// <summary>One value out of a fixed set of names, read as an enum.</summary>
/// <remarks>Names are compared without regard to case. Two names may stand for one value: the first is the one shown.</remarks>
public sealed class EnumParameter<T> : Parameter<T>
    where T : struct, Enum
{
    private readonly (string Name, T Value)[] names;

    /// <param name="name">The directive.</param>
    /// <param name="defaultValue">A value that has a name.</param>
    /// <param name="names">The names in the order in which an error lists them.</param>
    public EnumParameter(string name, T defaultValue, params ReadOnlySpan<(string Name, T Value)> names) : base(name, defaultValue) =>
        this.names = names.ToArray();

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        foreach ((string candidate, T value) in names)
        {
            if (arguments.Length == 1 && candidate.Equals(arguments[0], StringComparison.OrdinalIgnoreCase)) return Store(value, out error);
        }

        error = ChoiceParameter.MustBeOneOf(names.Select(pair => pair.Name));
        return SetOutcome.Refused;
    }

    /// <inheritdoc/>
    public override string Format()
    {
        foreach ((string candidate, T value) in names)
        {
            if (EqualityComparer<T>.Default.Equals(value, Value)) return candidate;
        }

        return "unknown";
    }
}

/// <summary>One name out of a fixed set, or several with <see cref="ParameterFlags.MultiArgument"/>, held as canonical text.</summary>
public sealed class ChoiceParameter : Parameter<string>
{
    private readonly string[] choices;

    /// <param name="name">The directive.</param>
    /// <param name="defaultValue">One of the choices.</param>
    /// <param name="choices">
    /// The names in the order in which an error lists them and several chosen ones are shown; <c>relative=yes</c> makes "relative"
    /// another spelling of "yes".
    /// </param>
    public ChoiceParameter(string name, string defaultValue, params ReadOnlySpan<string> choices) : base(name, defaultValue) =>
        this.choices = choices.ToArray();

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        bool several = (Flags & ParameterFlags.MultiArgument) != 0;
        var chosen = new HashSet<string>();
        foreach (string argument in arguments)
        {
            string? match = choices.FirstOrDefault(choice => Spelling(choice).Equals(argument, StringComparison.OrdinalIgnoreCase));
            if (match is null)
            {
                chosen.Clear();
                break;
            }

            chosen.Add(Meaning(match));
        }

        if (chosen.Count == 0 || (!several && arguments.Length != 1))
        {
            error = MustBeOneOf(choices.Select(Spelling));
            return SetOutcome.Refused;
        }

        // The default stands for "nothing special"; beside another choice it says nothing.
        if (chosen.Count > 1) chosen.Remove(Default);
        return Store(string.Join(' ', choices.Where(choice => chosen.Contains(choice))), out error);
    }

    /// <inheritdoc/>
    public override string Format() => Value;

    /// <summary>Redis's refusal. Redis cuts it after 255 bytes.</summary>
    internal static string MustBeOneOf(IEnumerable<string> names)
    {
        string text = "argument(s) must be one of the following: " + string.Join(", ", names);
        return text.Length > 255 ? text[..255] : text;
    }

    private static string Spelling(string choice) => choice.Split('=')[0];

    private static string Meaning(string choice) => choice.Split('=')[^1];
}
