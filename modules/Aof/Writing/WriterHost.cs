using ModularKv.Abstractions;

namespace ModularKv.Aof.Writing;

/// <summary>What the writer needs of the server around it; tests stand in for it.</summary>
internal abstract class WriterHost
{
    /// <summary>Log lines.</summary>
    public abstract ILog Log { get; }

    /// <summary>appendfsync.</summary>
    public abstract FsyncPolicy Policy { get; }

    /// <summary>aof-timestamp-enabled.</summary>
    public abstract bool WritesTimestamps { get; }

    /// <summary>no-appendfsync-on-rewrite, and something writes a whole data set now.</summary>
    public abstract bool HoldsSyncBack { get; }

    /// <summary>Whether something writes a whole data set now.</summary>
    public abstract bool IsImageWritten { get; }

    /// <summary>Unix milliseconds.</summary>
    public abstract long NowMs { get; }

    /// <summary>Monotonic microseconds.</summary>
    public abstract long Micros();

    /// <summary>Place in the stream of effects behind everything that was appended.</summary>
    public abstract long Offset { get; }

    /// <summary>Runs work on another thread, then <paramref name="done"/> on the loop with its error.</summary>
    public abstract void Background(Action work, Action<Exception?> done);

    /// <summary>Reports how long something held the loop.</summary>
    public abstract void Report(string latencyEvent, long micros);

    /// <summary>Rests before a write, for tests.</summary>
    public abstract void SleepBeforeWrite();

    /// <summary>Write commands are refused from now on for that reason; null: no more.</summary>
    public abstract void RefuseWrites(string? reason);

    /// <summary>More of the stream is durable.</summary>
    public abstract void Synced();

    /// <summary>Ends the process: what clients were told cannot be kept.</summary>
    public abstract void Exit();
}
