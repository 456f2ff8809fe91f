using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Examples.Tests;

/// <summary>Makes redis.d.ts, the types of the scripts' global redis, from COMMAND DOCS of a running server.</summary>
internal static class RedisTypes
{
    private const string Head = """
        // Types of the global "redis" that scripts in JavaScript have. Made from COMMAND DOCS of a server by tests/Examples: do not edit.

        declare namespace redis {
            /** An argument of a command: a string (a byte for each character), a number, or an array of bytes. */
            type Argument = string | number | number[];

            /** A status reply, such as OK. */
            interface Status { ok: string; }

            /** An error reply: what pcall returns, and what call throws. */
            interface ReplyError extends Error { err: string; code: string; }

            /** A reply of a command. The last three occur after setResp(3) only. */
            type Reply = null | number | string | Status | ReplyError | Reply[]
                | boolean | { set: Reply[] } | { [key: string]: Reply };

            /** What a function may return. Objects become maps. */
            type Result = undefined | null | boolean | number | string | Status | { err: string } | { set: Result[] } | { double: number }
                | { bigNumber: string } | { verbatim: { format: string; text: string } } | Result[] | { [key: string]: Result };

            type Flag = "no-writes" | "allow-oom" | "allow-stale" | "no-cluster" | "allow-cross-slot-keys";
            type Callback = (keys: string[], args: string[]) => Result;

            const LOG_DEBUG: number;
            const LOG_VERBOSE: number;
            const LOG_NOTICE: number;
            const LOG_WARNING: number;
            const REPL_NONE: number;
            const REPL_AOF: number;
            const REPL_REPLICA: number;
            const REPL_SLAVE: number;
            const REPL_ALL: number;
            const REDIS_VERSION: string;
            const REDIS_VERSION_NUM: number;

            /** Registers a function of this library. */
            function registerFunction(name: string, callback: Callback, flags?: Flag[]): void;
            function registerFunction(row: { name: string; callback: Callback; flags?: Flag[]; description?: string }): void;

            function log(level: number, ...texts: Argument[]): void;
            function setResp(version: 2 | 3): void;
            function setRepl(to: number): void;
            function sha1hex(bytes: Argument): string;
            function aclCheckCmd(command: string, ...args: Argument[]): boolean;
            function errorReply(text: string): { err: string };
            function statusReply(text: string): Status;

            /** The bytes of a string as numbers, and back. */
            function toBytes(text: string): number[];
            function fromBytes(bytes: number[]): string;

            /** From bytes to characters, and back: strings of commands are bytes. */
            function decodeUtf8(bytes: Argument): string;
            function encodeUtf8(text: string): string;

            /** Runs a command; a reply that is an error is returned. */
            function pcall(command: string, ...args: Argument[]): Reply;

        """;

    private const string Tail = """

            /** A command that this file does not know. A reply that is an error is thrown. */
            function call(command: string, ...args: Argument[]): Reply;
        }

        """;

    /// <summary>The text of the file.</summary>
    public static string Make(RespClient client)
    {
        StringBuilder text = new(Head.ReplaceLineEndings("\n"));
        IReadOnlyList<Reply> docs = client.Call("COMMAND", "DOCS").Items;
        foreach ((string name, Reply doc) in Pairs(docs).OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            Dictionary<string, Reply> facts = Pairs(doc.Items).ToDictionary(one => one.Name, one => one.Value);
            text.Append('\n').Append("    /** ").Append(facts["summary"].Text.Replace("*/", "* /")).Append(" */\n");
            text.Append($"    function call(command: \"{name}\"{Parameters(facts)}): Reply;\n");
        }

        return text.Append(Tail.ReplaceLineEndings("\n")).ToString();
    }

    /// <summary>The first arguments by name, as long as they are one plain value each; the rest as they come.</summary>
    private static string Parameters(Dictionary<string, Reply> facts)
    {
        StringBuilder text = new();
        if (facts.ContainsKey("subcommands")) return ", ...rest: Argument[]";
        if (!facts.TryGetValue("arguments", out Reply? arguments)) return "";
        HashSet<string> used = [];
        foreach (Reply argument in arguments.Items)
        {
            Dictionary<string, Reply> row = Pairs(argument.Items).ToDictionary(one => one.Name, one => one.Value);
            bool isPlain = row["type"].Text is not ("oneof" or "block" or "pure-token")
                && !row.ContainsKey("flags") && !row.ContainsKey("token");
            string name = new([.. row["name"].Text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
            if (!isPlain || !used.Add(name)) return text.Append(", ...rest: Argument[]").ToString();
            text.Append($", {name}_: Argument");
        }

        return text.ToString();
    }

    private static IEnumerable<(string Name, Reply Value)> Pairs(IReadOnlyList<Reply> flat) =>
        Enumerable.Range(0, flat.Count / 2).Select(i => (flat[2 * i].Text, flat[(2 * i) + 1]));
}
