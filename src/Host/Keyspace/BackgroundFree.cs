using System.Diagnostics;
using ModularKv.Abstractions;

namespace ModularKv.Host.Keyspace;

/// <summary>One thread that gives large memory back to the system: unmapping 512 MB takes tens of milliseconds.</summary>
internal sealed class BackgroundFree : IDisposable
{
    /// <summary>Most jobs that wait; further ones are done by the caller.</summary>
    public const int QueueMax = 4096;

    // A queue of objects under a lock: shared generic code, which needs no compilation when the first FLUSHALL comes.
    private readonly Queue<Job> _queue = new();
    private Thread? _thread;
    private bool _stops;
    private long _pendingBytes;

    /// <summary>Bytes that wait to be given back. Any thread.</summary>
    public long PendingBytes => Volatile.Read(ref _pendingBytes);

    /// <summary>Does the work on the other thread, soon. It must own what it touches, and must not throw. Loop thread only.</summary>
    /// <param name="work">The work.</param>
    /// <param name="bytes">What it gives back, for <see cref="PendingBytes"/>.</param>
    public void Run(Action work, long bytes)
    {
        if (_thread == null) Start();
        Job job = new(work, bytes);
        Interlocked.Add(ref _pendingBytes, bytes);
        lock (_queue)
        {
            if (_queue.Count < QueueMax)
            {
                _queue.Enqueue(job);
                Monitor.Pulse(_queue);
                return;
            }
        }

        Do(job);
    }

    /// <summary>Waits until nothing is left to be given back: for who counts on that memory.</summary>
    /// <param name="micros">For how long at most.</param>
    /// <returns>False: time was up.</returns>
    public bool Wait(long micros)
    {
        long since = Stopwatch.GetTimestamp();
        while (PendingBytes > 0)
        {
            if (Stopwatch.GetElapsedTime(since).TotalMicroseconds > micros) return false;
            Thread.Sleep(0);
        }

        return true;
    }

    /// <summary>Does what waits and ends the thread; the next job starts another.</summary>
    public void Dispose()
    {
        if (_thread == null) return;
        lock (_queue)
        {
            _stops = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
        _thread = null;
        _stops = false;
    }

    private void Start() => _thread = QuietThread.Start("background free", Loop);

    private void Loop()
    {
        while (true)
        {
            Job job;
            lock (_queue)
            {
                while (_queue.Count == 0)
                {
                    if (_stops) return;
                    Monitor.Wait(_queue);
                }

                job = _queue.Dequeue();
            }

            Do(job);
        }
    }

    private void Do(Job job)
    {
        job.Work();
        Interlocked.Add(ref _pendingBytes, -job.Bytes);
    }

    private sealed class Job(Action work, long bytes)
    {
        public Action Work { get; } = work;

        public long Bytes { get; } = bytes;
    }
}
