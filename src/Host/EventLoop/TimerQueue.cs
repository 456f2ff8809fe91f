namespace ModularKv.Host.EventLoop;

/// <summary>Timers on a binary heap by due time. A cancelled one is skipped when it comes up.</summary>
internal sealed class TimerQueue
{
    private readonly PriorityQueue<Entry, long> _queue = new();

    /// <summary>While timers run, those that they add are due after this instant: one that renews itself must not hold the loop.</summary>
    private long _notBeforeMs = long.MinValue;

    /// <summary>Adds a timer. <paramref name="periodMs"/> 0: runs once.</summary>
    public IDisposable Add(long dueMs, long periodMs, Action run)
    {
        var entry = new Entry(run, periodMs);
        _queue.Enqueue(entry, Math.Max(dueMs, _notBeforeMs));
        return entry;
    }

    /// <summary>Milliseconds until the next timer is due; -1: there is none.</summary>
    public long NextMs(long nowMs)
    {
        while (_queue.TryPeek(out Entry? entry, out long due))
        {
            if (!entry.Cancelled) return Math.Max(0, due - nowMs);
            _queue.Dequeue();
        }

        return -1;
    }

    /// <summary>Runs what is due. False: nothing was.</summary>
    public bool RunDue(long nowMs)
    {
        bool any = false;
        _notBeforeMs = nowMs + 1;
        while (_queue.TryPeek(out Entry? entry, out long due) && due <= nowMs)
        {
            _queue.Dequeue();
            if (entry.Cancelled) continue;

            // A clock that jumped far ahead runs a periodic timer once, not once for each missed period.
            if (entry.PeriodMs > 0) _queue.Enqueue(entry, Math.Max(due + entry.PeriodMs, nowMs + 1));
            any = true;
            entry.Run();
        }

        _notBeforeMs = long.MinValue;
        return any;
    }

    private sealed class Entry(Action run, long periodMs) : IDisposable
    {
        public Action Run { get; } = run;

        public long PeriodMs { get; } = periodMs;

        public bool Cancelled { get; private set; }

        public void Dispose() => Cancelled = true;
    }
}
