namespace ModularKv.Abstractions.Configuration;

/// <summary>How a parameter may be set and where it shows. The names follow Redis's configuration table.</summary>
[Flags]
public enum ParameterFlags
{
    None = 0,

    /// <summary>Only the file and the command line set it; CONFIG SET refuses.</summary>
    Immutable = 1 << 0,

    /// <summary>The value is a secret: CONFIG SET's argument is redacted in MONITOR, the slow log and logs.</summary>
    Sensitive = 1 << 1,

    /// <summary>CONFIG GET shows it only when asked by its exact name.</summary>
    Hidden = 1 << 2,

    /// <summary>CONFIG SET needs <c>enable-protected-configs</c>.</summary>
    Protected = 1 << 3,

    /// <summary>Takes any number of arguments in the file, and one space-separated string in CONFIG SET.</summary>
    MultiArgument = 1 << 4,

    /// <summary>Listed in the crash report (Redis's DEBUG_CONFIG).</summary>
    DebugOnly = 1 << 5,

    /// <summary>CONFIG SET answers LOADING while the data set is loaded.</summary>
    DenyLoading = 1 << 6,

    /// <summary>Setting the same value again still runs Apply: the value names something that can change, as a certificate file.</summary>
    Volatile = 1 << 7,

    /// <summary>A directive of the file and the command line only: CONFIG GET and SET do not know it.</summary>
    FileOnly = 1 << 8,
}

/// <summary>Where a value comes from.</summary>
public enum ParameterSource
{
    /// <summary>The configuration file, standard input or the command line: repeated directives accumulate.</summary>
    File,

    /// <summary>CONFIG SET: the whole value is replaced.</summary>
    Command,
}

/// <summary>What became of an attempt to set a parameter.</summary>
public enum SetOutcome
{
    /// <summary>Refused with a reason; the old value stands.</summary>
    Refused,

    /// <summary>The same value as before: nothing to apply.</summary>
    Unchanged,

    /// <summary>A new value stands.</summary>
    Changed,
}

/// <summary>One line that CONFIG REWRITE writes for a parameter.</summary>
/// <param name="Text">The whole line, without a line end.</param>
/// <param name="Force">Append the line even when the file never mentioned the parameter: it is not at its default.</param>
public readonly record struct RewriteLine(string Text, bool Force);
