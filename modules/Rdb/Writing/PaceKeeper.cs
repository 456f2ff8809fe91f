namespace ModularKv.Rdb.Writing;

/// <summary>Slows the writing thread down as <c>rdb-key-save-delay</c> asks. Source: debugDelay.</summary>
/// <param name="delayMicros">Microseconds for each key; negative: one for one of so many keys, at random.</param>
/// <param name="stop">Set when the save ends early: nobody waits any longer then.</param>
internal sealed class PaceKeeper(long delayMicros, ManualResetEventSlim stop)
{
    /// <summary>Whether there is anything to wait for.</summary>
    public bool IsSlow => delayMicros != 0;

    /// <summary>Waits for one key. False: not this time.</summary>
    public bool Wait()
    {
        long micros = delayMicros;
        if (micros < 0) micros = Random.Shared.NextInt64(-micros) == 0 ? 1 : 0;
        return micros != 0 && !stop.Wait(TimeSpan.FromMicroseconds(micros));
    }
}
