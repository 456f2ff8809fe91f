using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>Rewriting the log: when, and what becomes of it. Source: aof.c, rewriteAppendOnlyFileBackground. Loop thread only.</summary>
internal sealed class Rewrite(IServer server, AofSettings settings, AofLog log, ImageMaker images)
{
    private readonly RewriteLimit _limit = new(server.Log);
    private string _temporary = "";
    private ImageRun? _run;
    private long _startedAtMs;
    private bool _isRdb;

    // Which rewrite runs; what a cancelled one still says is not heard.
    private int _number;

    /// <summary>Whether one is under way.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether one starts as soon as it can.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Rewrites started since CONFIG RESETSTAT.</summary>
    public long Count { get; set; }

    /// <summary>Those that failed since the last success.</summary>
    public long Failures { get; set; }

    /// <summary>Whether the last one succeeded.</summary>
    public bool LastSucceeded { get; private set; } = true;

    /// <summary>Seconds that the last one took; -1: there was none.</summary>
    public long LastSeconds { get; private set; } = -1;

    /// <summary>Seconds since the present one started; -1: there is none.</summary>
    public long CurrentSeconds => IsRunning ? (server.Clock.UnixMs - _startedAtMs) / 1000 : -1;

    /// <summary>Whether another whole data set is being written, or a transaction runs: it has to wait.</summary>
    public bool MustWait => server.Snapshots.Active || server.CurrentClient is { } client && (client.Flags & ClientFlags.Multi) != 0;

    /// <summary>Starts one. False: it could not be, the log says why.</summary>
    public bool TryStart()
    {
        if (IsRunning || server.Snapshots.Active) return false;
        if (!log.Store.TryCreateDirectory() || !log.TryOpenNext())
        {
            LastSucceeded = false;
            return false;
        }

        Count++;
        server.Statistics.TotalForks++;
        _isRdb = images.IsRdb;
        _startedAtMs = server.Clock.UnixMs;
        IsRunning = true;
        IsScheduled = false;
        int number = ++_number;
        _temporary = $"temp-rewriteaof-bg-{Environment.ProcessId}-{number}.aof"; // a cancelled one may still remove its own
        _run = images.Start(_temporary, _isRdb, error => Ended(number, error));
        server.Log.Notice($"Background append only file rewriting started by pid {Environment.ProcessId}");
        return true;
    }

    /// <summary>Stops the one under way, if any, without counting it as failed.</summary>
    public void Kill()
    {
        if (!IsRunning) return;
        server.Log.Notice($"Killing running AOF rewrite child: {Environment.ProcessId}");
        ImageRun? run = _run;
        Over();
        run?.Cancel("it was stopped");
    }

    private void Over()
    {
        _number++;
        _run = null;
        IsRunning = false;
    }

    private void Ended(int number, string? error)
    {
        if (number != _number) return;
        Over();
        LastSucceeded = error is null && Finish();
        if (LastSucceeded)
        {
            Failures = 0;
            server.Log.Notice("Background AOF rewrite finished successfully");
            log.EndWaiting();
        }
        else
        {
            Failures++;
            if (error is not null) server.Log.Warning($"Background AOF rewrite terminated with error: {error}");
        }

        LastSeconds = (server.Clock.UnixMs - _startedAtMs) / 1000;
        if (log.State != AofState.WaitsForBase) return;
        log.DropTemporaryIncrement();
        IsScheduled = true;
    }

    private bool Finish()
    {
        server.Log.Notice($"Successfully created the temporary AOF base file {_temporary}");
        server.Log.Notice("Background AOF rewrite terminated with success");
        return log.TryTakeBase(_temporary, _isRdb);
    }

    /// <summary>From time to time: starts what waits, or what the log's growth asks for.</summary>
    public void Tick()
    {
        if (IsRunning || server.Snapshots.Active) return;
        if (IsScheduled)
        {
            if (!_limit.Holds(Failures, server.Clock.UnixMs)) Begin();
            return;
        }

        if (log.State != AofState.On || settings.RewritePercentage.Value == 0 || log.Size <= settings.RewriteMinSize.Value) return;
        long growth = (log.Size * 100 / Math.Max(1, log.BaseSize)) - 100;
        if (growth < settings.RewritePercentage.Value || _limit.Holds(Failures, server.Clock.UnixMs)) return;
        server.Log.Notice($"Starting automatic rewriting of AOF on {growth}% growth");
        Begin();
    }

    private void Begin()
    {
        // What was appended outside commands belongs to the file before.
        server.Propagation.EndUnit();
        TryStart();
    }

    /// <summary>appendonly yes at run time. Null, or why not.</summary>
    public string? Enable()
    {
        log.BeginWaiting();
        if (MustWait && !IsRunning)
        {
            IsScheduled = true;
            server.Log.Warning(server.Snapshots.Active
                ? "AOF was enabled but there is already another background operation. An AOF background was scheduled to start when "
                    + "possible."
                : "AOF was enabled during a transaction. An AOF background was scheduled to start when possible.");
            return null;
        }

        if (IsRunning)
        {
            server.Log.Warning("AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting "
                + "a rewrite now.");
            Kill();
        }

        if (IsScheduledAfterKill() || TryStart()) return null;
        log.StopWriting();
        server.Log.Warning("Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs for "
            + "more info about the error.");
        return "Unable to turn on AOF. Check server logs.";
    }

    // The stopped one's writer may still be closing its file.
    private bool IsScheduledAfterKill()
    {
        if (server.Snapshots.Active) IsScheduled = true;
        return IsScheduled;
    }

    /// <summary>appendonly no at run time.</summary>
    public void Disable()
    {
        log.StopWriting();
        IsScheduled = false;
        Kill();
    }
}
