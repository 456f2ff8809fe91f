using ModularKv.Abstractions;

namespace ModularKv.Aof.Writing;

/// <summary>Syncs off the loop, one after the other: a file is closed only after its last sync.</summary>
internal sealed class SyncQueue(WriterHost host)
{
    private readonly Queue<(DataFile File, bool Closes, Action<string?> Done)> _waiting = new();

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
        Add(file, false, done);
    }

    /// <summary>Syncs and closes a file that is no longer written to.</summary>
    public void Close(DataFile file, Action<string?> done) => Add(file, true, done);

    private void Add(DataFile file, bool closes, Action<string?> done)
    {
        _waiting.Enqueue((file, closes, done));
        if (!_running) Next();
    }

    private void Next()
    {
        _running = _waiting.TryDequeue(out (DataFile File, bool Closes, Action<string?> Done) job);
        if (!_running) return;
        host.Background(
            () => Work(job.File, job.Closes),
            error =>
            {
                if (!job.Closes) Pending--;
                _running = false;
                job.Done(error?.Message);
                if (!_running) Next();
            });
    }

    private void Work(DataFile file, bool closes)
    {
        if (closes) _refused.Add(file);
        else file.Sync();
        for (int i = 0; i < _refused.Count;)
        {
            _refused[i].Sync();
            _refused[i].Dispose();
            _refused.RemoveAt(i);
        }
    }
}
