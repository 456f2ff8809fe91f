using System.Diagnostics;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua;

/// <summary>
/// Has a script polled that runs past its time. A hook that is always there costs a script twice to four times its time, so a timer puts
/// one in late. The timer runs while scripts do, and stops when none came for a while.
/// </summary>
internal sealed class ScriptWatch : IDisposable
{
    private const int TickMs = 20;
    private const int IdleTicksMax = 50;

    private readonly Timer _timer;
    private LuaState? _running;
    private long _from = long.MaxValue;
    private int _idleTicks;
    private volatile bool _isTicking;

    public ScriptWatch() => _timer = new Timer(static watch => ((ScriptWatch)watch!).Tick(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>A script starts.</summary>
    /// <param name="state">Where it runs.</param>
    /// <param name="from">From when on it is to poll, as a stopwatch's time stamp.</param>
    public void Begin(LuaState state, long from)
    {
        if (from == long.MaxValue) return;
        Volatile.Write(ref _running, state);
        Volatile.Write(ref _from, from);
        if (_isTicking) return;
        _isTicking = true;
        _idleTicks = 0;
        _timer.Change(TickMs, TickMs);
    }

    /// <summary>It ended.</summary>
    public void End() => Volatile.Write(ref _from, long.MaxValue);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        long from = Volatile.Read(ref _from);
        if (from != long.MaxValue)
        {
            _idleTicks = 0;
            // A script that ended in between leaves a hook behind for the next one at most, which polls once and finds nothing to do.
            if (Stopwatch.GetTimestamp() >= from) Volatile.Read(ref _running)?.Interrupt();
            return;
        }

        if (++_idleTicks <= IdleTicksMax) return;
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        _isTicking = false;
    }
}
