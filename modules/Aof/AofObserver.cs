using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof;

/// <summary>What the log does at the start, the end and in between.</summary>
internal sealed class AofObserver(IServer server, AofLog log, Rewrite rewrite) : ServerObserver
{
    /// <summary>A disk that refused is asked again so often.</summary>
    private const long RetryMs = 1000;

    private long _retryAtMs;

    /// <inheritdoc/>
    public override bool LoadDataset() => log.LoadAtStart();

    /// <inheritdoc/>
    public override void Tick()
    {
        if (server.Loading.Active) return;
        rewrite.Tick();
        if (log.State == AofState.Off) return;
        if (log.Writer.HasWriteError)
        {
            if (server.Clock.UnixMs < _retryAtMs) return;
            _retryAtMs = server.Clock.UnixMs + RetryMs;
        }

        log.Writer.Flush(force: false);
    }

    /// <summary>The server is asked to stop: nothing that was written may be lost.</summary>
    public bool ShuttingDown(ShutdownOptions options)
    {
        if (rewrite.IsRunning)
        {
            if (log.State == AofState.WaitsForBase)
            {
                // What there is on disk is not the data set yet.
                if ((options & ShutdownOptions.Force) == 0)
                {
                    server.Log.Warning("Writing initial AOF, can't exit");
                    throw new ModuleException("Errors trying to SHUTDOWN. Check logs.");
                }

                server.Log.Warning("Writing initial AOF. Exit anyway.");
            }

            server.Log.Warning("There is a child rewriting the AOF. Killing it!");
            rewrite.Kill();
        }

        if (log.State == AofState.Off) return true;
        server.Log.Notice("Calling fsync() on the AOF file.");
        log.Writer.FlushAndSync();
        return true;
    }
}
