namespace ModularKv.Abstractions;

/// <summary>The command table as modules see it.</summary>
public interface ICommandTable
{
    /// <summary>Top-level commands, in no particular order.</summary>
    IEnumerable<Command> All { get; }

    /// <summary>Every registered top-level command, also one that rename-command renamed or took out of reach.</summary>
    IEnumerable<Command> Registered => All;

    /// <summary>Number of top-level commands.</summary>
    int Count { get; }

    /// <summary>The command of that name, any case; null when there is none. Subcommands are not looked at.</summary>
    Command? Find(ReadOnlySpan<byte> name);

    /// <summary>The command or subcommand that the arguments name: "config", "get", … Null when unknown.</summary>
    Command? Resolve(ArgumentList arguments);

    /// <summary>Finds the keys among the arguments. False: the arguments are malformed.</summary>
    bool FindKeys(Command command, ArgumentList arguments, KeyPositions keys);

    /// <summary>Sets all per-command statistics to zero.</summary>
    void ResetStatistics();
}

/// <summary>A registered command: its row, what was computed from it, and its statistics.</summary>
public sealed class Command
{
    internal Command(CommandSpec spec, Command? container, string module)
    {
        Spec = spec;
        Container = container;
        Module = module;
        FullName = container is null ? spec.Name : container.Spec.Name + "|" + spec.Name;
        Handler = spec.Handler;
        Element = spec.ElementArgument;
        MinArguments = Math.Abs(spec.Arity);
        MaxArguments = spec.Arity > 0 ? spec.Arity : int.MaxValue;
    }

    internal CommandHandler? Handler;
    internal int MinArguments;
    internal int MaxArguments;
    internal int FirstKey;
    internal int LastKey;
    internal int KeyStep;
    internal int Element;
    internal Dictionary<string, Command>? ByName;

    /// <summary>Whether it never goes the short way: a container, or one that the configuration may forbid.</summary>
    internal bool NeedsChecks;

    /// <summary>Whether its calls may be timed together with those that follow.</summary>
    internal bool TimedTogether;

    /// <summary>Calls of a fast command that are still to be timed one by one, after some of them together took long.</summary>
    internal int TimedAlone;

    /// <summary>Whether it was taken out of the table. A batch or a blocked client may still hold it.</summary>
    internal bool IsRemoved;

    /// <summary>The row it was registered with.</summary>
    public CommandSpec Spec { get; }

    /// <summary>The command above this subcommand, or null.</summary>
    public Command? Container { get; }

    /// <summary>The module that registered it.</summary>
    public string Module { get; }

    /// <summary>"set" or "config|get".</summary>
    public string FullName { get; }

    /// <summary>Flags with the computed ones.</summary>
    public CommandFlags Flags { get; internal set; }

    /// <summary>Categories with those that follow from the flags.</summary>
    public AclCategories Categories { get; internal set; }

    /// <summary>First, last key and step in the form of Redis before key specs.</summary>
    public (int First, int Last, int Step) LegacyKeys => (FirstKey, LastKey, KeyStep);

    /// <summary>Subcommands, or empty.</summary>
    public IReadOnlyList<Command> Subcommands { get; internal set; } = [];

    /// <summary>Flags that its execution by this client has: its own, and those of what it would run from the client's queue.</summary>
    internal CommandFlags FlagsFor(Client client, ArgumentList arguments)
    {
        CommandFlags flags = Spec.FindFlags is { } find ? find(arguments, Flags) : Flags;
        return Spec.RunsQueue ? flags | client.QueuedFlags : flags;
    }

    internal void Refuse(Client client, ReadOnlySpan<byte> error, ReplyWriter reply)
    {
        if (Spec.Refused is { } answer) answer(client, error, reply); else reply.Error(error);
    }

    /// <summary>Number of the name in the table: a command that comes back has it again, no other ever gets it. ACL keeps bits by
    /// it.</summary>
    public int Id { get; internal set; }

    /// <summary>Finished calls, not counting rejected ones.</summary>
    public long Calls;

    /// <summary>Nanoseconds spent in them.</summary>
    public long Nanoseconds;

    /// <summary>Calls refused before they ran (arity, ACL, memory …).</summary>
    public long Rejected;

    /// <summary>Calls that answered with an error.</summary>
    public long Failed;

    /// <summary>
    /// Histogram of the time of a call: element i counts calls of [2^i, 2^(i+1)) nanoseconds. Null until the first call with
    /// latency-tracking.
    /// </summary>
    public long[]? Latency;
}
