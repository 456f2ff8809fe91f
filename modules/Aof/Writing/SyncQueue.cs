using ModularKv.Abstractions;

namespace ModularKv.Aof.Writing;

/// <summary>Syncs off the loop, one after the other: a file is closed only after its last sync.</summary>
internal sealed class SyncQueue(WriterHost host)
{
    private readonly Queue<(DataFile File, End End, Action<string?> Done)> _waiting = new();

    // Closed by their owner, and not durable: the disk refused. Only the thread of the job under way touches them.
    private readonly List<DataFile> _refused = [];
    private bool _running;

    /// <summary>Syncs under way or waiting.</summary>
    public int Pending { get; private set; }

    /// <summary>Whether nothing is under way, closing included.</summary>
    public bool IsIdle => !_running;

    /// <summary>Whether an earlier file is not durable though it should be: nothing behind it is promised until it is.</summary>
    public bool HasRefused => !_running && _refused.Count > 0;

    /// <summary>Syncs a file; <paramref name="done"/> gets the error or null on the loop.</summary>
    public void Sync(DataFile file, Action<string?> done)
    {
        Pending++;
        Add(file, End.Sync, done);
    }

    /// <summary>Closes a file that is no longer written to, after its last sync.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isDurable">Whether all of it is synced already.</param>
    /// <param name="done">Gets the error or null on the loop.</param>
    public void Close(DataFile file, bool isDurable, Action<string?> done) => Add(file, isDurable ? End.Close : End.SyncAndClose, done);

    private void Add(DataFile file, End end, Action<string?> done)
    {
        _waiting.Enqueue((file, end, done));
        if (!_running) Next();
    }

    private void Next()
    {
        _running = _waiting.TryDequeue(out (DataFile File, End End, Action<string?> Done) job);
        if (!_running) return;
        host.Background(
            () => Work(job.File, job.End),
            error =>
            {
                if (job.End == End.Sync) Pending--;
                _running = false;
                job.Done(error?.Message);
                if (!_running) Next();
            });
    }

    private void Work(DataFile file, End end)
    {
        if (end == End.Close) file.Dispose();
        else if (end == End.Sync) file.Sync();
        else _refused.Add(file);
        for (int i = 0; i < _refused.Count;)
        {
            _refused[i].Sync();
            _refused[i].Dispose();
            _refused.RemoveAt(i);
        }
    }

    private enum End
    {
        Sync,
        SyncAndClose,
        Close,
    }
}
