using System.Text;

namespace ModularKv.Abstractions;

/// <summary>The HELP subcommand of any container, made from its rows.</summary>
public static class SubcommandHelp
{
    /// <summary>
    /// Replies the subcommands of the running command's container with arguments and summaries, one simple string a line.
    /// </summary>
    public static void Write(ref CommandContext call)
    {
        Command container = call.Command.Container ?? call.Command;
        var lines = new List<string>
        {
            $"{container.Spec.Name.ToUpperInvariant()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        };
        foreach (Command command in container.Subcommands)
        {
            string arguments = Usage(command.Spec.Arguments);
            lines.Add(command.Spec.Name.ToUpperInvariant() + (arguments.Length > 0 ? " " + arguments : ""));
            lines.Add("    " + command.Spec.Summary);
        }

        Write(call.Reply, lines);
    }

    /// <summary>Replies lines as HELP does; for commands whose subcommands are no rows of their own.</summary>
    public static void Write(ReplyWriter reply, IReadOnlyList<string> lines)
    {
        reply.Array(lines.Count);
        foreach (string line in lines) reply.Simple(Encoding.UTF8.GetBytes(line));
    }

    private static string Usage(string notation)
    {
        try
        {
            return string.Join(' ', ArgumentSyntax.Parse(notation).Select(Usage));
        }
        catch (FormatException)
        {
            // A row of a third party: its own words are better than none.
            return notation;
        }
    }

    private static string Usage(ArgumentDoc argument)
    {
        string text = argument.Type switch
        {
            ArgumentType.PureToken => "",
            ArgumentType.OneOf => string.Join('|', argument.Children.Select(Usage)),
            ArgumentType.Block => string.Join(' ', argument.Children.Select(Usage)),
            _ => $"<{argument.Name}>",
        };
        if (argument.Token is { } token) text = text.Length > 0 ? token + " " + text : token;
        bool isOptional = argument.Flags.HasFlag(ArgumentFlags.Optional);
        if (argument.Type == ArgumentType.OneOf && !isOptional) text = $"({text})";
        if (argument.Flags.HasFlag(ArgumentFlags.Multiple)) text += " [" + text + " ...]";
        return isOptional ? $"[{text}]" : text;
    }
}
