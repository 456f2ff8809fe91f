namespace ModularKv.Rdb.Writing;

/// <summary>Slows the writing thread down as <c>rdb-key-save-delay</c> asks. Source: debugDelay.</summary>
/// <param name="delayMicros">Microseconds for each key; negative: one for one of so many keys, at random.</param>
/// <param name="stop">Set when the save ends early: nobody waits any longer then.</param>
internal sealed class PaceKeeper(long delayMicros, ManualResetEventSlim stop)
{
    /// <summary>Shorter waits are collected: the wait below knows whole milliseconds only.</summary>
    private const long WaitMicrosMin = 1000;

    private long _owedMicros;

    /// <summary>Whether there is anything to wait for.</summary>
    public bool IsSlow => delayMicros != 0;

    /// <summary>Waits for one key. False: not this time.</summary>
    public bool Wait()
    {
        if (delayMicros > 0) _owedMicros += delayMicros;
        else if (Random.Shared.NextInt64(-delayMicros) == 0) _owedMicros++;
        if (_owedMicros < WaitMicrosMin) return false;
        (long wait, _owedMicros) = (_owedMicros / WaitMicrosMin, _owedMicros % WaitMicrosMin);
        return !stop.Wait(TimeSpan.FromMilliseconds(wait));
    }
}
