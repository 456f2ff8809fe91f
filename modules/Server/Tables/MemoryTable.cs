using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of MEMORY.</summary>
internal static class MemoryTable
{
    public static CommandSpec Row(MemoryCommands memory) =>
        new()
        {
            Name = "memory", Arity = -2,
            Group = "server", Since = "4.0.0", Complexity = "Depends on subcommand.",
            Summary = "Container for commands about memory.",
            Subcommands = MemoryRows(memory),
        };

    private static CommandSpec[] MemoryRows(MemoryCommands memory) =>
    [
        new()
        {
            Name = "usage", Arity = -3, Handler = memory.Usage, Flags = ReadOnly,
            Group = "server", Since = "4.0.0", Complexity = "O(N) where N is the number of samples.",
            Summary = "Bytes that a key and its value take.",
            Arguments = "key [SAMPLES count:integer]",
            Keys = [KeySpec.At(2, KeyFlags.RO)],
        },
        new()
        {
            Name = "stats", Arity = 2, Handler = memory.Stats,
            Group = "server", Since = "4.0.0", Complexity = "O(1)",
            Summary = "Where the memory goes.",
            Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        },
        new()
        {
            Name = "doctor", Arity = 2, Handler = memory.Doctor,
            Group = "server", Since = "4.0.0", Complexity = "O(1)",
            Summary = "Advice about memory problems.",
            Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        },
        new()
        {
            Name = "purge", Arity = 2, Handler = memory.Purge,
            Group = "server", Since = "4.0.0", Complexity = "Depends on how much memory is allocated, could be slow",
            Summary = "Gives unused memory back to the operating system.",
            Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "malloc-stats", Arity = 2, Handler = memory.AllocatorStats,
            Group = "server", Since = "4.0.0", Complexity = "Depends on how much memory is allocated, could be slow",
            Summary = "The allocator's own statistics.",
            Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale,
            Group = "server", Since = "4.0.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];
}
