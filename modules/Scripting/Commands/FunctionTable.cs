using ModularKv.Abstractions;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Scripting.Commands;

/// <summary>The rows of FCALL and FUNCTION.</summary>
internal static class FunctionTable
{
    private const CommandFlags Runs = NoScript | SkipMonitor | NoMandatoryKeys | Stale;
    private const string Depends = "Depends on the function that is executed.";

    private static readonly string[] s_everywhere = ["request_policy:all_shards", "response_policy:all_succeeded"];

    /// <summary>FCALL and FCALL_RO.</summary>
    public static CommandSpec[] Call(FunctionCommands commands) =>
    [
        new()
        {
            Name = "fcall", Arity = -3, Handler = commands.Call, Flags = Runs | MayReplicate, FindFlags = commands.FlagsOfFunction,
            Categories = AclCategories.Scripting, Keys = ScriptTable.KeysFor(false), Group = "scripting", Since = "7.0.0",
            Complexity = Depends, Summary = "Runs a function.",
            Arguments = "function:string numkeys:integer [key ...] [arg:string ...]",
        },
        new()
        {
            Name = "fcall_ro", Arity = -3, Handler = commands.Call, Flags = Runs | ReadOnly, FindFlags = commands.FlagsOfFunction,
            Categories = AclCategories.Scripting, Keys = ScriptTable.KeysFor(true), Group = "scripting", Since = "7.0.0",
            Complexity = Depends, Summary = "Runs a function that only reads.",
            Arguments = "function:string numkeys:integer [key ...] [arg:string ...]",
        },
    ];

    /// <summary>FUNCTION.</summary>
    public static CommandSpec Function(FunctionCommands commands, FunctionReports reports) => new()
    {
        Name = "function", Arity = -2, Group = "scripting", Since = "7.0.0", Complexity = "Depends on subcommand.",
        Summary = "Libraries of functions.",
        Subcommands = [.. Changes(commands), .. Reports(commands, reports)],
    };

    private static CommandSpec[] Changes(FunctionCommands commands) =>
    [
        new()
        {
            Name = "delete", Arity = 3, Handler = commands.Delete, Flags = NoScript | Write, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(1)", Summary = "Removes a library with its functions.",
            Arguments = "library-name:string", Tips = s_everywhere,
        },
        new()
        {
            Name = "flush", Arity = -2, Handler = commands.Flush, Flags = NoScript | Write, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(N) where N is the number of functions deleted",
            Summary = "Removes all libraries.", Arguments = "[flush-type=(ASYNC|SYNC)]", Tips = s_everywhere,
        },
        new()
        {
            Name = "load", Arity = -3, Handler = commands.Load, Flags = NoScript | Write | DenyOom, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(1) (considering compilation time is redundant)",
            Summary = "Loads a library of functions.", Arguments = "[REPLACE] function-code:string", Tips = s_everywhere,
        },
        new()
        {
            Name = "restore", Arity = -3, Handler = commands.Restore, Flags = NoScript | Write | DenyOom,
            Categories = AclCategories.Scripting, Group = "scripting", Since = "7.0.0",
            Complexity = "O(N) where N is the number of functions on the payload",
            Summary = "Brings back libraries from a payload of FUNCTION DUMP.",
            Arguments = "serialized-value:string [policy=(FLUSH|APPEND|REPLACE)]", Tips = s_everywhere,
        },
        new()
        {
            Name = "kill", Arity = 2, Handler = commands.Kill, Flags = NoScript | AllowBusy, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(1)", Summary = "Ends the running function, unless it has written.",
            Tips = ["request_policy:all_shards", "response_policy:one_succeeded"],
        },
    ];

    private static CommandSpec[] Reports(FunctionCommands commands, FunctionReports reports) =>
    [
        new()
        {
            Name = "dump", Arity = 2, Handler = commands.Dump, Flags = NoScript, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(N) where N is the number of functions",
            Summary = "Gives all libraries as a payload for FUNCTION RESTORE.",
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(1)", Summary = "Shows this text.",
        },
        new()
        {
            Name = "list", Arity = -2, Handler = reports.List, Flags = NoScript, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(N) where N is the number of functions",
            Summary = "Lists libraries and their functions.", Arguments = "[LIBRARYNAME library-name-pattern:string] [WITHCODE]",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "stats", Arity = 2, Handler = reports.Stats, Flags = NoScript | AllowBusy, Categories = AclCategories.Scripting,
            Group = "scripting", Since = "7.0.0", Complexity = "O(1)", Summary = "Tells what runs now, and counts libraries.",
            Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        },
    ];
}
