using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of MODULE.</summary>
internal static class ModuleTable
{
    public static CommandSpec Row(ModuleCommands modules) =>
        new()
        {
            Name = "module", Arity = -2,
            Group = "server", Since = "4.0.0", Complexity = "Depends on subcommand.",
            Summary = "Container for commands about modules.",
            Subcommands = ModuleRows(modules),
        };

    private static CommandSpec[] ModuleRows(ModuleCommands modules) =>
    [
        new()
        {
            Name = "list", Arity = 2, Handler = modules.List, Flags = Admin | NoScript,
            Group = "server", Since = "4.0.0", Complexity = "O(N) where N is the number of loaded modules.",
            Summary = "The loaded modules.",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "load", Arity = -3, Handler = modules.Load, Flags = NoAsyncLoading | Admin | NoScript | Protected,
            Group = "server", Since = "4.0.0", Complexity = "O(1)",
            Summary = "Loads a module.",
            Arguments = "path [arg ...]",
        },
        new()
        {
            Name = "loadex", Arity = -3, Handler = modules.LoadWithConfiguration,
            Flags = NoAsyncLoading | Admin | NoScript | Protected,
            Group = "server", Since = "7.0.0", Complexity = "O(1)",
            Summary = "Loads a module with configuration and arguments.",
            Arguments = "path [CONFIG configs={name value} ...+] [ARGS args={arg} ...]",
        },
        new()
        {
            Name = "unload", Arity = 3, Handler = modules.Unload, Flags = NoAsyncLoading | Admin | NoScript | Protected,
            Group = "server", Since = "4.0.0", Complexity = "O(1)",
            Summary = "Stops and unloads a module.",
            Arguments = "name",
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale,
            Group = "server", Since = "5.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];
}
