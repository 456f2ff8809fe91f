using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Commands;

/// <summary>Those who want to be told of commands that took long.</summary>
internal sealed class CommandObservers
{
    /// <summary>Thresholds below this ask for the exact time of every command.</summary>
    private const long ExactBelowNanoseconds = 1_000_000;

    private CommandObserver[] _all = [];

    /// <summary>The smallest duration that anybody wants; <see cref="long.MaxValue"/>: none.</summary>
    public long ThresholdNanoseconds = long.MaxValue;

    /// <summary>Whether every command must be timed by itself.</summary>
    public bool WantExactTimes => ThresholdNanoseconds < ExactBelowNanoseconds;

    /// <summary>Called when <see cref="WantExactTimes"/> may have changed.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Told of an observer's exception: the command that was observed, the exception.</summary>
    public Action<Command, Exception> Fault { get; set; } = (_, _) => { };

    /// <summary>Adds an observer. Dispose to take it out.</summary>
    public IDisposable Add(CommandObserver observer)
    {
        _all = [.. _all, observer];
        observer.ThresholdChanged = Update;
        Update();
        return new Undo(() =>
        {
            observer.ThresholdChanged = null;
            _all = [.. _all.Where(other => other != observer)];
            Update();
        });
    }

    /// <summary>Tells those who want a command that took this long.</summary>
    public void Tell(CommandFrame frame, long nanoseconds)
    {
        long micros = nanoseconds / 1000;
        foreach (CommandObserver observer in _all)
        {
            if ((ulong)observer.ThresholdMicros > (ulong)micros) continue; // negative ones are above all
            try
            {
                var call = new CommandContext(frame);
                observer.Executed(call, micros);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(frame.Command, e);
            }
        }
    }

    /// <summary>Shows a command that is about to call others to those who want every command.</summary>
    public void Announce(CommandFrame frame)
    {
        foreach (CommandObserver observer in _all)
        {
            if (observer.ThresholdMicros != 0) continue;
            try
            {
                var call = new CommandContext(frame);
                observer.Announced(call);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                Fault(frame.Command, e);
            }
        }
    }

    private void Update()
    {
        ulong smallest = ulong.MaxValue;
        foreach (CommandObserver observer in _all) smallest = Math.Min(smallest, (ulong)observer.ThresholdMicros);
        ThresholdNanoseconds = smallest > long.MaxValue / 1000 ? long.MaxValue : (long)smallest * 1000;
        Changed();
    }
}
