using ModularKv.Abstractions;

namespace ModularKv.Aof.Writing;

/// <summary>
/// Collects the commands of an iteration and writes them to the present increment, before replies go out; syncs as appendfsync says.
/// Source: aof.c, feedAppendOnlyFile and flushAppendOnlyFile. Loop thread only.
/// </summary>
/// <remarks>
/// The write happens on the loop: it copies into the system's cache, a fraction of a microsecond per command, so that a killed process
/// loses nothing that was acknowledged, but under <c>everysec</c> while a sync takes long. Only that sync is another thread's work.
/// </remarks>
internal sealed class LogWriter(WriterHost host)
{
    /// <summary>
    /// How long a write waits for a sync under way, which would hold it up. Redis waits two seconds; the promise of <c>everysec</c> is one.
    /// </summary>
    private const int PostponedMsMax = 1000;

    private const int SecondsBetweenErrorLines = 30;

    private readonly SegmentBuffer _buffer = new();
    private readonly SyncQueue _syncs = new(host);
    private DataFile? _file;
    private int _database = -1;
    private long _timestamp;
    private long _syncedSize;
    private long _lastSyncSecond;
    private long _postponedSince;
    private long _lastErrorLine;
    private bool _hasTail;
    private string? _writeError;
    private string? _syncError;

    /// <summary>Bytes that wait to be written.</summary>
    public long BufferedBytes => _buffer.Length;

    /// <summary>Memory of the buffer, bytes.</summary>
    public long MemoryBytes => _buffer.MemoryBytes;

    /// <summary>Bytes of whole commands in the present file.</summary>
    public long FileSize { get; private set; }

    /// <summary>Bytes written since start, to all files.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Whether a file is open.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>Syncs under way on another thread.</summary>
    public int PendingSyncs => _syncs.Pending;

    /// <summary>Writes that went ahead although a sync took long.</summary>
    public long DelayedSyncs { get; set; }

    /// <summary>Whether the last write and the last sync succeeded.</summary>
    public bool IsHealthy => _writeError is null && _syncError is null;

    /// <summary>Place in the stream of effects up to which all is durable.</summary>
    public long SyncedOffset { get; private set; }

    /// <summary>Whether a flush waits for a sync, or for the disk to recover.</summary>
    public bool IsPostponed => _postponedSince != 0;

    /// <summary>Whether the last write failed.</summary>
    public bool HasWriteError => _writeError is not null;

    /// <summary>The next command is preceded by SELECT.</summary>
    public void ForgetDatabase() => _database = -1;

    /// <summary>Goes over to another file. The one before is synced and closed off the loop.</summary>
    /// <param name="file">Owned from now on.</param>
    /// <param name="size">Bytes in it.</param>
    public void Open(DataFile file, long size)
    {
        if (_file is { } previous)
        {
            long offset = host.Offset;
            bool isDurable = SyncedOffset >= offset && _buffer.Length == 0;
            _syncs.Close(previous, isDurable, error => Closed(error, offset));
            _lastSyncSecond = host.NowMs / 1000;
        }

        _file = file;
        FileSize = _syncedSize = size;
        _hasTail = false;
    }

    private void Closed(string? error, long offset)
    {
        NoteSync(error);
        if (error is null) Reached(offset);
    }

    /// <summary>Adds a command.</summary>
    public void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
    {
        if (host.WritesTimestamps) AppendTimestamp(nowMs / 1000);
        if (database != _database) AppendSelect(database);
        _buffer.Append(encoded);
    }

    private void AppendTimestamp(long second)
    {
        if (_timestamp >= second) return;
        _timestamp = second;
        Span<byte> line = stackalloc byte[NumberText.IntegerBytesMax + 8];
        "#TS:"u8.CopyTo(line);
        int length = 4 + NumberText.Write(line[4..], second);
        "\r\n"u8.CopyTo(line[length..]);
        _buffer.Append(line[..(length + 2)]);
    }

    private void AppendSelect(int database)
    {
        _database = database;
        Span<byte> number = stackalloc byte[NumberText.IntegerBytesMax];
        number = number[..NumberText.Write(number, database)];
        _buffer.Append("*2\r\n$6\r\nSELECT\r\n$"u8);
        _buffer.Append([(byte)('0' + number.Length)]);
        _buffer.Append("\r\n"u8);
        _buffer.Append(number);
        _buffer.Append("\r\n"u8);
    }

    /// <summary>Drops what waits to be written: it belongs to a file that is given up.</summary>
    public void DropBuffer()
    {
        _buffer.Clear();
        _database = -1;
    }

    /// <summary>Writes what was appended and syncs when it is time.</summary>
    /// <param name="force">Does not wait for a sync under way.</param>
    public void Flush(bool force)
    {
        if (_file is null) return;
        if (_buffer.Length == 0)
        {
            if (_syncedSize != FileSize) SyncWhenDue(_syncs.Pending > 0);
            else if (_syncs.IsIdle) Reached(host.Offset); // what came since was for replicas only
            return;
        }

        bool isSyncing = host.Policy == FsyncPolicy.EverySecond && _syncs.Pending > 0;
        if (isSyncing && !force && MustWait()) return;
        host.SleepBeforeWrite();
        long start = host.Micros();
        string? error = Write();
        ReportWrite(host.Micros() - start, isSyncing);
        _postponedSince = 0;
        if (error is not null)
        {
            Failed(error);
            return;
        }

        if (_writeError is not null)
        {
            host.Log.Warning("AOF write error looks solved, Redis can write again.");
            _writeError = null;
            UpdateRefusal();
        }

        SyncWhenDue(isSyncing);
    }

    // On Linux a write waits for the sync of the same file: better later than held up.
    private bool MustWait()
    {
        if (_postponedSince == 0)
        {
            _postponedSince = host.NowMs;
            return true;
        }

        if (host.NowMs - _postponedSince < PostponedMsMax) return true;
        DelayedSyncs++;
        host.Log.Notice("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to "
            + "complete, this may slow down Redis.");
        return false;
    }

    private string? Write()
    {
        try
        {
            // What a failed write left behind goes first; without that the next command would follow half a one.
            if (_hasTail) _file!.Truncate(FileSize);
            _hasTail = false;
            while (_buffer.Length > 0)
            {
                ReadOnlySpan<byte> bytes = _buffer.First;
                _hasTail = true;
                _file!.Write(bytes);
                _hasTail = false;
                FileSize += bytes.Length;
                WrittenBytes += bytes.Length;
                _buffer.Consume(bytes.Length);
            }

            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private void ReportWrite(long micros, bool isSyncing)
    {
        host.Report(isSyncing ? "aof-write-pending-fsync" : host.IsImageWritten ? "aof-write-active-child" : "aof-write-alone", micros);
        host.Report("aof-write", micros);
    }

    private void Failed(string error)
    {
        long second = host.NowMs / 1000;
        if (second - _lastErrorLine > SecondsBetweenErrorLines)
        {
            _lastErrorLine = second;
            host.Log.Warning($"Error writing to the AOF file: {error}");
        }

        CutTail();
        if (host.Policy == FsyncPolicy.Always)
        {
            host.Log.Warning("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
            host.Exit();
        }

        _writeError = error;
        UpdateRefusal();
    }

    private void CutTail()
    {
        if (!_hasTail) return;
        try
        {
            long written = _file!.Length - FileSize;
            if (written > 0)
            {
                host.Log.Warning($"Short write while writing to the AOF file: (nwritten={written}, expected={_buffer.Length})");
            }

            _file.Truncate(FileSize);
            _hasTail = false;
        }
        catch (IOException e)
        {
            host.Log.Warning("Could not remove short write from the append-only file. Redis may refuse to load the AOF the next time it "
                + $"starts. ftruncate: {e.Message}");
        }
    }

    private void SyncWhenDue(bool isSyncing)
    {
        if (host.HoldsSyncBack) return;
        long second = host.NowMs / 1000;
        if (host.Policy == FsyncPolicy.Always)
        {
            SyncNow();
            _lastSyncSecond = second;
        }
        else if (host.Policy == FsyncPolicy.EverySecond && second > _lastSyncSecond)
        {
            if (!isSyncing) SyncLater();
            _lastSyncSecond = second;
        }
    }

    private void SyncNow()
    {
        long start = host.Micros();
        try
        {
            _file!.Sync();
        }
        catch (IOException e)
        {
            host.Log.Warning($"Can't persist AOF for fsync error when the AOF fsync policy is 'always': {e.Message}. Exiting...");
            host.Exit();
            return;
        }

        host.Report("aof-fsync-always", host.Micros() - start);
        _syncedSize = FileSize;
        Reached(host.Offset);
    }

    private void SyncLater()
    {
        long size = FileSize;
        long offset = host.Offset;
        DataFile file = _file!;
        _syncedSize = size;
        _syncs.Sync(file, error =>
        {
            NoteSync(error);
            if (error is null) Reached(offset);
            else if (_file == file) _syncedSize = -1; // nothing is known about what was written: again
        });
    }

    private void NoteSync(string? error)
    {
        if (error is not null && _syncError is null) host.Log.Warning($"Fail to fsync the AOF file: {error}");
        if (_syncError == error) return;
        _syncError = error;
        UpdateRefusal();
    }

    private void UpdateRefusal() => host.RefuseWrites(_writeError ?? _syncError);

    private void Reached(long offset)
    {
        if (offset <= SyncedOffset || _syncs.HasRefused) return;
        SyncedOffset = offset;
        host.Synced();
    }

    /// <summary>Writes and syncs everything now (SHUTDOWN, the end of the log). False: it could not be synced, the log says why.</summary>
    public bool FlushAndSync()
    {
        if (_file is null) return true;
        Flush(force: true);
        try
        {
            _file.Sync();
        }
        catch (IOException e)
        {
            host.Log.Warning($"Fail to fsync the AOF file: {e.Message}.");
            return false;
        }

        _syncedSize = FileSize;
        _lastSyncSecond = host.NowMs / 1000;
        if (_buffer.Length == 0) Reached(host.Offset);
        return true;
    }

    /// <summary>Closes the file; nothing is written until another is opened.</summary>
    public void Close()
    {
        if (_file is null) return;
        _syncs.Close(_file, isDurable: false, _ => { });
        _file = null;
        FileSize = _syncedSize = 0;
        _postponedSince = 0;
        _hasTail = false;
        DropBuffer();
    }

    /// <summary>Starts anew as to errors: the log was switched on again.</summary>
    public void ForgetErrors()
    {
        if (_syncError is not null) host.Log.Warning("AOF reopen, just ignore the AOF fsync error in bio job");
        if (_writeError is not null) host.Log.Warning("AOF reopen, just ignore the last error.");
        _syncError = _writeError = null;
        _lastSyncSecond = host.NowMs / 1000;
        UpdateRefusal();
    }
}
