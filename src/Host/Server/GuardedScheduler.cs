using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>The scheduler that modules get: what their timers and jobs throw is logged and does not end the server.</summary>
internal sealed class GuardedScheduler(IScheduler loop, ILog log) : IScheduler
{
    /// <inheritdoc/>
    public IDisposable After(long delayMs, Action run) => loop.After(delayMs, Guard("timer", run));

    /// <inheritdoc/>
    public IDisposable Every(long periodMs, Action run) => loop.Every(periodMs, Guard("timer", run));

    /// <inheritdoc/>
    public void Post(Action run) => loop.Post(Guard("posted job", run));

    /// <inheritdoc/>
    public void Background(Action work, Action<Exception?> done)
        => loop.Background(work, error => Guard("end of a background job", () => done(error))());

    private Action Guard(string what, Action run) => () =>
    {
        try
        {
            run();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            log.Warning($"A module's {what} failed: {e}");
        }
    };
}
