namespace ModularKv.Abstractions;

/// <summary>Types of a documented argument, as COMMAND DOCS prints them (in lower case, "pure-token", "unix-time").</summary>
public enum ArgumentType
{
    /// <summary>Any bytes.</summary>
    String,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Double,

    /// <summary>The name of a key.</summary>
    Key,

    /// <summary>A glob pattern.</summary>
    Pattern,

    /// <summary>Unix time.</summary>
    UnixTime,

    /// <summary>A word of the protocol, without a value.</summary>
    PureToken,

    /// <summary>One of several alternatives.</summary>
    OneOf,

    /// <summary>Several arguments that belong together.</summary>
    Block,
}

/// <summary>How often an argument may stand.</summary>
[Flags]
public enum ArgumentFlags
{
    /// <summary>Exactly once.</summary>
    None = 0,

    /// <summary>May be left out.</summary>
    Optional = 1,

    /// <summary>May be repeated.</summary>
    Multiple = 2,

    /// <summary>May be repeated, each time with its token.</summary>
    MultipleToken = 4,
}

/// <summary>One documented argument of a command. Made by <see cref="ArgumentSyntax.Parse"/>; never changes.</summary>
/// <remarks>Source: redis.io/docs/reference/command-arguments.</remarks>
public sealed record ArgumentDoc
{
    /// <summary>Name, unique among its siblings.</summary>
    public required string Name { get; init; }

    /// <summary>What stands there.</summary>
    public required ArgumentType Type { get; init; }

    /// <summary>The protocol word that announces the argument, or that it is; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether it may be left out or repeated.</summary>
    public ArgumentFlags Flags { get; init; }

    /// <summary>Which of the command's key specifications tells where it stands; -1: none.</summary>
    public int KeySpecIndex { get; init; } = -1;

    /// <summary>Version that brought it, or null: it came with the command.</summary>
    public string? Since { get; init; }

    /// <summary>Version since which it is deprecated, or null.</summary>
    public string? DeprecatedSince { get; init; }

    /// <summary>Alternatives, or the parts of a block.</summary>
    public IReadOnlyList<ArgumentDoc> Children { get; init; } = [];

    /// <summary>The type as COMMAND DOCS prints it.</summary>
    public string TypeName => Type switch
    {
        ArgumentType.PureToken => "pure-token",
        ArgumentType.UnixTime => "unix-time",
        _ => Type.ToString().ToLowerInvariant(),
    };
}
