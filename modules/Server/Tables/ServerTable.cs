using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of INFO, SHUTDOWN, DEBUG and LOLWUT.</summary>
internal static class ServerTable
{
    public static CommandSpec[] Rows(InfoCommand info, ShutdownCommand shutdown, DebugCommands debug, Lolwut lolwut) =>
    [
        new()
        {
            Name = "info", Arity = -1, Handler = info.Info, Flags = Loading | Stale | Sentinel, Categories = AclCategories.Dangerous,
            Group = "server", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Server information and statistics by section.",
            Arguments = "[section ...]",
            Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
            History = [("7.0.0", "Added support for taking multiple section arguments.")],
        },
        new()
        {
            Name = "shutdown", Arity = -1, Handler = shutdown.Run,
            Flags = Admin | NoScript | Loading | Stale | NoMulti | Sentinel | AllowBusy,
            Group = "server", Since = "1.0.0",
            Complexity = "O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)",
            Summary = "Stops the server, saving when asked or configured.",
            Arguments = "[nosave_save=(NOSAVE|SAVE)] [NOW@7.0.0] [FORCE@7.0.0] [ABORT@7.0.0]",
            History = [("7.0.0", "Added the `NOW`, `FORCE` and `ABORT` modifiers.")],
        },
        new()
        {
            Name = "debug", Arity = -2, Handler = debug.Run, Flags = Admin | NoScript | Loading | Stale | Protected,
            Group = "server", Since = "1.0.0", Complexity = "Depends on subcommand.",
            Summary = "For testing and debugging the server.",
            DocFlags = DocFlags.SysCmd,
        },
        new()
        {
            Name = "lolwut", Arity = -1, Handler = lolwut.Run, Flags = ReadOnly | Fast,
            Group = "server", Since = "5.0.0",
            Summary = "Generative art and the server version.",
            Arguments = "[VERSION version:integer]",
        },
    ];
}
