using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of CONFIG.</summary>
internal static class ConfigTable
{
    public static CommandSpec Row(ConfigCommands config) =>
        new()
        {
            Name = "config", Arity = -2,
            Group = "server", Since = "2.0.0", Complexity = "Depends on subcommand.",
            Summary = "Container for commands about configuration.",
            Subcommands = ConfigRows(config),
        };

    private static CommandSpec[] ConfigRows(ConfigCommands config) =>
    [
        new()
        {
            Name = "get", Arity = -3, Handler = config.Get, Flags = Admin | NoScript | Loading | Stale,
            Group = "server", Since = "2.0.0",
            Complexity = "O(N) when N is the number of configuration parameters provided",
            Summary = "Values of the parameters that match the patterns.",
            Arguments = "parameter={parameter} ...",
            History = [("7.0.0", "Added the ability to pass multiple pattern parameters in one call")],
        },
        new()
        {
            Name = "set", Arity = -4, Handler = config.Set, Flags = Admin | NoScript | Loading | Stale,
            Group = "server", Since = "2.0.0",
            Complexity = "O(N) when N is the number of configuration parameters provided",
            Summary = "Sets parameters, all or none.",
            Arguments = "parameter_value={parameter value} ...",
            Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            History = [("7.0.0", "Added the ability to set multiple parameters in one call.")],
        },
        new()
        {
            Name = "rewrite", Arity = 2, Handler = config.Rewrite, Flags = Admin | NoScript | Loading | Stale,
            Group = "server", Since = "2.8.0", Complexity = "O(1)",
            Summary = "Writes the present configuration into the file the server was started with.",
            Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "resetstat", Arity = 2, Handler = config.ResetStatistics, Flags = Admin | NoScript | Loading | Stale,
            Group = "server", Since = "2.0.0", Complexity = "O(1)",
            Summary = "Sets the statistics that INFO shows to zero.",
            Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale,
            Group = "server", Since = "5.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];
}
