using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof.Writing;

/// <summary>The writer's surroundings in a server.</summary>
internal sealed class ServerHost(IServer server, AofSettings settings) : WriterHost
{
    private IDisposable? _refusal;
    private string? _reason;

    /// <summary>Rewriting; set once it is made.</summary>
    public Rewrite? Rewrite { get; set; }

    /// <summary>DEBUG AOF-FLUSH-SLEEP, microseconds.</summary>
    public long SleepMicros { get; set; }

    /// <summary>Called when more of the stream is durable.</summary>
    public Action WhenSynced { get; set; } = () => { };

    /// <inheritdoc/>
    public override ILog Log => server.Log;

    /// <inheritdoc/>
    public override FsyncPolicy Policy => settings.Fsync.Value;

    /// <inheritdoc/>
    public override bool WritesTimestamps => settings.Timestamps.Value;

    /// <inheritdoc/>
    public override bool HoldsSyncBack => settings.NoFsyncOnRewrite.Value && IsImageWritten;

    /// <inheritdoc/>
    public override bool IsImageWritten => Rewrite is { IsRunning: true } || server.Snapshots.Active;

    /// <inheritdoc/>
    public override long NowMs => server.Clock.UnixMs;

    /// <inheritdoc/>
    public override long Micros() => server.Clock.MonotonicMicros();

    /// <inheritdoc/>
    public override long Offset => server.Propagation.Offset;

    /// <inheritdoc/>
    public override void Background(Action work, Action<Exception?> done) => server.Scheduler.Background(work, done);

    /// <inheritdoc/>
    public override void Report(string latencyEvent, long micros) => server.Statistics.Latency.Report(latencyEvent, micros);

    /// <inheritdoc/>
    public override void SleepBeforeWrite()
    {
        if (SleepMicros > 0) server.Debug.Sleep(SleepMicros);
    }

    /// <inheritdoc/>
    public override void RefuseWrites(string? reason)
    {
        if (reason == _reason) return;
        _reason = reason;
        _refusal?.Dispose();
        _refusal = reason is null ? null : server.Writes.Close($"MISCONF Errors writing to the AOF file: {reason}", pingToo: true);
    }

    /// <inheritdoc/>
    public override void Synced() => WhenSynced();

    /// <inheritdoc/>
    public override void Exit() => server.Shutdown.ExitNow(1);
}
