namespace ModularKv.Abstractions;

/// <summary>
/// Where the server and its modules report work that kept the loop busy for long ("expire-cycle", "eviction-del" …). Costs a comparison
/// while nobody records. Loop thread only.
/// </summary>
public sealed class LatencyEvents
{
    private Action<string, long>? _recorder;

    /// <summary>Duration from which an event is recorded, in microseconds; <see cref="long.MaxValue"/>: none is.</summary>
    public long ThresholdMicros { get; private set; } = long.MaxValue;

    /// <summary>Reports an event. Those shorter than <see cref="ThresholdMicros"/> are forgotten.</summary>
    /// <param name="name">Lower case, words joined by '-'. A constant: each name is kept as one series.</param>
    /// <param name="micros">How long it took, in microseconds.</param>
    public void Report(string name, long micros)
    {
        if (micros >= ThresholdMicros) _recorder?.Invoke(name, micros);
    }

    /// <summary>Sets who records; the last one to ask does.</summary>
    /// <param name="thresholdMicros">Duration from which it is told, in microseconds.</param>
    /// <param name="recorder">Told the name and the duration in microseconds; null: nobody records.</param>
    public void RecordFrom(long thresholdMicros, Action<string, long>? recorder)
    {
        _recorder = recorder;
        ThresholdMicros = recorder is null ? long.MaxValue : thresholdMicros;
    }
}
