using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof.Writing;

/// <summary>Takes the stream of effects while the log is kept.</summary>
internal sealed class EffectLog(AofLog log, Rewrite rewrite) : PropagationSubscriber
{
    /// <inheritdoc/>
    public override bool IsLog => true;

    /// <summary>The log was switched on or off.</summary>
    public void StateChanged() => IsListening = log.State != AofState.Off;

    /// <inheritdoc/>
    public override void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
    {
        if (log.State == AofState.On || rewrite.IsRunning) log.Writer.Append(database, encoded, nowMs);
    }

    /// <inheritdoc/>
    public override void EndOfBatch() => log.Writer.Flush(force: false);
}
