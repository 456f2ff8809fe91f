namespace ModularKv.Abstractions;

/// <summary>
/// A stream of commands in RESP that runs on behalf of a client of its own: a log that is replayed, what a master sends. Commands are
/// executed in batches as those of connections are, trusted (no authentication, rights, memory or loading checks), and their replies are
/// thrown away. What blocks a client replies as if its time were up. Loop thread only.
/// </summary>
public abstract class CommandFeed : IDisposable
{
    /// <summary>Whom the commands run for. Its database is 0 at first; SELECT within the stream changes it.</summary>
    public abstract Client Client { get; }

    /// <summary>
    /// Takes bytes and runs what is complete; what is left of a command waits for the next call. A command between MULTI and EXEC runs
    /// when EXEC comes. After anything but <see cref="FeedOutcome.Taken"/> the feed takes no more.
    /// </summary>
    /// <param name="bytes">Borrowed for the call.</param>
    public abstract FeedOutcome Feed(ReadOnlySpan<byte> bytes);

    /// <summary>Bytes from the start up to the end of the last whole command, run or queued.</summary>
    public abstract long Position { get; }

    /// <summary><see cref="Position"/> before the MULTI of a transaction that is still open; -1: none is.</summary>
    public abstract long TransactionStart { get; }

    /// <summary>Whether bytes of a command have come that has not ended.</summary>
    public abstract bool HasPartial { get; }

    /// <summary>Whole commands taken.</summary>
    public abstract long Commands { get; }

    /// <summary>Commands that were answered with an error; they had no effect.</summary>
    public abstract long Errors { get; }

    /// <summary>After <see cref="FeedOutcome.UnknownCommand"/> its name, after <see cref="FeedOutcome.BadFormat"/> what is wrong.</summary>
    public abstract string Problem { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>What became of bytes given to a <see cref="CommandFeed"/>.</summary>
public enum FeedOutcome
{
    /// <summary>They were taken.</summary>
    Taken,

    /// <summary>They are no commands. What stood before them has run.</summary>
    BadFormat,

    /// <summary>There is no such command. What stood before it has run.</summary>
    UnknownCommand,
}

/// <summary>How a <see cref="CommandFeed"/> runs its commands.</summary>
/// <param name="Propagates">Whether effects go into the stream of write effects. A log that is replayed is in it already.</param>
/// <param name="SkipsAnnotations">Whether lines that begin with '#' may stand between commands, and are passed over.</param>
public sealed record FeedOptions(bool Propagates = false, bool SkipsAnnotations = false);
