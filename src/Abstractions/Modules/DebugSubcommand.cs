namespace ModularKv.Abstractions;

/// <summary>A subcommand of DEBUG that a module brings along: a look into its structures, a switch that only tests flip.</summary>
public sealed class DebugSubcommand
{
    /// <summary>Name in lower case, e.g. "quicklist-packed-threshold"; compared without case.</summary>
    public required string Name { get; init; }

    /// <summary>Fewest arguments after the name.</summary>
    public int ArgumentsMin { get; init; }

    /// <summary>Most arguments after the name; <see cref="int.MaxValue"/>: any number.</summary>
    public int ArgumentsMax { get; init; }

    /// <summary>The arguments as DEBUG HELP shows them, e.g. "&lt;key&gt; [&lt;0|1&gt;]".</summary>
    public string Usage { get; init; } = "";

    /// <summary>One line for DEBUG HELP.</summary>
    public required string Summary { get; init; }

    /// <summary>Runs it. Argument 0 is DEBUG, 1 the name, and the number of arguments was checked.</summary>
    public required CommandHandler Handler { get; init; }
}
