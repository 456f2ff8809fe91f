using System.Collections.Concurrent;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// Gets memory for the next part of a growing range on another thread. The first touch of a huge page takes the kernel 0.2 ms, and 5 ms in
/// a virtual machine whose host has to find the memory first: too long for the loop.
/// </summary>
/// <remarks>Committing and populating change no content, so it does no harm when the loop is faster and uses the part meanwhile.</remarks>
internal sealed unsafe class PreparedFrontier(byte* origin, bool hugePages, bool isWritable) : IDisposable
{
    /// <summary>What is prepared at a time.</summary>
    public const long StepBytes = 2 << 20;

    /// <summary>Most that is prepared ahead of a range that grows fast.</summary>
    private const long AheadBytesMax = 8 * StepBytes;

    // More than one step only where it is a small share of the range: nobody may ever use it.
    private const int AheadShareMax = 32;

    private static readonly Lazy<BlockingCollection<PreparedFrontier>> Queue = new(Start);

    private readonly Lock _working = new();
    private long _prepared;
    private long _requested;
    private long _ahead = StepBytes;
    private volatile bool _closed;

    /// <summary>
    /// Where a range that reaches to <paramref name="end"/> should ask for the next step: a small one late, as it may never need it.
    /// </summary>
    public static long AskAt(long end) => end < AheadShareMax * StepBytes ? end - StepBytes / 4 : end - StepBytes;

    /// <summary>
    /// Whether everything below <paramref name="end"/> (bytes from the origin) is ready. When not, the range grows faster than was
    /// thought.
    /// </summary>
    public bool IsReady(long end)
    {
        if (Volatile.Read(ref _prepared) >= end) return true;
        long most = Math.Clamp(end / AheadShareMax / StepBytes * StepBytes, StepBytes, AheadBytesMax);
        if (_requested > 0) _ahead = Math.Min(_ahead * 2, most);
        return false;
    }

    /// <summary>Asks for what comes behind <paramref name="end"/>, but not past <paramref name="limit"/>. Loop thread only.</summary>
    public void Ask(long end, long limit)
    {
        long wanted = Math.Min(end + _ahead, limit);
        if (wanted <= _requested) return;
        if (Volatile.Read(ref _prepared) < end) Volatile.Write(ref _prepared, end);
        Volatile.Write(ref _requested, wanted);
        Queue.Value.TryAdd(this);
    }

    /// <summary>Starts over: what lies behind <paramref name="end"/> was given back.</summary>
    public void Shrink(long end)
    {
        lock (_working)
        {
            _prepared = Math.Min(_prepared, end);
            _requested = Math.Min(_requested, end);
        }
    }

    private void Prepare()
    {
        lock (_working)
        {
            while (!_closed)
            {
                long at = _prepared;
                if (at >= Volatile.Read(ref _requested)) return;
                if (!isWritable && !NativeMemoryMap.Commit(origin + at, StepBytes, hugePages)) return;
                NativeMemoryMap.Populate(origin + at, StepBytes);
                Interlocked.CompareExchange(ref _prepared, at + StepBytes, at);
            }
        }
    }

    /// <summary>Waits for what is under way. The range may be unmapped afterwards.</summary>
    public void Dispose()
    {
        _closed = true;
        lock (_working)
        {
        }
    }

    private static BlockingCollection<PreparedFrontier> Start()
    {
        // Bounded by the number of ranges; a range that finds no room just asks again later.
        var queue = new BlockingCollection<PreparedFrontier>(1024);
        _ = QuietThread.Start("memory ahead", () =>
        {
            foreach (PreparedFrontier frontier in queue.GetConsumingEnumerable()) frontier.Prepare();
        });
        return queue;
    }
}
