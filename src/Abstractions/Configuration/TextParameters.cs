namespace ModularKv.Abstractions.Configuration;

/// <summary>A text. Bytes that are not UTF-8 survive, see <see cref="ConfigurationText"/>.</summary>
public sealed class StringParameter(string name, string? defaultValue = "") : Parameter<string?>(name, defaultValue)
{
    /// <summary>An empty text is stored as null: the feature is off, and CONFIG REWRITE removes the line.</summary>
    public bool EmptyIsNull { get; init; } = defaultValue is null;

    /// <summary>CONFIG REWRITE pins the value in the file always: the default depends on where the server started.</summary>
    public bool AlwaysRewritten { get; init; }

    /// <summary>The value, empty instead of null.</summary>
    public string Text => Value ?? "";

    /// <inheritdoc/>
    public override bool IsDefault => !AlwaysRewritten && base.IsDefault;

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        if (arguments.Length != 1)
        {
            error = "wrong number of arguments";
            return SetOutcome.Refused;
        }

        return Store(EmptyIsNull && arguments[0].Length == 0 ? null : arguments[0], out error);
    }

    /// <inheritdoc/>
    public override string Format() => Text;

    /// <inheritdoc/>
    public override void AppendRewriteLines(ICollection<RewriteLine> lines)
    {
        if (Value is not null) base.AppendRewriteLines(lines);
    }

    /// <inheritdoc/>
    protected override string FormatForFile() => ConfigurationText.Quote(Text);
}

/// <summary>Several texts, as <c>bind</c> and <c>save</c> take them. Shown joined by spaces.</summary>
public sealed class ListParameter : Parameter<IReadOnlyList<string>>
{
    private bool seenInFile;

    /// <param name="name">The directive.</param>
    /// <param name="defaultValue">The elements without any configuration.</param>
    public ListParameter(string name, params ReadOnlySpan<string> defaultValue) : base(name, defaultValue.ToArray()) =>
        Flags = ParameterFlags.MultiArgument;

    /// <summary>
    /// A repeated directive in the file adds to the earlier ones (<c>save</c>); the first replaces the default, and an empty
    /// argument starts over.
    /// </summary>
    public bool Accumulates { get; init; }

    /// <summary>Elements on one line of the rewritten file; 0: all of them. <c>save</c> writes one line per pair.</summary>
    public int ElementsPerLine { get; init; }

    /// <summary>CONFIG REWRITE drops the directive when the list is empty, instead of writing an empty argument.</summary>
    public bool OmitWhenEmpty { get; init; }

    /// <summary>
    /// CONFIG REWRITE writes the directive where it has its default too, as lines of an earlier value in the file would stay otherwise.
    /// </summary>
    public bool AlwaysRewritten { get; init; }

    /// <inheritdoc/>
    public override bool IsDefault => !AlwaysRewritten && base.IsDefault;

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        bool startsOver = arguments.Length == 0 || (arguments.Length == 1 && arguments[0].Length == 0);
        string[] given = startsOver ? [] : arguments.ToArray();
        error = Validate?.Invoke(given);
        if (error is not null) return SetOutcome.Refused;

        bool adds = Accumulates && source == ParameterSource.File && seenInFile && !startsOver;
        if (source == ParameterSource.File) seenInFile = true;
        if (Normalize is not null) given = [.. Normalize(given)];
        IReadOnlyList<string> whole = adds ? [.. Value, .. given] : given;
        bool same = AreEqual(whole, Value) && (Flags & ParameterFlags.Volatile) == 0;
        Restore(whole);
        return same ? SetOutcome.Unchanged : SetOutcome.Changed;
    }

    /// <inheritdoc/>
    public override string Format() => string.Join(' ', Value);

    /// <inheritdoc/>
    public override void AppendRewriteLines(ICollection<RewriteLine> lines)
    {
        if (Value.Count == 0)
        {
            if (!OmitWhenEmpty) lines.Add(new RewriteLine(Name + " \"\"", !IsDefault));
            return;
        }

        foreach (string[] chunk in Value.Chunk(ElementsPerLine > 0 ? ElementsPerLine : Value.Count))
        {
            string rest = string.Join(' ', chunk.Select(ConfigurationText.QuoteWhenNeeded));
            lines.Add(new RewriteLine(Name + " " + rest, !IsDefault));
        }
    }

    /// <inheritdoc/>
    protected override bool AreEqual(IReadOnlyList<string> left, IReadOnlyList<string> right) => left.SequenceEqual(right);
}

/// <summary>
/// A directive that may be repeated, each time with its own arguments, and that only the file and the command line know:
/// <c>loadmodule</c>, <c>rename-command</c>, <c>user</c>. CONFIG REWRITE leaves its lines alone unless <see cref="CurrentLines"/> is set.
/// </summary>
public sealed class DirectiveParameter : Parameter<IReadOnlyList<IReadOnlyList<string>>>
{
    private readonly int minimumArguments;
    private readonly int maximumArguments;

    /// <param name="name">The directive.</param>
    /// <param name="minimumArguments">The fewest arguments allowed.</param>
    /// <param name="maximumArguments">The most arguments allowed.</param>
    public DirectiveParameter(string name, int minimumArguments, int maximumArguments = int.MaxValue) : base(name, [])
    {
        this.minimumArguments = minimumArguments;
        this.maximumArguments = maximumArguments;
        Flags = ParameterFlags.MultiArgument | ParameterFlags.FileOnly | ParameterFlags.Immutable;
    }

    /// <summary>Checks one occurrence; returns null or the reason against it.</summary>
    public Func<IReadOnlyList<string>, string?>? ValidateOne { get; init; }

    /// <summary>The arguments of the lines that stand for the present state, for CONFIG REWRITE; null leaves the lines alone.</summary>
    public Func<IEnumerable<IReadOnlyList<string>>>? CurrentLines { get; set; }

    /// <inheritdoc/>
    public override bool IsRewritten => CurrentLines is not null;

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        string[] given = arguments.ToArray();
        error = given.Length < minimumArguments || given.Length > maximumArguments
            ? "Bad directive or wrong number of arguments"
            : ValidateOne?.Invoke(given);
        return error is null ? Store([.. Value, given], out error) : SetOutcome.Refused;
    }

    /// <inheritdoc/>
    public override string Format() => string.Join('\n', Value.Select(one => string.Join(' ', one)));

    /// <inheritdoc/>
    public override void AppendRewriteLines(ICollection<RewriteLine> lines)
    {
        if (CurrentLines is null) return;
        foreach (IReadOnlyList<string> one in CurrentLines())
        {
            string rest = string.Join(' ', one.Select(ConfigurationText.QuoteWhenNeeded));
            lines.Add(new RewriteLine(Name + " " + rest, true));
        }
    }

    /// <inheritdoc/>
    protected override bool AreEqual(IReadOnlyList<IReadOnlyList<string>> left, IReadOnlyList<IReadOnlyList<string>> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => pair.First.SequenceEqual(pair.Second));
}
