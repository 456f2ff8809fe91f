using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Removes expired keys that nobody asks for, with bounded effort. Source: activeExpireCycle in expire.c.</summary>
/// <remarks>A walk over the buckets in turn, not a random sample: each key with a time to live is looked at once per round.</remarks>
internal sealed class ActiveExpireCycle(KeyspaceState state) : IDisposable
{
    // As in expire.c, for effort 0 (the directive's 1); each further step adds the second number.
    private const int KeysPerLoop = 20, KeysPerLoopStep = 5;
    private const int FastMicros = 1000, FastMicrosStep = 250;
    private const int SlowPercent = 25, SlowPercentStep = 2;
    private const int AcceptableStalePercent = 10;
    private const int DatabasesPerCall = 16;

    // Buckets without expiring keys are passed at some 5 ns each: keys that are few and far between must not take hours to find.
    private const int BucketsPerKey = 200;
    private const int BucketsPerVisit = 16;

    private readonly KeyList _expired = new();
    private int _store;
    private bool _timedOut;
    private long _lastFast;
    private double _stalePercent;

    /// <summary>DEBUG SET-ACTIVE-EXPIRE.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>active-expire-effort, 1-10.</summary>
    public int Effort { get; set; } = 1;

    /// <summary>How often <see cref="Slow"/> is called per second.</summary>
    public int Hz { get; set; } = 10;

    /// <summary>Estimate of the share of keys with a time to live that have expired and are still there, percent.</summary>
    public double StalePercent => _stalePercent;

    private int Steps => Math.Clamp(Effort, 1, 10) - 1;

    private int Acceptable => AcceptableStalePercent - Steps;

    /// <summary>The cycle of the timer: up to 25 % (effort 1) to 43 % (effort 10) of a tick's time.</summary>
    /// <returns>Keys removed.</returns>
    public long Slow()
    {
        if (!MayRun()) return 0;
        long limit = (SlowPercent + (SlowPercentStep * Steps)) * 1_000_000L / Hz / 100;
        return Run(Math.Clamp(limit, 1, SlowMicrosMax));
    }

    /// <summary>The short cycle before the loop waits: runs only while the last one could not finish, or many keys are stale.</summary>
    /// <returns>Keys removed.</returns>
    public long Fast()
    {
        if (!MayRun() || (!_timedOut && _stalePercent < Acceptable)) return 0;
        long duration = FastMicros + (FastMicrosStep * Steps);
        long now = state.Options.MonotonicMicros();
        if (now < _lastFast + (duration * 2)) return 0;
        _lastFast = now;
        return Run(duration);
    }

    /// <inheritdoc/>
    public void Dispose() => _expired.Dispose();

    /// <summary>
    /// Longest stay of the timer's cycle. What it leaves over, the short cycles of the next iterations take: no command waits longer.
    /// </summary>
    private const long SlowMicrosMax = 2000;

    private bool MayRun() => Enabled && state.RemovesExpired && !state.SeesExpired;

    private long Run(long micros)
    {
        Func<long> clock = state.Options.MonotonicMicros;
        long start = clock(), deadline = start + micros;
        int databases = _timedOut ? state.Stores.Count : Math.Min(DatabasesPerCall, state.Stores.Count);
        _timedOut = false;
        long looked = 0, removed = 0;
        for (int i = 0; i < databases && !_timedOut; i++)
        {
            // Goes on before the work, so that running out of time in one database does not starve the others.
            _store = (_store + 1) % state.Stores.Count;
            DatabaseStore store = state.Stores[_store];
            long round = store.Content.Table.BucketCount;
            while (store.ExpiringCount > 0 && round > 0)
            {
                Looking seen = Look(store, ref round);
                int gone = DatabaseWalks.RemoveExpired(store, _expired);
                UpdateAverage(store.Content, seen);
                looked += seen.Keys;
                removed += gone;
                if (clock() >= deadline)
                {
                    _timedOut = true;
                    state.Statistics.ExpiredTimeCapReached++;
                    break;
                }

                if (seen.Keys == 0 || gone * 100L <= (long)seen.Keys * Acceptable) break;
            }
        }

        double current = looked == 0 ? 0 : removed * 100.0 / looked;
        _stalePercent = (current * 0.05) + (_stalePercent * 0.95);
        state.Statistics.ExpiredStalePercent = (long)Math.Round(_stalePercent);
        long took = clock() - start;
        state.Statistics.ExpireCycleMicros += took;
        state.Statistics.Latency.Report("expire-cycle", took);
        return removed;
    }

    private Looking Look(DatabaseStore store, ref long round)
    {
        StoreContent content = store.Content;
        int wanted = KeysPerLoop + (KeysPerLoopStep * Steps);
        Looking looking = new(_expired, state.Clock.UnixMs);
        _expired.Clear();
        for (int buckets = wanted * BucketsPerKey; buckets > 0 && looking.Keys < wanted && round > 0;)
        {
            int walked = content.Table.VisitExpiring(ref content.ExpireCursor, BucketsPerVisit, ref looking);
            buckets -= walked;
            round -= walked;
        }

        return looking;
    }

    private static void UpdateAverage(StoreContent content, Looking seen)
    {
        if (seen.LiveKeys == 0) return;
        long average = seen.TtlSum / seen.LiveKeys;
        content.AverageTtlMs = content.AverageTtlMs == 0 ? average : (content.AverageTtlMs / 50 * 49) + (average / 50);
    }

    private struct Looking(KeyList expired, long nowMs) : IRecordVisitor
    {
        public int Keys;
        public int LiveKeys;
        public long TtlSum;

        public unsafe void Visit(Record* record)
        {
            Keys++;
            long ttl = record->ExpireAtMs - nowMs;
            if (ttl < 0)
            {
                expired.Add(record);
                return;
            }

            LiveKeys++;
            TtlSum += ttl;
        }
    }
}
