using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua;

/// <summary>
/// Has a script polled that runs past its time. A hook that is always there costs a script twice to four times its time, so a timer puts
/// one in late. The timer runs while scripts do, and stops when none came for a while. It ticks as rarely as the limit allows: each tick
/// wakes a thread, which costs as much as some fifty scripts.
/// </summary>
internal sealed class ScriptWatch : IDisposable
{
    private const int TickMsMin = 5;
    private const int TickMsMax = 250;

    /// <summary>A script may run past its limit by this part of the limit until it polls.</summary>
    private const int TicksPerLimit = 16;
    private const int IdleMsMax = 1000;

    private readonly Timer _timer;
    private LuaState? _running;
    private long _fromMs = long.MaxValue;
    private int _idleMs;
    private volatile int _tickMs;

    public ScriptWatch() => _timer = new Timer(static watch => ((ScriptWatch)watch!).Tick(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>A script starts.</summary>
    /// <param name="state">Where it runs.</param>
    /// <param name="fromMs">From when on it is to poll, in milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public void Begin(LuaState state, long fromMs)
    {
        if (fromMs == long.MaxValue) return;
        Volatile.Write(ref _running, state);
        Volatile.Write(ref _fromMs, fromMs);
        if (_tickMs == 0 || _tickMs > TickMsMin) Adjust(fromMs);
    }

    /// <summary>It ended.</summary>
    public void End() => Volatile.Write(ref _fromMs, long.MaxValue);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    // The limit may have been lowered since the timer was started.
    private void Adjust(long fromMs)
    {
        int wanted = (int)Math.Clamp((fromMs - Environment.TickCount64) / TicksPerLimit, TickMsMin, TickMsMax);
        if (_tickMs != 0 && wanted >= _tickMs / 2) return;
        _tickMs = wanted;
        _idleMs = 0;
        _timer.Change(wanted, wanted);
    }

    private void Tick()
    {
        long fromMs = Volatile.Read(ref _fromMs);
        if (fromMs != long.MaxValue)
        {
            _idleMs = 0;
            // A script that ended in between leaves a hook behind for the next one at most, which polls once and finds nothing to do.
            if (Environment.TickCount64 >= fromMs) Volatile.Read(ref _running)?.Interrupt();
            return;
        }

        _idleMs += _tickMs;
        if (_idleMs <= IdleMsMax) return;
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        _tickMs = 0;
    }
}
