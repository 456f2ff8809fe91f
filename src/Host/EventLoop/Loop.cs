using System.Collections.Concurrent;
using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.EventLoop;

/// <summary>The one thread that executes: waits for sockets, timers and posted work, and calls the stages of an iteration.</summary>
internal sealed class Loop : IScheduler, IDisposable
{
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TimerQueue _timers = new();
    private readonly LoopClock _clock;
    private readonly ServerStatistics _statistics;
    private readonly Action _awake;
    private readonly List<Func<bool>> _slices = [];
    private long _workSinceMicros;
    private bool _moreWork;
    private volatile bool _stopping;

    public Loop(Poller poller, LoopClock clock, ServerStatistics statistics)
    {
        Poller = poller;
        _clock = clock;
        _statistics = statistics;
        _awake = Awake;
    }

    /// <summary>Where links are registered.</summary>
    public Poller Poller { get; }

    /// <summary>Runs after the sockets of an iteration were read: executes what is left of the batch and sends.</summary>
    public Action EndOfReading { get; set; } = () => { };

    /// <summary>Runs before the next wait.</summary>
    public Action BeforeSleep { get; set; } = () => { };

    /// <summary>Milliseconds after which the next wait must end whatever happens; -1: no matter.</summary>
    public long WakeWithinMs { get; set; } = -1;

    /// <summary>What the present stage is, for the report of the longest iteration.</summary>
    public string Stage { get; set; } = "";

    /// <summary>Adds work that is done a slice per iteration; it returns true while it wants another slice at once.</summary>
    public void AddSlice(Func<bool> slice) => _slices.Add(slice);

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (!_stopping) RunOnce();
    }

    /// <summary>One iteration.</summary>
    public void RunOnce()
    {
        Poller.Wait(Timeout(), _awake);
        EndOfReading();
        Account("commands");

        // What posted work posts waits for the next iteration: sockets and timers get their turn in between.
        if (!_posted.IsEmpty) RunPosted();
        if (_timers.RunDue(_clock.UnixMs)) Account("timers");
        _moreWork = false;
        foreach (Func<bool> slice in _slices) _moreWork |= slice();
        BeforeSleep();
        Account("slices");
        _statistics.LoopIterations++;
    }

    /// <summary>One iteration without waiting, while long work holds the loop between commands.</summary>
    public void RunWithin(InnerStage stage)
    {
        Read(stage, _clock.Refresh);
        if (!_posted.IsEmpty) RunPosted();
        _timers.RunDue(_clock.UnixMs);
        BeforeSleep();
        _statistics.LoopIterations++;
    }

    /// <summary>
    /// Reads and executes what is there while long work holds the loop within a command: for that one the time stands still.
    /// </summary>
    public void ReadWithin(InnerStage stage) => Read(stage, static () => { });

    private void Read(InnerStage stage, Action awake)
    {
        stage.Enter();
        try
        {
            Poller.Wait(0, awake);
            stage.EndOfReading();
        }
        finally
        {
            stage.Leave();
        }
    }

    private void RunPosted()
    {
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action? run); left--) run();
        Account("posted work");
    }

    private int Timeout()
    {
        if (_moreWork || !_posted.IsEmpty) return 0;
        long timer = _timers.NextMs(_clock.UnixMs);
        if (timer < 0) timer = WaitMsMax;
        if (WakeWithinMs >= 0) timer = Math.Min(timer, WakeWithinMs);
        return (int)Math.Min(timer, WaitMsMax);
    }

    /// <summary>Longest wait, so that a clock that was set back does not stop the timers for long.</summary>
    private const long WaitMsMax = 1000;

    private void Awake()
    {
        _workSinceMicros = _iterationMicros = _clock.Update();
        _longestStageMicros = 0;
        ReadCpu();
    }

    private long _iterationMicros;
    private long _longestStageMicros;

    private void Account(string stage)
    {
        long now = _clock.MonotonicMicros();
        long took = now - _workSinceMicros;
        _workSinceMicros = now;
        _statistics.LoopMicros += took;
        if (took > _longestStageMicros)
        {
            _longestStageMicros = took;
            Stage = stage;
        }

        long whole = now - _iterationMicros;
        if (whole > CpuLookedAtMicros) AccountCpu();
        if (whole <= _statistics.LongestLoopMicros) return;
        _statistics.LongestLoopMicros = whole;
        _statistics.LongestLoopStage = Stage;
    }

    /// <summary>
    /// What a long iteration cost this thread: the wall clock counts too what the machine did elsewhere. The clock is read at most once in
    /// this many microseconds, so that the figure may be too large by that, and never too small.
    /// </summary>
    private const long CpuLookedAtMicros = 500;

    private long _cpuReadAtMicros;
    private long _cpuMicros;

    private void ReadCpu()
    {
        if (_iterationMicros - _cpuReadAtMicros < CpuLookedAtMicros) return;
        _cpuReadAtMicros = _iterationMicros;
        _cpuMicros = _clock.ThreadCpuMicros();
    }

    private void AccountCpu()
    {
        long spent = _clock.ThreadCpuMicros() - _cpuMicros;
        if (spent > _statistics.LongestLoopCpuMicros) _statistics.LongestLoopCpuMicros = spent;
    }

    /// <summary>Whether <see cref="Stop"/> was called.</summary>
    public bool IsStopping => _stopping;

    /// <summary>Ends <see cref="Run"/>. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        Poller.Wake();
    }

    /// <inheritdoc/>
    public IDisposable After(long delayMs, Action run) => _timers.Add(_clock.UnixMs + Math.Max(0, delayMs), 0, run);

    /// <inheritdoc/>
    public IDisposable Every(long periodMs, Action run)
    {
        Invariant.Check(periodMs > 0, "a timer's period must be positive");
        return _timers.Add(_clock.UnixMs + periodMs, periodMs, run);
    }

    /// <inheritdoc/>
    public void Post(Action run)
    {
        _posted.Enqueue(run);
        Poller.Wake();
    }

    /// <inheritdoc/>
    public void Background(Action work, Action<Exception?> done)
    {
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                Exception? error = null;
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    error = e; // handed to the owner on the loop
                }

                Post(() => done(error));
            },
            null);
    }

    /// <inheritdoc/>
    public void Dispose() => Poller.Dispose();
}
