using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of COMMAND.</summary>
internal static class CommandTable
{
    public static CommandSpec Row(CommandFacts facts, CommandDocs docs, CommandKeys keys) =>
        new()
        {
            Name = "command", Arity = -1, Handler = facts.All, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "server", Since = "2.8.13", Complexity = "O(N) where N is the total number of Redis commands",
            Summary = "Facts about every command.",
            Tips = ["nondeterministic_output_order"],
            Subcommands = [.. FactRows(facts), .. KeyRows(docs, keys)],
        };

    private static CommandSpec[] FactRows(CommandFacts facts) =>
    [
        new()
        {
            Name = "count", Arity = 2, Handler = facts.Count, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "server", Since = "2.8.13", Complexity = "O(1)",
            Summary = "Number of commands.",
        },
        new()
        {
            Name = "info", Arity = -2, Handler = facts.Info, Flags = Loading | Stale | Sentinel, Categories = AclCategories.Connection,
            Group = "server", Since = "2.8.13", Complexity = "O(N) where N is the number of commands to look up",
            Summary = "Facts about some or all commands.",
            Arguments = "[command-name ...]",
            Tips = ["nondeterministic_output_order"],
            History = [("7.0.0", "Allowed to be called with no argument to get info on all commands.")],
        },
        new()
        {
            Name = "list", Arity = -2, Handler = facts.List, Flags = Loading | Stale | Sentinel, Categories = AclCategories.Connection,
            Group = "server", Since = "7.0.0", Complexity = "O(N) where N is the total number of Redis commands",
            Summary = "Names of the commands, all or filtered.",
            Arguments = "[FILTERBY filterby=(MODULE module-name|ACLCAT category|PATTERN pattern:pattern)]",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "server", Since = "5.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];

    private static CommandSpec[] KeyRows(CommandDocs docs, CommandKeys keys) =>
    [
        new()
        {
            Name = "docs", Arity = -2, Handler = docs.Docs, Flags = Loading | Stale | Sentinel, Categories = AclCategories.Connection,
            Group = "server", Since = "7.0.0", Complexity = "O(N) where N is the number of commands to look up",
            Summary = "Documentation of some or all commands.",
            Arguments = "[command-name ...]",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "getkeys", Arity = -3, Handler = keys.Get, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "server", Since = "2.8.13", Complexity = "O(N) where N is the number of arguments to the command",
            Summary = "The keys of a command line.",
        },
        new()
        {
            Name = "getkeysandflags", Arity = -3, Handler = keys.GetWithFlags, Flags = Loading | Stale | Sentinel,
            Categories = AclCategories.Connection,
            Group = "server", Since = "7.0.0", Complexity = "O(N) where N is the number of arguments to the command",
            Summary = "The keys of a command line and what happens to each.",
        },
    ];
}
