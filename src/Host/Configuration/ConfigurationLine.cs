namespace ModularKv.Host.Configuration;

/// <summary>One directive as it was read.</summary>
/// <param name="Source">The file's path, or a phrase as "the command line".</param>
/// <param name="Number">Line number within the source, from 1.</param>
/// <param name="Text">The whole line, trimmed.</param>
/// <param name="Name">The directive in lower case.</param>
/// <param name="Arguments">What follows the name, unquoted.</param>
internal sealed record ConfigurationLine(string Source, int Number, string Text, string Name, string[] Arguments);

/// <summary>Why the configuration cannot be used, with the place.</summary>
/// <param name="Source">The file's path, or a phrase as "the command line".</param>
/// <param name="LineNumber">Line number within the source, from 1; 0 when the source as a whole is at fault.</param>
/// <param name="Line">The line, trimmed.</param>
/// <param name="Reason">In Redis's words where Redis has any.</param>
internal sealed record ConfigurationError(string Source, int LineNumber, string Line, string Reason)
{
    /// <summary>The version whose behaviour is implemented, as Redis prints its own in this message.</summary>
    public const string CompatibleVersion = "7.4.0";

    /// <summary>The error of one line.</summary>
    public static ConfigurationError At(ConfigurationLine line, string reason) => new(line.Source, line.Number, line.Text, reason);

    /// <summary>The message for standard error, in Redis's form.</summary>
    public override string ToString()
    {
        string head = $"\n*** FATAL CONFIG FILE ERROR (Redis {CompatibleVersion}) ***\n";
        return LineNumber == 0
            ? $"{head}Reading {Source}\n{Reason}\n"
            : $"{head}Reading the configuration file, at line {LineNumber} of {Source}\n>>> '{Line}'\n{Reason}\n";
    }
}
