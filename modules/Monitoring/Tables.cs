using ModularKv.Abstractions;
using ModularKv.Monitoring.Latency;
using ModularKv.Monitoring.Live;
using ModularKv.Monitoring.SlowLog;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Monitoring;

/// <summary>Rows of SLOWLOG, LATENCY and MONITOR.</summary>
internal static class Tables
{
    private static readonly string[] AllNodes = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"];

    public static CommandSpec Live(MonitorFeed feed) => new()
    {
        Name = "monitor", Arity = 1, Handler = feed.Monitor, Flags = Admin | NoScript | Loading | Stale,
        Group = "server", Since = "1.0.0",
        Summary = "Shows every command that the server executes, as it happens.",
    };

    public static CommandSpec SlowLog(SlowLogCommands log) => new()
    {
        Name = "slowlog", Arity = -2, Group = "server", Since = "2.2.12", Complexity = "Depends on subcommand.",
        Summary = "Container for commands about the log of slow commands.",
        Subcommands =
        [
            new()
            {
                Name = "get", Arity = -2, Handler = log.Get, Flags = Admin | Loading | Stale,
                Group = "server", Since = "2.2.12", Complexity = "O(N) where N is the number of entries returned",
                Summary = "The newest entries of the slow log.",
                Arguments = "[count:integer]",
                Tips = ["request_policy:all_nodes", "nondeterministic_output"],
                History = [("4.0.0", "Added client IP address, port and name to the reply.")],
            },
            new()
            {
                Name = "len", Arity = 2, Handler = log.Length, Flags = Admin | Loading | Stale,
                Group = "server", Since = "2.2.12", Complexity = "O(1)",
                Summary = "Number of entries in the slow log.",
                Tips = ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
            },
            new()
            {
                Name = "reset", Arity = 2, Handler = log.Reset, Flags = Admin | Loading | Stale,
                Group = "server", Since = "2.2.12", Complexity = "O(N) where N is the number of entries in the slowlog",
                Summary = "Empties the slow log.",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Help("6.2.0"),
        ],
    };

    public static CommandSpec Latency(LatencyCommands latency, HistogramCommand histogram) => new()
    {
        Name = "latency", Arity = -2, Group = "server", Since = "2.8.13", Complexity = "Depends on subcommand.",
        Summary = "Container for questions about what took long.",
        Subcommands =
        [
            Question("doctor", 2, latency.Doctor, "Advice about what took long."),
            Question("graph", 3, latency.Graph, "Draws an event's samples.", "event"),
            Question("history", 3, latency.History, "An event's samples: Unix time and milliseconds.", "event"),
            Question("latest", 2, latency.Latest, "The newest sample of each event, and its longest."),
            new()
            {
                Name = "reset", Arity = -2, Handler = latency.Reset, Flags = Admin | NoScript | Loading | Stale,
                Group = "server", Since = "2.8.13", Complexity = "O(1)",
                Summary = "Forgets the samples of events, or of all.",
                Arguments = "[event ...]",
                Tips = ["request_policy:all_nodes", "response_policy:agg_sum"],
            },
            new()
            {
                Name = "histogram", Arity = -2, Handler = histogram.Histogram, Flags = Admin | NoScript | Loading | Stale,
                Group = "server", Since = "7.0.0",
                Complexity = "O(N) where N is the number of commands with latency information being retrieved.",
                Summary = "How many calls of commands ended within which time.",
                Arguments = "[command:string ...]",
                Tips = AllNodes,
            },
            Help("2.8.13"),
        ],
    };

    private static CommandSpec Question(string name, int arity, CommandHandler handler, string summary, string arguments = "") => new()
    {
        Name = name, Arity = arity, Handler = handler, Flags = Admin | NoScript | Loading | Stale,
        Group = "server", Since = "2.8.13", Complexity = "O(1)",
        Summary = summary, Arguments = arguments, Tips = AllNodes,
    };

    private static CommandSpec Help(string since) => new()
    {
        Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale,
        Group = "server", Since = since, Complexity = "O(1)",
        Summary = "Lists the subcommands.",
    };
}
