using System.Collections.Concurrent;

namespace ModularKv.Host.Keyspace;

/// <summary>One thread that gives large memory back to the system: unmapping 512 MB takes tens of milliseconds.</summary>
internal sealed class BackgroundFree : IDisposable
{
    /// <summary>Most jobs that wait; further ones are done by the caller.</summary>
    public const int QueueMax = 4096;

    private BlockingCollection<(Action Work, long Bytes)>? _queue;
    private Thread? _thread;
    private long _pendingBytes;

    /// <summary>Bytes that wait to be given back. Any thread.</summary>
    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    /// <summary>Does the work on the other thread, soon. It must own what it touches, and must not throw.</summary>
    /// <param name="work">The work.</param>
    /// <param name="bytes">What it gives back, for <see cref="PendingBytes"/>.</param>
    public void Run(Action work, long bytes)
    {
        if (_queue == null) Start();
        Interlocked.Add(ref _pendingBytes, bytes);
        if (_queue!.TryAdd((work, bytes))) return;
        work();
        Interlocked.Add(ref _pendingBytes, -bytes);
    }

    /// <summary>Does what waits and ends the thread.</summary>
    public void Dispose()
    {
        _queue?.CompleteAdding();
        _thread?.Join();
        _queue?.Dispose();
        _queue = null;
        _thread = null;
    }

    private void Start()
    {
        _queue = new BlockingCollection<(Action Work, long Bytes)>(QueueMax);
        _thread = new Thread(Loop) { IsBackground = true, Name = "background free" };
        _thread.Start(_queue);
    }

    private void Loop(object? queue)
    {
        foreach ((Action work, long bytes) in ((BlockingCollection<(Action Work, long Bytes)>)queue!).GetConsumingEnumerable())
        {
            work();
            Interlocked.Add(ref _pendingBytes, -bytes);
        }
    }
}
