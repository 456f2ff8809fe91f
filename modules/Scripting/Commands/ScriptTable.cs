using ModularKv.Abstractions;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Scripting.Commands;

/// <summary>The rows of EVAL and SCRIPT.</summary>
internal static class ScriptTable
{
    private const CommandFlags Runs = NoScript | SkipMonitor | NoMandatoryKeys | Stale;
    private const string Depends = "Depends on the script that is executed.";
    private const string AnyWrite = "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";
    private const string AnyRead = "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS";

    /// <summary>A number of keys behind what is run.</summary>
    public static KeySpec[] KeysFor(bool readOnly, bool hasNotes = true) =>
    [
        new()
        {
            Flags = readOnly ? KeyFlags.RO | KeyFlags.Access : KeyFlags.RW | KeyFlags.Access | KeyFlags.Update,
            Index = 2, Find = KeyFind.KeyNum, KeyNumIndex = 0, FirstKey = 1, Step = 1,
            Notes = !hasNotes ? null : readOnly ? AnyRead : AnyWrite,
        },
    ];

    /// <summary>EVAL, EVALSHA and their read-only forms.</summary>
    public static CommandSpec[] Eval(EvalCommands commands) =>
    [
        new()
        {
            Name = "eval", Arity = -3, Handler = commands.Eval, Flags = Runs | MayReplicate, FindFlags = commands.FlagsOfText,
            Categories = AclCategories.Scripting, Keys = KeysFor(false), Group = "scripting", Since = "2.6.0", Complexity = Depends,
            Summary = "Runs a script.",
            Arguments = "script:string numkeys:integer [key ...] [arg:string ...]",
        },
        new()
        {
            Name = "eval_ro", Arity = -3, Handler = commands.Eval, Flags = Runs | ReadOnly, FindFlags = commands.FlagsOfText,
            Categories = AclCategories.Scripting, Keys = KeysFor(true), Group = "scripting", Since = "7.0.0", Complexity = Depends,
            Summary = "Runs a script that only reads.",
            Arguments = "script:string numkeys:integer [key ...] [arg:string ...]",
        },
        new()
        {
            Name = "evalsha", Arity = -3, Handler = commands.EvalSha, Flags = Runs | MayReplicate, FindFlags = commands.FlagsOfDigest,
            Categories = AclCategories.Scripting, Keys = KeysFor(false, false), Group = "scripting", Since = "2.6.0", Complexity = Depends,
            Summary = "Runs a cached script, named by the SHA-1 of its text.",
            Arguments = "sha1:string numkeys:integer [key ...] [arg:string ...]",
        },
        new()
        {
            Name = "evalsha_ro", Arity = -3, Handler = commands.EvalSha, Flags = Runs | ReadOnly, FindFlags = commands.FlagsOfDigest,
            Categories = AclCategories.Scripting, Keys = KeysFor(true, false), Group = "scripting", Since = "7.0.0", Complexity = Depends,
            Summary = "Runs a cached script that only reads.",
            Arguments = "sha1:string numkeys:integer [key ...] [arg:string ...]",
        },
    ];

    /// <summary>SCRIPT.</summary>
    public static CommandSpec Script(ScriptCommands commands) => new()
    {
        Name = "script", Arity = -2, Group = "scripting", Since = "2.6.0", Complexity = "Depends on subcommand.",
        Summary = "The cache of scripts.",
        Subcommands =
        [
            new()
            {
                Name = "debug", Arity = 3, Handler = ScriptCommands.Debug, Flags = NoScript, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "3.2.0", Complexity = "O(1)", Summary = "Switches the debugging of scripts.",
                Arguments = "mode=(YES|SYNC|NO)",
            },
            new()
            {
                Name = "exists", Arity = -3, Handler = commands.Exists, Flags = NoScript, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "2.6.0",
                Complexity = "O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).",
                Summary = "Tells of each script whether it is cached.", Arguments = "sha1:string ...",
                Tips = ["request_policy:all_shards", "response_policy:agg_logical_and"],
            },
            new()
            {
                Name = "flush", Arity = -2, Handler = commands.Flush, Flags = NoScript, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "2.6.0", Complexity = "O(N) with N being the number of scripts in cache",
                Summary = "Empties the cache.", Arguments = "[flush-type=(ASYNC|SYNC)]",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
                History = [("6.2.0", "Added the `ASYNC` and `SYNC` flushing mode modifiers.")],
            },
            new()
            {
                Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = Loading | Stale, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "5.0.0", Complexity = "O(1)", Summary = "Shows this text.",
            },
            new()
            {
                Name = "kill", Arity = 2, Handler = commands.Kill, Flags = NoScript | AllowBusy, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "2.6.0", Complexity = "O(1)", Summary = "Ends the running script, unless it has written.",
                Tips = ["request_policy:all_shards", "response_policy:one_succeeded"],
            },
            new()
            {
                Name = "load", Arity = 3, Handler = commands.Load, Flags = NoScript | Stale, Categories = AclCategories.Scripting,
                Group = "scripting", Since = "2.6.0", Complexity = "O(N) with N being the length in bytes of the script body.",
                Summary = "Caches a script and tells its SHA-1.", Arguments = "script:string",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
        ],
    };
}
