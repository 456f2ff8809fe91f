using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Tracking.Invalidation;

/// <summary>Keeps the table at tracking-table-max-keys: random keys are forgotten, and their clients told as if they had changed.</summary>
internal sealed class KeyLimit(IServer server, InvalidationTable table, Invalidator invalidator, IntegerParameter limit)
{
    /// <summary>Keys forgotten at a time; the n-th time in a row that it was not enough, n times as many.</summary>
    private const int Effort = 100;

    private int _triesInVain;

    /// <summary>Forgets keys while there are too many, within the effort. Source: trackingLimitUsedSlots.</summary>
    public void Enforce()
    {
        if (limit.Value == 0 || table.KeyCount <= limit.Value)
        {
            _triesInVain = 0;
            return;
        }

        for (long left = (long)Effort * (_triesInVain + 1); left > 0; left--)
        {
            invalidator.Forget(table.Choose(server.Random));
            if (table.KeyCount > limit.Value) continue;
            _triesInVain = 0;
            return;
        }

        _triesInVain++;
    }
}
