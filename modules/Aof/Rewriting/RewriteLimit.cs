using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>
/// Holds automatic rewrites back after several failed in a row, longer each time: each one leaves an increment behind.
/// Source: aof.c, aofRewriteLimited.
/// </summary>
internal sealed class RewriteLimit(ILog log)
{
    private const int FailuresMin = 3;
    private const int MinutesMax = 60;

    private int _minutes;
    private long _nextMs;

    /// <summary>Whether none may start now.</summary>
    public bool Holds(long failures, long nowMs)
    {
        if (failures < FailuresMin)
        {
            _minutes = 0;
            _nextMs = 0;
            return false;
        }

        if (_nextMs != 0)
        {
            if (nowMs < _nextMs) return true;
            _nextMs = 0;
            return false;
        }

        _minutes = _minutes == 0 ? 1 : Math.Min(MinutesMax, _minutes * 2);
        _nextMs = nowMs + (_minutes * 60_000L);
        log.Warning($"Background AOF rewrite has repeatedly failed and triggered the limit, will retry in {_minutes} minutes");
        return true;
    }
}
