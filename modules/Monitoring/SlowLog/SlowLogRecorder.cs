using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Monitoring.SlowLog;

/// <summary>Keeps the commands that took long, the newest first. Source: slowlog.c.</summary>
internal sealed class SlowLogRecorder(IntegerParameter slowerThan, IntegerParameter lengthMax) : CommandObserver
{
    private readonly LinkedList<SlowLogEntry> _entries = new();
    private long _nextId;

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The entries, the newest first.</summary>
    public IEnumerable<SlowLogEntry> Entries => _entries;

    /// <summary>The newest entry that ever was, its id and duration in microseconds; id -1: there was none.</summary>
    public (long Id, long Micros) Last { get; private set; } = (-1, 0);

    /// <summary>Takes up the parameters. An entry too many goes with the next one that comes, as in Redis.</summary>
    public string? Apply()
    {
        ThresholdMicros = lengthMax.Value == 0 ? Nothing : slowerThan.Value;
        return null;
    }

    /// <summary>Forgets all entries; their numbers are not used again.</summary>
    public void Clear() => _entries.Clear();

    /// <inheritdoc/>
    public override void Executed(in CommandContext call, long micros)
    {
        // A blocked command is logged when it is served, not when its time is up; EXEC and such never, what they run is.
        if (call.HasBlocked || call.IsTimedOut || (call.Command.Flags & CommandFlags.SkipSlowLog) != 0) return;
        _entries.AddFirst(new SlowLogEntry(_nextId, call, micros));
        Last = (_nextId++, micros);
        while (_entries.Count > lengthMax.Value) _entries.RemoveLast();
    }
}
