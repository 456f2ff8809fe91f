using System.Text;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Host.Configuration;

/// <summary>What the command line asks the program to do.</summary>
internal enum CommandLineAction
{
    /// <summary>Serve.</summary>
    Run,

    /// <summary>Print the version and end.</summary>
    ShowVersion,

    /// <summary>Print the usage and end.</summary>
    ShowHelp,

    /// <summary>Read and check the configuration, report, and end.</summary>
    CheckConfiguration,
}

/// <summary>The command line: <c>modularkv [/path/to/redis.conf] [-] [--directive value …] [--check-config]</c>.</summary>
/// <param name="Action">What to do.</param>
/// <param name="ConfigurationFile">Absolute path of the file, or null.</param>
/// <param name="ReadsStandardInput">A lone <c>-</c> was given: directives come from standard input after the file.</param>
/// <param name="Directives">The options as redis.conf text, read last.</param>
internal sealed record CommandLine(CommandLineAction Action, string? ConfigurationFile, bool ReadsStandardInput, string Directives)
{
    /// <summary>Parses the arguments behind the program's name, as redis-server 7.0.15 does.</summary>
    /// <remarks>
    /// The first argument behind a directive is its value even when it starts with <c>--</c>; any further one that does is the next
    /// directive. <c>--save</c> alone means an empty value. A directive and its value may share an argument, blanks and all.
    /// </remarks>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        switch (arguments.Count > 0 ? arguments[0] : "")
        {
            case "-v" or "--version": return new CommandLine(CommandLineAction.ShowVersion, null, false, "");
            case "-h" or "--help": return new CommandLine(CommandLineAction.ShowHelp, null, false, "");
        }

        var action = CommandLineAction.Run;
        string? file = null;
        bool readsStandardInput = false;
        bool lastHasValue = true;
        var directives = new StringBuilder();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            bool isLast = i == arguments.Count - 1;
            if (i == 0 && !argument.StartsWith('-'))
            {
                file = argument.Length == 0 ? "" : Path.GetFullPath(argument);
            }
            else if (argument == "-" && (i == 0 || isLast))
            {
                readsStandardInput = true;
            }
            else if (argument == "--check-config" && lastHasValue)
            {
                action = CommandLineAction.CheckConfiguration;
            }
            else if (lastHasValue && argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (directives.Length > 0) directives.Append('\n');
                directives.Append(argument, 2, argument.Length - 2).Append(' ');
                lastHasValue = ArgumentSplitter.Split(ConfigurationText.Encode(argument)) is not { Count: 1 };
                if (!lastHasValue) lastHasValue = CompleteBareName(directives, argument, isLast ? null : arguments[i + 1]);
            }
            else
            {
                directives.Append(ConfigurationText.Quote(argument)).Append(' ');
                lastHasValue = true;
            }
        }

        return new CommandLine(action, file, readsStandardInput, directives.ToString());
    }

    /// <summary>Gives <c>--save</c> its empty value where none follows; returns whether the directive needs no more arguments.</summary>
    private static bool CompleteBareName(StringBuilder directives, string argument, string? next)
    {
        bool isSave = argument.Equals("--save", StringComparison.OrdinalIgnoreCase);
        bool isSentinel = argument.Equals("--sentinel", StringComparison.OrdinalIgnoreCase);
        bool nextIsDirective = next is not null && next.StartsWith("--", StringComparison.Ordinal);
        if (isSave && (next is null || nextIsDirective)) directives.Append("\"\"");
        return (isSave || isSentinel) && nextIsDirective;
    }
}
