using ModularKv.Abstractions;

namespace ModularKv.Aof.Writing;

/// <summary>Syncs off the loop, one after the other: a file is closed only after its last sync.</summary>
internal sealed class SyncQueue(WriterHost host)
{
    private readonly Queue<(DataFile File, bool Closes, Action<string?> Done)> _waiting = new();
    private bool _running;

    /// <summary>Syncs under way or waiting.</summary>
    public int Pending { get; private set; }

    /// <summary>Whether nothing is under way, closing included.</summary>
    public bool IsIdle => !_running;

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
            () =>
            {
                try
                {
                    job.File.Sync();
                }
                finally
                {
                    if (job.Closes) job.File.Dispose();
                }
            },
            error =>
            {
                if (!job.Closes) Pending--;
                job.Done(error?.Message);
                Next();
            });
    }
}
