using ModularKv.Abstractions;

namespace ModularKv.Eviction.Keys;

/// <summary>Evicts keys until memory is within its limit, for a limited time. Source: performEvictions in evict.c.</summary>
internal sealed class KeyEviction(IServer server, EvictionSettings settings, VictimSearch search)
{
    /// <summary>Keys between two looks at the clock, as in Redis.</summary>
    private const int KeysPerLook = 16;

    /// <summary>Time for freeing large values before the clock is looked at, microseconds.</summary>
    private const long FreeingMicros = 100;

    /// <summary>Memory in use when time was up the last time; 0: it was within the limit since.</summary>
    private long _levelBytes;

    /// <summary>
    /// Bytes that telling of evicted keys took in this call (invalidation messages, events): they are sent soon, and evicting for their
    /// sake would make more of them, until no key is left.
    /// </summary>
    private long _toldBytes;

    private long UsedBytes => CountedBytes - _toldBytes;

    private long CountedBytes => server.Memory.UsedBytes - server.Memory.UncountedBytes;

    /// <summary>See <see cref="IMemoryPressure.MakeRoom"/>.</summary>
    public MemoryRelief MakeRoom(long limitBytes)
    {
        if (server.Loading.Active || server.Clients.PauseState != PauseState.None) return MemoryRelief.Postponed;
        MemoryRelief outcome = settings.Choice == Choice.None ? MemoryRelief.Impossible : Evict(limitBytes);
        if (outcome != MemoryRelief.Unfinished) _levelBytes = 0;
        Note(outcome != MemoryRelief.Enough);
        return outcome;
    }

    /// <summary>Looks whether an excess has ended.</summary>
    public void NoteExcess() => Note(settings.MemoryBytesMax != 0 && CountedBytes > settings.MemoryBytesMax);

    private MemoryRelief Evict(long limitBytes)
    {
        IMemory memory = server.Memory;
        long start = server.Clock.MonotonicMicros();
        _toldBytes = 0;
        for (int keys = 1; ; keys++)
        {
            // What has been evicted and is still to be freed must not make others follow.
            bool frees = memory.FreeWaiting(FreeingMicros);
            if (UsedBytes <= limitBytes) return MemoryRelief.Enough;
            if (!frees && !EvictOne()) return UsedBytes <= limitBytes ? MemoryRelief.Enough : MemoryRelief.Impossible;
            if (!frees && keys % KeysPerLook != 0) continue;
            if (server.Clock.MonotonicMicros() - start < settings.MicrosMax || !MayStop(UsedBytes)) continue;
            if (UsedBytes <= limitBytes) return MemoryRelief.Enough;
            _levelBytes = UsedBytes;
            return MemoryRelief.Unfinished;
        }
    }

    // From one stop to the next the excess may only shrink: else fast writers would outrun eviction.
    private bool MayStop(long usedBytes) => _levelBytes == 0 || usedBytes <= _levelBytes;

    private bool EvictOne()
    {
        if (!search.TryFind(out Database? database, out ReadOnlySpan<byte> name)) return false;
        using var pinned = new PinnedKey(name);
        KeyRef key = pinned.Key;

        // False: it had expired, and has gone as such.
        if (!database.Delete(key, settings.FreesLazily)) return true;
        server.Statistics.EvictedKeys++;
        long before = CountedBytes;
        server.Changed(database, key, KeyEventClass.Evicted, "evicted"u8, dirty: 0);
        _toldBytes += Math.Max(0, CountedBytes - before);
        server.Propagation.Append(database.Index).Add(settings.FreesLazily ? "UNLINK"u8 : "DEL"u8).Add(key.Bytes).Send();
        server.Propagation.EndUnit();
        return true;
    }

    private void Note(bool exceeds)
    {
        ServerStatistics statistics = server.Statistics;
        if (exceeds == (statistics.EvictionExceededSince != 0)) return;
        long now = server.Clock.MonotonicMicros();
        if (!exceeds) statistics.EvictionExceededMicros += now - statistics.EvictionExceededSince;
        statistics.EvictionExceededSince = exceeds ? Math.Max(1, now) : 0;
    }
}
