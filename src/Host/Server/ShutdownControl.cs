using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>Stops the server once every hook is ready. Source: redis.io/commands/shutdown.</summary>
internal sealed class ShutdownControl(Loop loop, ILog log, IClock clock, IntegerParameter timeoutSeconds) : IShutdown
{
    /// <summary>How often hooks that are not ready are asked again.</summary>
    private const int AskAgainMs = 20;

    private readonly List<ShutdownHook> _hooks = [];
    private readonly List<ShutdownHook> _waiting = [];
    private ShutdownOptions _options;
    private long _deadlineMs;
    private IDisposable? _timer;

    /// <summary>Runs when nothing stands in the way any more.</summary>
    public Action Stopping { get; set; } = () => { };

    /// <summary>Whether a signal must wait (DEBUG PAUSE-CRON): Redis looks after signals in its periodic work.</summary>
    public Func<bool> HoldsSignals { get; set; } = () => false;

    /// <inheritdoc/>
    public bool InProgress => _timer is not null;

    /// <summary>Adds a hook. Dispose to take it out.</summary>
    public IDisposable Add(ShutdownHook hook)
    {
        _hooks.Add(hook);
        return new Undo(() => _hooks.Remove(hook));
    }

    /// <inheritdoc/>
    public string? Request(ShutdownOptions options, Client? requestedBy)
    {
        if (InProgress) return null;
        if (requestedBy is null && HoldsSignals())
        {
            _timer = loop.Every(AskAgainMs, () =>
            {
                if (HoldsSignals()) return;
                _timer?.Dispose();
                _timer = null;
                Request(options, null);
            });
            return null;
        }

        log.Warning(requestedBy is null ? "Received shutdown signal, scheduling shutdown..." : "User requested shutdown...");
        _options = options;
        _waiting.Clear();
        _waiting.AddRange(_hooks);
        _deadlineMs = clock.UnixMs + (timeoutSeconds.Value * 1000);
        if (Ask() is { } refusal) return refusal;
        if (_waiting.Count == 0) Finish(); else _timer = loop.Every(AskAgainMs, AskAgain);
        return null;
    }

    private string? Ask()
    {
        foreach (ShutdownHook hook in _waiting.ToArray())
        {
            try
            {
                if (hook(_options)) _waiting.Remove(hook);
            }
            catch (ModuleException e)
            {
                log.Warning($"Error trying to shut down: {e.Message}");
                if ((_options & ShutdownOptions.Force) == 0) return e.Message;
                _waiting.Remove(hook);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                log.Warning($"A module's shutdown hook failed, going on without it: {e}");
                _waiting.Remove(hook);
            }
        }

        return null;
    }

    private void AskAgain()
    {
        if (Ask() is not null)
        {
            Abort();
            return;
        }

        bool late = clock.UnixMs >= _deadlineMs || (_options & ShutdownOptions.Now) != 0;
        if (_waiting.Count == 0 || late) Finish();
    }

    /// <inheritdoc/>
    public bool Abort()
    {
        if (!InProgress) return false;
        _timer?.Dispose();
        _timer = null;
        log.Notice("Shutdown manually aborted.");
        return true;
    }

    private void Finish()
    {
        _timer?.Dispose();
        _timer = null;
        Stopping();
        log.Warning("Redis is now ready to exit, bye bye...");
        loop.Stop();
    }
}
