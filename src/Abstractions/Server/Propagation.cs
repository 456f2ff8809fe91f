namespace ModularKv.Abstractions;

/// <summary>The one ordered stream of write effects: what an append-only file stores and a replica receives.</summary>
public interface IPropagation
{
    /// <summary>Whether anybody listens. Effects are not even encoded otherwise.</summary>
    bool Active { get; }

    /// <summary>Total bytes of effects encoded since start.</summary>
    long Offset { get; }

    /// <summary>Puts a command into the stream outside a command's execution (expiry, eviction, timers).</summary>
    EffectBuilder Append(int database);

    /// <summary>
    /// Hands over what was appended since the last command: what comes next is not bound to it by MULTI and EXEC. Only between commands.
    /// </summary>
    void EndUnit();
}

/// <summary>Receives the stream of write effects on the loop thread, in order.</summary>
public abstract class PropagationSubscriber
{
    /// <summary>
    /// One command of the stream. Several that belong to one execution stand between MULTI and EXEC, which come as commands too.
    /// </summary>
    /// <param name="database">Database it applies to; the subscriber adds SELECT where its format needs it.</param>
    /// <param name="encoded">The command in RESP. Borrowed for this call.</param>
    /// <param name="nowMs">Unix time of the execution, in milliseconds.</param>
    public abstract void Append(int database, ReadOnlySpan<byte> encoded, long nowMs);

    /// <summary>
    /// Whether it keeps a log of the data: commands that are for replicas only (PUBLISH) are not sent to it. Read for each of those.
    /// </summary>
    public virtual bool IsLog => false;

    private bool _isListening = true;

    /// <summary>
    /// Whether it wants the stream now. While nobody does effects are not even encoded. May be changed at any time on the loop thread; in
    /// the middle of a unit the change holds from the next one on.
    /// </summary>
    public bool IsListening
    {
        get => _isListening;
        set
        {
            if (_isListening == value) return;
            _isListening = value;
            ListeningChanged?.Invoke();
        }
    }

    internal Action? ListeningChanged { get; set; }

    /// <summary>
    /// Called once at the end of each loop iteration in which something was appended, before replies go out: write and sync here.
    /// </summary>
    public virtual void EndOfBatch()
    {
    }
}

/// <summary>Builds one command of the stream. Free when nobody listens.</summary>
public abstract class EffectBuilder
{
    /// <summary>Adds an argument.</summary>
    public abstract EffectBuilder Add(ReadOnlySpan<byte> argument);

    /// <summary>Adds an integer argument.</summary>
    public abstract EffectBuilder Add(long argument);

    /// <summary>Ends the command.</summary>
    public abstract void Send();
}
