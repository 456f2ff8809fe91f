using System.Collections.Concurrent;
using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>
/// A data set as the commands that rebuild it: takes a snapshot's chunks on the loop and formats and writes them on a thread of its own,
/// behind a bounded queue.
/// </summary>
internal sealed class CommandImage : SnapshotConsumer
{
    /// <summary>Bytes of chunks that wait for the writer; above this the walk rests.</summary>
    private const long QueuedBytesMax = 8 << 20;

    /// <summary>
    /// With old values of keys that clients change faster than the disk takes them there are more: above this who changes keys waits, for
    /// each chunk up to <see cref="WaitMs"/>.
    /// </summary>
    private const long QueuedBytesHigh = 64 << 20;

    /// <summary>Bytes at which the rewrite fails: the disk takes less than clients change.</summary>
    private const long QueuedBytesGiveUp = 256 << 20;

    private const int WaitMs = 2;

    private readonly IServer _server;
    private readonly long _timestamp;
    private readonly IReadOnlyList<byte[]> _libraries;
    private readonly BaseFile _file;
    private readonly Action<string?> _ended;
    private readonly Func<long> _keyDelayMicros;
    private readonly BlockingCollection<SnapshotChunk> _chunks = [];
    private readonly ManualResetEventSlim _cancelled = new(false);
    private readonly ManualResetEventSlim _done = new(false);
    private long _queuedBytes;
    private volatile string? _error;
    private volatile bool _isFull;
    private ISnapshot? _snapshot;
    private bool _isOver;
    private bool _isHurried;

    public CommandImage(IServer server, BaseFile file, long timestamp, Func<long> keyDelayMicros, Action<string?> ended)
    {
        _server = server;
        _file = file;
        _ended = ended;
        _keyDelayMicros = keyDelayMicros;
        _timestamp = timestamp;
        _libraries = server.Find<IFunctionLibraries>()?.Sources ?? [];
    }

    /// <summary>Starts the walk and the writer.</summary>
    public void Start()
    {
        _snapshot = _server.Snapshots.Start(this);
        _ = QuietThread.Start("aof-rewrite", Run);
    }

    /// <inheritdoc/>
    public override bool WantsCommands => true;

    /// <inheritdoc/>
    public override bool IsWriting => !_isOver;

    /// <inheritdoc/>
    public override bool Ready
    {
        get
        {
            if (Interlocked.Read(ref _queuedBytes) < QueuedBytesMax || _isOver || _isHurried) return true;
            _isFull = true;
            return Interlocked.Read(ref _queuedBytes) < QueuedBytesMax;
        }
    }

    /// <inheritdoc/>
    public override void Take(SnapshotChunk chunk)
    {
        if (_chunks.IsAddingCompleted)
        {
            chunk.Dispose();
            return;
        }

        // One value may be larger than the limit: what counts is what waits beside it.
        long before = Interlocked.Add(ref _queuedBytes, chunk.Bytes) - chunk.Bytes;
        _chunks.Add(chunk);
        for (bool waits = true; waits && Interlocked.Read(ref _queuedBytes) > QueuedBytesHigh && !_done.IsSet; waits = _isHurried)
        {
            _done.Wait(WaitMs);
        }

        if (_isHurried || Math.Min(before, Interlocked.Read(ref _queuedBytes)) <= QueuedBytesGiveUp) return;
        Cancel("the disk takes it more slowly than clients change the data: "
            + $"{before >> 20} MB of old values wait to be written. Rewrite at a quieter time, or to a faster disk (dir).");
    }

    /// <inheritdoc/>
    public override bool TryComplete()
    {
        Complete();
        return true;
    }

    /// <inheritdoc/>
    public override void Ended(string? error)
    {
        _error ??= error;
        if (error is not null) _cancelled.Set();
        _chunks.CompleteAdding();
    }

    /// <summary>Goes on to the end at once, holding the loop; for a small data set, as the queue has no bound then.</summary>
    public void Complete()
    {
        _isHurried = true;
        _snapshot!.Complete();
        _done.Wait();
        Finish();
    }

    /// <summary>Stops it.</summary>
    public void Cancel(string reason)
    {
        _error ??= reason;
        _cancelled.Set();
        _snapshot?.Cancel(reason);
        if (!_chunks.IsAddingCompleted) _chunks.CompleteAdding();
    }

    private void Run()
    {
        try
        {
            var text = new CommandText(_file, _timestamp, _libraries);
            foreach (SnapshotChunk chunk in _chunks.GetConsumingEnumerable())
            {
                using (chunk)
                {
                    if (_error is null) Write(chunk, text);
                    Interlocked.Add(ref _queuedBytes, -chunk.Bytes);
                }

                if (!_isFull) continue;
                _isFull = false;
                _server.Scheduler.Post(static () => { }); // the walk rested: it looks again
            }

            if (_error is null) text.Flush();
            if (_error is null) _file.Complete();
        }
        catch (Exception e)
        {
            // Whatever it was, the loop is told and the old files stay; what still comes is thrown away.
            _error = e.Message;
            _server.Scheduler.Post(() => _snapshot?.Cancel(e.Message));
            foreach (SnapshotChunk chunk in _chunks.GetConsumingEnumerable()) chunk.Dispose();
        }

        if (_error is not null) _file.Abandon();
        _done.Set();
        _server.Scheduler.Post(Finish);
    }

    private void Write(SnapshotChunk chunk, CommandText text)
    {
        while (chunk.Read(out SnapshotEntry entry) && _error is null)
        {
            text.Add(entry);
            if (entry.Continued) continue;
            long delay = _keyDelayMicros();
            if (delay > 0) _cancelled.Wait((int)Math.Max(1, delay / 1000));
        }
    }

    private void Finish()
    {
        if (_isOver) return;
        _isOver = true;
        _ended(_error);
    }
}
