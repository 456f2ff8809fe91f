using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Aof.Loading;
using ModularKv.Aof.Manifest;
using ModularKv.Aof.Rewriting;
using ModularKv.Aof.Writing;

namespace ModularKv.Aof;

/// <summary>Whether the log is kept.</summary>
internal enum AofState
{
    /// <summary>It is not.</summary>
    Off,

    /// <summary>It is.</summary>
    On,

    /// <summary>It was switched on, and what is written goes to a temporary file until the first base is there.</summary>
    WaitsForBase,
}

/// <summary>The log as a whole: its files, whether it is kept, and going over to other files. Loop thread only.</summary>
internal sealed class AofLog(IServer server, AofSettings settings, LogWriter writer, ManifestStore store, ImageMaker images)
{
    private readonly LogLoader _loader = new(server, settings, store);
    private AofManifest _manifest = new();
    private long _sizeBefore;
    private long _writtenBefore;

    /// <summary>Whether it is kept.</summary>
    public AofState State { get; private set; }

    /// <summary>Called after <see cref="State"/> changed.</summary>
    public Action StateChanged { get; set; } = () => { };

    /// <summary>Bytes of all files that would be loaded.</summary>
    public long Size => _sizeBefore + writer.WrittenBytes - _writtenBefore;

    /// <summary>Bytes of them after the last rewrite, or of the base at start.</summary>
    public long BaseSize { get; private set; }

    /// <summary>Names and manifest on disk.</summary>
    public ManifestStore Store => store;

    /// <summary>What writes to the present file.</summary>
    public LogWriter Writer => writer;

    private void SetState(AofState state)
    {
        State = state;
        StateChanged();
    }

    private void SetSize(long bytes)
    {
        _sizeBefore = bytes;
        _writtenBefore = writer.WrittenBytes;
    }

    /// <summary>The server starts: reads the manifest and, when the log is kept, loads it and opens it.</summary>
    /// <returns>Whether the data set came from here.</returns>
    /// <exception cref="ModuleException">It cannot be loaded or opened.</exception>
    public bool LoadAtStart()
    {
        _manifest = store.Load();
        if (!settings.Enabled.Value) return false;
        long start = server.Clock.MonotonicMicros();
        LoadResult result = _loader.Load(_manifest);
        if (result == LoadResult.Stopped) return true;
        NoteLoaded(result);
        if (result != LoadResult.Missing)
        {
            double seconds = (server.Clock.MonotonicMicros() - start) / 1e6;
            server.Log.Notice(string.Create(CultureInfo.InvariantCulture, $"DB loaded from append only file: {seconds:F3} seconds"));
        }

        OpenAtStart();
        SetState(AofState.On);
        DeleteHistory();
        return true;
    }

    private void NoteLoaded(LoadResult result)
    {
        if (result is not (LoadResult.Loaded or LoadResult.Truncated)) return;
        SetSize(_loader.TotalBytes);
        BaseSize = _loader.BaseBytes;
    }

    private void OpenAtStart()
    {
        const string Refusal = "The append-only file cannot be opened; the reason stands above.";
        if (!store.TryCreateDirectory()) throw new ModuleException(Refusal);
        bool isNew = _manifest.Increments.Count == 0;
        if (_manifest.Base is null && isNew) MakeFirstBase();
        AofPart part = isNew ? _manifest.NextIncrement(store.FileName) : _manifest.Increments[^1];
        try
        {
            DataFile file = server.Files.Append(store.PathOf(part.Name));
            writer.Open(file, file.Length);
        }
        catch (IOException e)
        {
            throw new ModuleException($"Can't open the append-only file {part.Name}: {e.Message}");
        }

        if (!store.TryPersist(_manifest)) throw new ModuleException(Refusal);
        server.Log.Notice($"{(isNew ? "Creating" : "Opening")} AOF incr file {part.Name} on server start");
    }

    // A log that begins with an empty data set has a base all the same, so that a later one is known to be complete.
    private void MakeFirstBase()
    {
        bool isRdb = images.IsRdb;
        AofPart part = _manifest.NextBase(store.FileName, isRdb);
        string temporary = $"temp-rewriteaof-{Environment.ProcessId}.aof";
        string? error = null;
        images.Start(temporary, isRdb, reason => error = reason).Complete();
        try
        {
            if (error is null) server.Files.Rename(temporary, store.PathOf(part.Name));
        }
        catch (IOException e)
        {
            error = e.Message;
        }

        if (error is not null) throw new ModuleException($"Write error writing append only file on disk: {error}");
        server.Log.Notice($"Creating AOF base file {part.Name} on server start");
    }

    /// <summary>DEBUG LOADAOF: empties the databases and loads the files.</summary>
    /// <exception cref="ModuleException">They cannot be loaded.</exception>
    public void Reload()
    {
        if (State == AofState.On) writer.Flush(force: true);
        Empty();
        _manifest = store.Load();
        DeleteHistory();
        LoadResult result = _loader.Load(_manifest);
        if (result == LoadResult.Truncated && State == AofState.On) Reopen();
        server.Databases.Dirty = 0;
        server.Log.Notice("Append Only File loaded by DEBUG LOADAOF");
    }

    // As part of the loading: it is no FLUSHALL, which would end a background save and write an empty snapshot.
    private void Empty()
    {
        server.Loading.Begin(0);
        try
        {
            server.Databases.Flush(-1, lazy: false);
            server.Find<IFunctionLibraries>()?.Clear();
        }
        finally
        {
            server.Loading.End();
        }
    }

    // The file was cut: writing goes on at its new end.
    private void Reopen()
    {
        string name = _manifest.Increments[^1].Name;
        try
        {
            DataFile file = server.Files.Append(store.PathOf(name));
            writer.Open(file, file.Length);
        }
        catch (IOException e)
        {
            throw new ModuleException($"Can't open the append-only file {name}: {e.Message}");
        }
    }

    /// <summary>Switches it on: it is kept once a base is there.</summary>
    public void BeginWaiting()
    {
        writer.ForgetErrors();
        SetState(AofState.WaitsForBase);
    }

    /// <summary>Switches it off; the files stay.</summary>
    public void StopWriting()
    {
        if (writer.IsOpen) writer.FlushAndSync();
        writer.Close();
        SetState(AofState.Off);
    }

    /// <summary>
    /// A rewrite starts: what comes from now on goes to a new increment, or to a temporary one while there is no base. False: there is
    /// none, the log says why, and nothing has changed.
    /// </summary>
    public bool TryOpenNext()
    {
        writer.ForgetDatabase();
        writer.Flush(force: true);
        if (State == AofState.Off) return true;
        AofManifest? next = null;
        string name = store.TemporaryIncrement;
        if (State == AofState.On)
        {
            next = _manifest.Copy();
            name = next.NextIncrement(store.FileName).Name;
        }

        DataFile file;
        try
        {
            file = server.Files.Create(store.PathOf(name));
        }
        catch (IOException e)
        {
            server.Log.Warning($"Can't open the append-only file {name}: {e.Message}");
            return false;
        }

        if (next is not null && !store.TryPersist(next))
        {
            file.Dispose();
            return false;
        }

        server.Log.Notice($"Creating AOF incr file {name} on background rewrite");
        writer.Open(file, 0);
        _manifest = next ?? _manifest;
        return true;
    }

    /// <summary>The rewrite's file is whole: it becomes the base, and what it replaces is removed. False: the log says why not.</summary>
    public bool TryTakeBase(string temporary, bool isRdb)
    {
        AofManifest next = _manifest.Copy();
        string name = next.NextBase(store.FileName, isRdb).Name;
        if (!TryRename("base", temporary, name)) return false;
        string? increment = null;
        if (State == AofState.WaitsForBase)
        {
            increment = next.NextIncrement(store.FileName).Name;
            if (!TryRename("incr", store.PathOf(store.TemporaryIncrement), increment))
            {
                Delete(name);
                return false;
            }
        }

        next.RetireIncrements(keepsLast: writer.IsOpen);
        if (!store.TryPersist(next))
        {
            Delete(name);
            if (increment is not null) Delete(increment);
            return false;
        }

        _manifest = next;
        if (State != AofState.Off)
        {
            SetSize(LengthOf(name) + writer.FileSize);
            BaseSize = Size;
        }

        DeleteHistory();
        return true;
    }

    /// <summary>The first base is there.</summary>
    public void EndWaiting()
    {
        if (State == AofState.WaitsForBase) SetState(AofState.On);
    }

    /// <summary>The first base failed: what was written meanwhile is of no use.</summary>
    public void DropTemporaryIncrement()
    {
        writer.DropBuffer();
        server.Log.Notice($"Removing the temp incr aof file {store.TemporaryIncrement} in the background");
        Delete(store.TemporaryIncrement);
    }

    private bool TryRename(string kind, string from, string name)
    {
        long start = server.Clock.MonotonicMicros();
        string shown = kind == "incr" ? store.TemporaryIncrement : from;
        try
        {
            server.Files.Rename(from, store.PathOf(name));
        }
        catch (IOException e)
        {
            server.Log.Warning($"Error trying to rename the temporary AOF {kind} file {from} into {store.PathOf(name)}: {e.Message}");
            return false;
        }

        server.Statistics.Latency.Report("aof-rename", server.Clock.MonotonicMicros() - start);
        server.Log.Notice($"Successfully renamed the temporary AOF {kind} file {shown} into {name}");
        return true;
    }

    private long LengthOf(string name)
    {
        try
        {
            using DataFile file = server.Files.Open(store.PathOf(name));
            return file.Length;
        }
        catch (IOException e)
        {
            server.Log.Warning($"Unable to obtain the AOF file {name} length. stat: {e.Message}");
            return 0;
        }
    }

    /// <summary>Removes files that a rewrite has replaced, unless aof-disable-auto-gc keeps them.</summary>
    public void DeleteHistory()
    {
        if (settings.KeepsHistory.Value || _manifest.History.Count == 0) return;
        foreach (AofPart part in _manifest.History)
        {
            server.Log.Notice($"Removing the history file {part.Name} in the background");
            Delete(part.Name);
        }

        _manifest.History.Clear();
        _manifest.IsDirty = true;
        store.TryPersist(_manifest);
    }

    private void Delete(string name)
    {
        string path = store.PathOf(name);
        server.Scheduler.Background(
            () => server.Files.Delete(path),
            error =>
            {
                if (error is not null) server.Log.Warning($"The file {path} could not be removed: {error.Message}");
            });
    }
}
