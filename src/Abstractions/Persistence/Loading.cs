namespace ModularKv.Abstractions;

/// <summary>
/// The state of "a data set is being loaded": clients get LOADING but for commands flagged <see cref="CommandFlags.Loading"/>, nothing
/// expires and nothing is evicted. Loop thread only.
/// </summary>
public interface ILoading
{
    /// <summary>Whether loading is under way.</summary>
    bool Active { get; }

    /// <summary>Unix milliseconds at which it began.</summary>
    long StartedAtMs { get; }

    /// <summary>Bytes to be read in all; 0: not known.</summary>
    long TotalBytes { get; }

    /// <summary>Bytes read so far.</summary>
    long LoadedBytes { get; }

    /// <summary>Memory that data took when it began, for INFO's loading_rdb_used_mem, and what the file says of its own; 0: not said.</summary>
    long FileMemoryBytes { get; set; }

    /// <summary>Begins.</summary>
    /// <param name="totalBytes">Bytes to be read; 0: not known.</param>
    /// <exception cref="InvariantException">Loading is under way.</exception>
    void Begin(long totalBytes);

    /// <summary>
    /// Tells how far it is. Cheap; now and then it serves clients before it returns, unless a command is running (DEBUG RELOAD). Call it
    /// at least once per 256 KB or key.
    /// </summary>
    void Progress(long loadedBytes);

    /// <summary>Ends, well or not.</summary>
    void End();
}

/// <summary>
/// Serving clients while one long piece of work holds the loop (loading, a script that is past its time). Loop thread only.
/// </summary>
public interface ILongWork
{
    /// <summary>Commands without one of the flags <paramref name="allowed"/> get this error from now on, until the result is disposed.</summary>
    /// <param name="refusal">Error code and text, as in <c>BUSY Redis is busy …</c>.</param>
    /// <param name="allowed">Flags of commands that run all the same.</param>
    IDisposable Begin(string refusal, CommandFlags allowed);

    /// <summary>
    /// Reads what has come from clients, runs what may run and sends the replies, without waiting. May be called within a command: then
    /// its own client waits.
    /// </summary>
    void Serve();

    /// <summary>
    /// What most commands get now because a command is at work and others are served beside it (<see cref="CommandFlags.AllowBusy"/>):
    /// the data may be in the middle of a change, so that nothing may save it. Null: none is.
    /// </summary>
    string? BusyRefusal { get; }

    /// <summary>Whether the server is stopping: the work must end.</summary>
    bool IsStopping { get; }
}

/// <summary>Refusing writes while something is wrong: a disk that does not take the data, too few replicas.</summary>
public interface IWriteGate
{
    /// <summary>Write commands get this error from now on, until the result is disposed. The gate that was closed first answers.</summary>
    /// <param name="refusal">Error code and text, as in <c>MISCONF …</c>.</param>
    /// <param name="pingToo">PING gets it too, so that monitoring sees it.</param>
    IDisposable Close(string refusal, bool pingToo);

    /// <summary>What writes are refused with now, or null.</summary>
    string? Refusal { get; }
}
