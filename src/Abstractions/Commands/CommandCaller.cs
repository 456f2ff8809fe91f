namespace ModularKv.Abstractions;

/// <summary>
/// Runs commands from within a running command, on behalf of its client: what scripts do. Made once by
/// <see cref="IServer.CreateCaller"/> and reused; in steady state it allocates nothing. Loop thread only.
/// </summary>
/// <remarks>
/// Between <see cref="Open"/> and <see cref="Close"/> the commands see the database, user and rights of the client, through a stand-in of
/// its own whose SELECT does not reach the client. Time stands still for them, and their effects are one unit: between MULTI and EXEC when
/// there are several. They do not block and are not queued.
/// </remarks>
public abstract class CommandCaller
{
    /// <summary>Begins to call commands for the client of the running command.</summary>
    /// <exception cref="InvariantException">It is open already.</exception>
    public abstract void Open(in CommandContext call, CallRules rules);

    /// <summary>Ends what <see cref="Open"/> began; the reply of the last call is gone.</summary>
    public abstract void Close();

    /// <summary>Whether it is open.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>The client for which it calls.</summary>
    /// <exception cref="InvariantException">It is not open.</exception>
    public abstract Client Client { get; }

    /// <summary>The arguments of the command that opened it. Borrowed.</summary>
    /// <exception cref="InvariantException">It is not open.</exception>
    public abstract ArgumentList Arguments { get; }

    /// <summary>Where that command's reply goes.</summary>
    /// <exception cref="InvariantException">It is not open.</exception>
    public abstract ReplyWriter Reply { get; }

    /// <summary>RESP version of the replies; 2 after <see cref="Open"/>.</summary>
    public abstract int Protocol { get; set; }

    /// <summary>Whether effects go to logs of the data; true after <see cref="Open"/>.</summary>
    public abstract bool FeedsLogs { get; set; }

    /// <summary>Whether effects go to replicas; true after <see cref="Open"/>.</summary>
    public abstract bool FeedsReplicas { get; set; }

    /// <summary>Whether a command that may write has been let through since <see cref="Open"/>.</summary>
    public abstract bool HasWritten { get; }

    /// <summary>Forgets the arguments added so far.</summary>
    public abstract void Begin();

    /// <summary>Adds an argument, the command's name first. The bytes are copied.</summary>
    public abstract void Add(ReadOnlySpan<byte> argument);

    /// <summary>Arguments added since <see cref="Begin"/>.</summary>
    public abstract int Count { get; }

    /// <summary>Runs the command that was added, and forgets it.</summary>
    /// <returns>
    /// One whole reply in RESP, off-heap, valid until the next call or <see cref="Close"/>. A command that may not run here is answered
    /// with an error in Redis's words for scripts, which is counted as any other.
    /// </returns>
    public abstract ReadOnlySpan<byte> Call();

    /// <summary>Whether the client's rights let it run the command that was added. Null: no such command, or not with so many
    /// arguments.</summary>
    public abstract bool? MayCall();
}

/// <summary>What holds for the commands of a <see cref="CommandCaller"/>.</summary>
[Flags]
public enum CallRules
{
    /// <summary>What holds for any script: nothing flagged noscript, and no more memory when there is none.</summary>
    None = 0,

    /// <summary>No command may write.</summary>
    ReadOnly = 1,

    /// <summary>Commands run though memory is above maxmemory.</summary>
    AllowOom = 2,

    /// <summary>Commands flagged noscript run too (DEBUG SET-DISABLE-DENY-SCRIPTS).</summary>
    AllowNoScript = 4,
}
