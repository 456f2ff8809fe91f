using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Rdb.Writing;

namespace ModularKv.Rdb.Saving;

/// <summary>
/// The data set's file: saves into it now, in the background, by save points; knows how the last save went. Loop thread only.
/// Source: rdbSave, rdbSaveBackground, backgroundSaveDoneHandlerDisk.
/// </summary>
internal sealed class DataSetFile(IServer server, RdbSettings settings, RdbFormat format)
{
    /// <summary>Seconds after a failure before the next attempt. Source: CONFIG_BGSAVE_RETRY_DELAY.</summary>
    private const long RetryDelaySeconds = 5;

    private const string Refusal = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. "
        + "Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if "
        + "RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.";

    private IRdbSave? _background;
    private bool _keepsStatus;
    private long _dirtyBefore;
    private long _startedAt;
    private long _triedAt;
    private IDisposable? _gate;

    /// <summary>Whether a background save is under way.</summary>
    public bool InBackground => _background is not null;

    /// <summary>A background save waits for the snapshot that is under way to end.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Unix seconds of the last success, or of the start.</summary>
    public long SavedAt { get; private set; }

    /// <summary>Whether the last save went well.</summary>
    public bool IsWell { get; private set; } = true;

    /// <summary>Saves since the start, or since CONFIG RESETSTAT.</summary>
    public long Saves { get; set; }

    /// <summary>Seconds that the last background save took; -1: there was none.</summary>
    public long LastSeconds { get; private set; } = -1;

    /// <summary>Seconds since the background save under way began; -1: there is none.</summary>
    public long CurrentSeconds => InBackground ? Now - _startedAt : -1;

    private long Now => server.Clock.UnixMs / 1000;

    /// <summary>Notes the time that stands for the last save after an empty start.</summary>
    public void Started()
    {
        SavedAt = Now;
        settings.WhenRefusalMayChange(UpdateGate);
    }

    /// <summary>Saves while the loop waits.</summary>
    /// <returns>Whether it went well; otherwise the log says why.</returns>
    public bool Save()
    {
        // A rewrite of an append-only file, say: as the loop waits anyway, it waits for that one too.
        if (!server.Snapshots.TryComplete())
        {
            server.Log.Warning("Can't save now: another snapshot (of an append-only file's rewrite, say) is under way. Try again later.");
            return false;
        }

        Saves++;
        string? error = null;
        IRdbSave save = format.Save(NewSink(), new RdbSaveOptions(), reason => error = reason);
        save.Complete();
        if (error is not null)
        {
            server.Log.Warning(error);
            return false;
        }

        server.Log.Notice("DB saved on disk");
        server.Databases.Dirty = 0;
        SavedAt = server.Clock.UnixMicros() / 1_000_000;
        SetWell(true);
        return true;
    }

    /// <summary>Starts a background save. No snapshot may be under way.</summary>
    public void SaveInBackground()
    {
        Saves++;
        server.Statistics.TotalForks++;
        _dirtyBefore = server.Databases.Dirty;
        _triedAt = _startedAt = Now;
        _keepsStatus = false;
        _background = format.Save(NewSink(), new RdbSaveOptions(), Ended);
        server.Log.Notice($"Background saving started by pid {Environment.ProcessId}");
    }

    /// <summary>Stops a background save, if there is one, without calling that a failure.</summary>
    public void CancelBackground(string reason)
    {
        if (_background is null) return;
        _keepsStatus = true;
        _background.Cancel(reason);
    }

    /// <summary>Save points and what waits. Called every tick.</summary>
    public void Tick()
    {
        if (server.Snapshots.Active || server.Loading.Active) return;
        bool mayTry = IsWell || Now - _triedAt > RetryDelaySeconds;
        if (!mayTry) return;
        if (IsScheduled)
        {
            IsScheduled = false;
            SaveInBackground();
            return;
        }

        long dirty = server.Databases.Dirty;
        if (dirty == 0) return;
        foreach ((long seconds, long changes) in settings.SavePoints)
        {
            if (dirty < changes || Now - SavedAt <= seconds) continue;
            server.Log.Notice(string.Create(CultureInfo.InvariantCulture, $"{changes} changes in {seconds} seconds. Saving..."));
            SaveInBackground();
            return;
        }
    }

    /// <summary>SHUTDOWN's part. Source: finishShutdown.</summary>
    /// <exception cref="ModuleException">Saving failed: the server stays.</exception>
    public bool ReadyToStop(ShutdownOptions options)
    {
        if (InBackground)
        {
            server.Log.Warning("There is a child saving an .rdb. Killing it!");
            CancelBackground("the server stops");
        }

        bool wanted = (options & ShutdownOptions.Save) != 0 || (settings.HasSavePoints && (options & ShutdownOptions.NoSave) == 0);
        if (!wanted || server.Loading.Active) return true;

        // Whose snapshot that is stops it in its own hook, or it ends by itself.
        if (server.Snapshots.Active) return false;
        server.Log.Notice("Saving the final RDB snapshot before exiting.");
        if (Save()) return true;
        if ((options & ShutdownOptions.Force) != 0)
        {
            server.Log.Warning("Error trying to save the DB. Exit anyway.");
            return true;
        }

        server.Log.Warning("Error trying to save the DB, can't exit.");
        server.Log.Warning("Errors trying to shut down the server. Check the logs for more information.");
        throw new ModuleException("the final RDB snapshot could not be saved");
    }

    private FileSink NewSink()
    {
        var folder = new FixedFolder(server.Files, () => settings.Directory);
        return new FileSink(folder, settings.FileName.Text, settings.Directory, settings.IncrementalSync.Value);
    }

    private void Ended(string? error)
    {
        _background = null;
        LastSeconds = Now - _startedAt;
        if (error is null)
        {
            server.Log.Notice("DB saved on disk");
            server.Log.Notice("Background saving terminated with success");
            server.Databases.Dirty -= _dirtyBefore;
            SavedAt = Now;
            SetWell(true);
        }
        else if (_keepsStatus)
        {
            server.Log.Warning($"Background saving terminated by signal: {error}");
        }
        else
        {
            server.Log.Warning(error);
            server.Log.Warning("Background saving error");
            SetWell(false);
        }
    }

    private void SetWell(bool isWell)
    {
        IsWell = isWell;
        UpdateGate();
    }

    private void UpdateGate()
    {
        bool refuses = !IsWell && settings.HasSavePoints && settings.StopsWrites;
        if (refuses == _gate is not null) return;
        if (refuses)
        {
            _gate = server.Writes.Close(Refusal, pingToo: true);
            return;
        }

        _gate!.Dispose();
        _gate = null;
    }
}
