using ModularKv.Abstractions;

namespace ModularKv.Rdb.Writing;

/// <summary>
/// A snapshot on its way into a sink: the loop hands chunks over, a thread of its own formats and writes them. Between the two stands a
/// queue. The walk rests while it holds <see cref="QueueBytes"/>; old values of keys that change meanwhile come all the same, so there
/// is a second limit, at which commands that change keys wait a little, and a third, at which the save is given up.
/// </summary>
internal sealed class RdbSave : SnapshotConsumer, IRdbSave, IDisposable
{
    /// <summary>Bytes in the queue from which on the walk rests.</summary>
    public const long QueueBytes = 4 << 20;

    /// <summary>Bytes from which on who changes keys waits, for each chunk up to <see cref="WaitMs"/>.</summary>
    public const long QueueBytesHigh = 64 << 20;

    /// <summary>Bytes at which the save fails: the disk takes less than clients change.</summary>
    public const long QueueBytesMax = 256 << 20;

    private const int WaitMs = 2;

    private readonly IServer _server;
    private readonly RdbSink _sink;
    private readonly ImageHead _head;
    private readonly WritingOptions _options;
    private readonly Action<string?> _ended;
    private Thread? _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Action _wake = static () => { };

    // Under this lock: the queue and what the two threads tell each other.
    private readonly object _lock = new();
    private readonly Queue<SnapshotChunk> _queue = [];
    private long _queuedBytes;
    private bool _isClosed;
    private bool _isStarved;
    private string? _error;
    private bool _isOver;

    private bool _holdsLoop;
    private bool _isFinished;

    private RdbSave(IServer server, RdbSink sink, ImageHead head, WritingOptions options, Action<string?> ended)
    {
        _server = server;
        _sink = sink;
        _head = head;
        _options = options;
        _ended = ended;
    }

    /// <inheritdoc/>
    public override int RdbVersion => _head.Version;

    /// <inheritdoc/>
    public ISnapshot Snapshot { get; private set; } = null!;

    /// <summary>The most bytes that there were in the queue.</summary>
    public long PeakQueuedBytes { get; private set; }

    /// <summary>Bytes in the queue now.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <inheritdoc/>
    public override bool IsWriting => !_isFinished;

    /// <inheritdoc/>
    public override bool Ready
    {
        get
        {
            if (_holdsLoop || Interlocked.Read(ref _queuedBytes) < QueueBytes) return true;
            lock (_lock)
            {
                _isStarved = _queuedBytes >= QueueBytes;
                return !_isStarved;
            }
        }
    }

    /// <summary>Starts a snapshot and its writing. Loop thread.</summary>
    public static RdbSave Start(
        IServer server, RdbSink sink, ImageHead head, WritingOptions options, Action<string?> ended, bool hasData = true)
    {
        var save = new RdbSave(server, sink, head, options, ended);
        save.Snapshot = hasData ? server.Snapshots.Start(save) : new NoKeys();
        if (!hasData) save.Ended(null);
        return save;
    }

    /// <inheritdoc/>
    public override void Take(SnapshotChunk chunk)
    {
        _thread ??= StartThread();
        string? giveUp = null;
        lock (_lock)
        {
            long before = _queuedBytes;
            if (_error is null && !_isClosed) Enqueue(chunk); else chunk.Dispose();
            if (_error is null && _queuedBytes > (_holdsLoop ? QueueBytes : QueueBytesHigh)) WaitForRoom(before);
            giveUp = _error;
        }

        if (giveUp is not null) Snapshot?.Cancel(giveUp);
    }

    /// <inheritdoc/>
    public override void Ended(string? error)
    {
        _thread ??= StartThread();
        lock (_lock)
        {
            _isClosed = true;
            _error ??= error;
            Monitor.PulseAll(_lock);
        }

        if (error is not null) _stop.Set();
    }

    /// <inheritdoc/>
    public override bool TryComplete()
    {
        Complete();
        return true;
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _holdsLoop = true;
        Snapshot.Complete();
        _thread!.Join();
        Finish();
    }

    /// <inheritdoc/>
    public void Cancel(string reason)
    {
        if (_isFinished) return;
        Ended(reason);
        Snapshot.Cancel(reason);
        _thread!.Join(); // it is through with the sink then: no file appears afterwards
        Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    // What clients do not wait for gives way to the loop; what holds the loop does not.
    private Thread StartThread()
    {
        const string name = "rdb-writer";
        if (!_holdsLoop) return QuietThread.Start(name, Run);
        var thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void Enqueue(SnapshotChunk chunk)
    {
        _queue.Enqueue(chunk);
        _queuedBytes += chunk.Bytes;
        PeakQueuedBytes = Math.Max(PeakQueuedBytes, _queuedBytes);
        Monitor.PulseAll(_lock);
    }

    private void WaitForRoom(long before)
    {
        if (_holdsLoop)
        {
            while (_queuedBytes > QueueBytes && _error is null) Monitor.Wait(_lock);
            return;
        }

        Monitor.Wait(_lock, WaitMs);

        // One value may be larger than the limit: what counts is what waits beside it.
        if (Math.Min(before, _queuedBytes) <= QueueBytesMax) return;
        _error = "The disk takes the snapshot more slowly than clients change the data: "
            + $"{_queuedBytes >> 20} MB of old values wait to be written. Save at a quieter time, or to a faster disk (dir).";
        _stop.Set();
        Monitor.PulseAll(_lock);
    }

    // The writing thread.
    private void Run()
    {
        string? error;
        try
        {
            error = WriteAll();
        }
        catch (Exception e) when (e is IOException or ValueFormatException)
        {
            error = e.Message;
        }
        catch (Exception e)
        {
            error = $"a fault of the snapshot's writer: {e}";
        }

        if (error is not null) _sink.Abandon();
        lock (_lock)
        {
            _error = error;
            _isOver = true;
            while (_queue.TryDequeue(out SnapshotChunk? chunk)) chunk.Dispose();
            _queuedBytes = 0;
            Monitor.PulseAll(_lock);
        }

        _server.Scheduler.Post(Finish);
    }

    private string? WriteAll()
    {
        var output = new ImageOutput(_sink, new StringForm(_options.Compresses), _options.Sums);
        var writer = new ImageWriter(_head, output, new PaceKeeper(_options.KeyDelayMicros, _stop));
        writer.Begin();
        while (Next() is { } chunk)
        {
            long bytes = chunk.Bytes;
            using (chunk) writer.Write(chunk);
            if (Written(bytes)) _server.Scheduler.Post(_wake);
        }

        lock (_lock)
        {
            if (_error is not null) return _error;
        }

        writer.End();
        _sink.Complete();
        return null;
    }

    // Null: there are no more.
    private SnapshotChunk? Next()
    {
        lock (_lock)
        {
            while (_queue.Count == 0 && !_isClosed && _error is null) Monitor.Wait(_lock);
            return _error is null && _queue.TryDequeue(out SnapshotChunk? chunk) ? chunk : null;
        }
    }

    // True: the walk rests and there is room again.
    private bool Written(long bytes)
    {
        lock (_lock)
        {
            _queuedBytes -= bytes;
            Monitor.PulseAll(_lock);
            if (!_isStarved || _queuedBytes >= QueueBytes / 2) return false;
            _isStarved = false;
            return true;
        }
    }

    private void Finish()
    {
        string? error;
        lock (_lock)
        {
            if (_isFinished || !_isOver) return;
            _isFinished = true;
            error = _error;
        }

        if (error is not null) Snapshot.Cancel(error);
        _thread!.Join();
        _stop.Dispose();
        _ended(error);
    }

    private sealed class NoKeys : ISnapshot
    {
        public long KeysDone => 0;

        public long KeysTotal => 0;

        public void Complete()
        {
        }

        public void Cancel(string reason)
        {
        }
    }
}

/// <summary>How an image is written.</summary>
/// <param name="Compresses">rdbcompression.</param>
/// <param name="Sums">rdbchecksum.</param>
/// <param name="KeyDelayMicros">rdb-key-save-delay.</param>
internal readonly record struct WritingOptions(bool Compresses, bool Sums, long KeyDelayMicros);
