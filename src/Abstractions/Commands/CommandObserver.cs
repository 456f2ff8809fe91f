namespace ModularKv.Abstractions;

/// <summary>
/// Is told of commands that ran, from a duration on: a slow log, latency events, a live view, an audit. Unlike an interceptor it decides
/// nothing, and while no command takes as long as it wants it costs the commands nothing.
/// </summary>
/// <remarks>
/// Below a millisecond (0: every command) each command is timed by itself, which costs some 0.1 µs. Above, commands flagged
/// <see cref="CommandFlags.Fast"/> that follow on each other in one pipeline are timed together; when such a group takes longer than the
/// threshold, nobody can tell which of them it was: it is not told, and the next calls of that command are timed one by one.
/// </remarks>
public abstract class CommandObserver
{
    private long _thresholdMicros = Nothing;

    /// <summary>As <see cref="ThresholdMicros"/>: no command is wanted.</summary>
    public const long Nothing = -1;

    /// <summary>
    /// Shortest duration that is told, in microseconds; 0: every command; negative: none (the value at first). May be changed at any time
    /// on the loop thread; a change counts for the command that makes it.
    /// </summary>
    public long ThresholdMicros
    {
        get => _thresholdMicros;
        set
        {
            if (_thresholdMicros == value) return;
            _thresholdMicros = value;
            ThresholdChanged?.Invoke();
        }
    }

    internal Action? ThresholdChanged { get; set; }

    /// <summary>
    /// A command ran: at least <see cref="ThresholdMicros"/> long. Its reply is written, its arguments are as the client sent them.
    /// </summary>
    /// <param name="call">
    /// The call. Observers read it only. <see cref="CommandContext.HasBlocked"/>: it will run again, and be told again then, with
    /// <see cref="CommandContext.IsRetry"/> or <see cref="CommandContext.IsTimedOut"/>. What
    /// <see cref="CommandContext.IsRedacted"/> names must not be shown to anybody.
    /// </param>
    /// <param name="micros">How long it took, in microseconds, without the time for which it was blocked.</param>
    public abstract void Executed(in CommandContext call, long micros);

    /// <summary>
    /// A command that calls others is about to run (<see cref="CommandContext.Announce"/>): the place to show it in front of them. Called
    /// only while <see cref="ThresholdMicros"/> is 0; <see cref="Executed"/> follows all the same.
    /// </summary>
    public virtual void Announced(in CommandContext call)
    {
    }
}
