namespace ModularKv.Abstractions.Configuration;

/// <summary>One directive of redis.conf and of CONFIG GET, SET and REWRITE. Its owner registers it once and keeps it as a handle.</summary>
/// <remarks>
/// Values change on the loop thread only. <see cref="Apply"/> does not run for values that come from the file:
/// an owner reads its parameters when it starts.
/// </remarks>
public abstract class Parameter
{
    private readonly string[] aliases = [];

    /// <param name="name">The directive, in lower case.</param>
    protected Parameter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The directive's name, in lower case.</summary>
    public string Name { get; }

    /// <summary>Other names of the same parameter, shown by CONFIG GET too (<c>slaveof</c> of <c>replicaof</c>).</summary>
    public IReadOnlyList<string> Aliases { get => aliases; init => aliases = [.. value]; }

    /// <summary>How it may be set and where it shows.</summary>
    public ParameterFlags Flags { get; init; }

    /// <summary>One line of what it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// The side effect of a new value, run by CONFIG SET after all its values were set. Returns null, or the reason for refusing:
    /// then every value of that CONFIG SET is put back and Apply runs again with the old ones. Parameters that share one delegate
    /// instance have it run once. Settable until the parameter is used, so that an owner can wire it after creating its parameters.
    /// </summary>
    public Func<string?>? Apply { get; set; }

    /// <summary>True when the value is the default.</summary>
    public abstract bool IsDefault { get; }

    /// <summary>Parses, checks and stores a value.</summary>
    /// <param name="arguments">What followed the name; exactly one unless <see cref="ParameterFlags.MultiArgument"/>.</param>
    /// <param name="source">Whether repeated directives accumulate.</param>
    /// <param name="error">The reason in Redis's words when refused.</param>
    /// <returns>Refused leaves the old value in place.</returns>
    public abstract SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error);

    /// <summary>The value as CONFIG GET shows it.</summary>
    public abstract string Format();

    /// <summary>Appends the lines that CONFIG REWRITE writes. None: the parameter's lines in the file are removed.</summary>
    public abstract void AppendRewriteLines(ICollection<RewriteLine> lines);

    /// <summary>False when CONFIG REWRITE leaves this directive's lines as they are.</summary>
    public virtual bool IsRewritten => true;

    /// <summary>The value, to be given back to <see cref="Restore"/> when a CONFIG SET is rolled back.</summary>
    public abstract object? Capture();

    /// <summary>Puts a captured value back without checks and without Apply.</summary>
    public abstract void Restore(object? captured);
}

/// <summary>A parameter with a value of a known type; reading <see cref="Value"/> is a field read.</summary>
public abstract class Parameter<T> : Parameter
{
    private T value;

    /// <summary>Creates the parameter with its default as value.</summary>
    protected Parameter(string name, T defaultValue) : base(name)
    {
        Default = defaultValue;
        value = defaultValue;
    }

    /// <summary>The current value. Written on the loop thread only.</summary>
    public T Value => value;

    /// <summary>The value without any configuration.</summary>
    public T Default { get; }

    /// <summary>An additional check: returns null when the value is fine, or the reason against it.</summary>
    public Func<T, string?>? Validate { get; init; }

    /// <summary>Turns a valid value into its canonical form (a path into an absolute one), before it is stored.</summary>
    public Func<T, T>? Normalize { get; init; }

    /// <inheritdoc/>
    public override bool IsDefault => AreEqual(value, Default);

    /// <inheritdoc/>
    public override object? Capture() => value;

    /// <inheritdoc/>
    public override void Restore(object? captured) => value = (T)captured!;

    /// <summary>Checks and stores a parsed value.</summary>
    protected SetOutcome Store(T candidate, out string? error)
    {
        error = Validate?.Invoke(candidate);
        if (error is not null) return SetOutcome.Refused;
        if (Normalize is not null) candidate = Normalize(candidate);

        bool same = AreEqual(candidate, value);
        value = candidate;
        return same && (Flags & ParameterFlags.Volatile) == 0 ? SetOutcome.Unchanged : SetOutcome.Changed;
    }

    /// <summary>Whether two values are the same setting.</summary>
    protected virtual bool AreEqual(T left, T right) => EqualityComparer<T>.Default.Equals(left, right);

    /// <inheritdoc/>
    public override void AppendRewriteLines(ICollection<RewriteLine> lines) =>
        lines.Add(new RewriteLine(Name + " " + FormatForFile(), !IsDefault));

    /// <summary>The value as CONFIG REWRITE writes it behind the name.</summary>
    protected virtual string FormatForFile() => Format();
}
