namespace ModularKv.Abstractions;

/// <summary>Runs a command. Arity, authentication, ACL and memory were checked before.</summary>
public delegate void CommandHandler(ref CommandContext call);

/// <summary>Finds the keys of a command whose positions depend on its words (SORT, MIGRATE).</summary>
/// <param name="arguments">The command's arguments, its name first.</param>
/// <param name="keys">Where to add positions and flags.</param>
/// <returns>False when the arguments are malformed.</returns>
public delegate bool KeyFinder(ArgumentList arguments, KeyPositions keys);

/// <summary>
/// Tells what flags a command has with these arguments, where they depend on what it is to run: a script's own statements.
/// </summary>
/// <param name="arguments">The command's arguments, its name first; their number is right.</param>
/// <param name="flags">The flags of its row.</param>
public delegate CommandFlags FlagFinder(ArgumentList arguments, CommandFlags flags);

/// <summary>Answers in place of a command that was refused before it ran (arity, authentication, memory, ACL …).</summary>
/// <param name="client">Who asked.</param>
/// <param name="error">The refusal as an error text, its code first. Borrowed for this call.</param>
/// <param name="reply">Where to answer.</param>
public delegate void RefusalHandler(Client client, ReadOnlySpan<byte> error, ReplyWriter reply);

/// <summary>One row of the command table: everything the server, COMMAND, ACL and the tools know about a command.</summary>
public sealed class CommandSpec
{
    /// <summary>Name in lower case, without the container: "set", or "get" below "config".</summary>
    public required string Name { get; init; }

    /// <summary>Number of arguments including the name (and the container's); negative: at least so many.</summary>
    public required int Arity { get; init; }

    /// <summary>The handler; null only for a pure container of subcommands.</summary>
    public CommandHandler? Handler { get; init; }

    /// <summary>Answers when the command is refused; null: the plain error is the answer. EXEC drops its transaction here.</summary>
    public RefusalHandler? Refused { get; init; }

    /// <summary>Runs at once inside MULTI, where other commands are queued: EXEC, DISCARD, RESET, QUIT …</summary>
    public bool IsNeverQueued { get; init; }

    /// <summary>
    /// Runs what the client has queued, so that the flags of that (<see cref="Client.QueuedFlags"/>) count as its own: EXEC.
    /// </summary>
    public bool RunsQueue { get; init; }

    /// <summary>Flags without the computed ones.</summary>
    public CommandFlags Flags { get; init; }

    /// <summary>Categories beyond those that follow from the flags.</summary>
    public AclCategories Categories { get; init; }

    /// <summary>Where the keys stand.</summary>
    public KeySpec[] Keys { get; init; } = [];

    /// <summary>For keys that specs cannot tell.</summary>
    public KeyFinder? FindKeys { get; init; }

    /// <summary>
    /// For flags that depend on the arguments; null: those of the row hold. Asked when memory, writes or a pause stand in the way, and when
    /// the command is queued.
    /// </summary>
    public FlagFinder? FindFlags { get; init; }

    /// <summary>Which arguments are channels that rights apply to; null: none.</summary>
    public ChannelSpec? Channels { get; init; }

    /// <summary>
    /// Index of the argument that is looked up inside the first key's value (HGET's field: 2); 0: none. Its <see cref="KeyRef.Hash"/> is
    /// computed ahead, and <see cref="DataType.Prefetch"/> is asked for it before a batch of commands is executed.
    /// </summary>
    public int ElementArgument { get; init; }

    /// <summary>Documentation group: "string", "generic", "connection", …</summary>
    public required string Group { get; init; }

    /// <summary>Redis version (or ours) that brought the command.</summary>
    public required string Since { get; init; }

    /// <summary>Time complexity for COMMAND DOCS.</summary>
    public string Complexity { get; init; } = "";

    /// <summary>One line for COMMAND DOCS.</summary>
    public string Summary { get; init; } = "";

    /// <summary>
    /// The arguments after the name, in the notation of the documentation (see README, "anatomy of a command"), e.g.
    /// <c>key value [condition=(NX|XX)] [GET] [expiration=(EX seconds:integer|PX milliseconds:integer|KEEPTTL)]</c>.
    /// </summary>
    public string Arguments { get; init; } = "";

    /// <summary>Tips for clients and proxies: "request_policy:all_shards", …</summary>
    public string[] Tips { get; init; } = [];

    /// <summary>Version and what changed in it.</summary>
    public (string Version, string Change)[] History { get; init; } = [];

    /// <summary>Deprecated and system commands.</summary>
    public DocFlags DocFlags { get; init; }

    /// <summary>Version since which the command is deprecated, or null.</summary>
    public string? DeprecatedSince { get; init; }

    /// <summary>What to use instead, or null.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>Subcommands; their arity counts the container's name too.</summary>
    public CommandSpec[] Subcommands { get; init; } = [];
}
