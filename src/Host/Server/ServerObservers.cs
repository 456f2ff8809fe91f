using ModularKv.Abstractions;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>The registered observers of the server's and the clients' life.</summary>
internal sealed class ServerObservers(ILog log)
{
    private ServerObserver[] _all = [];
    private ServerObserver[] _beforeSleep = [];

    /// <summary>Adds an observer. Dispose to take it out.</summary>
    public IDisposable Add(ServerObserver observer)
    {
        _all = [.. _all, observer];
        if (observer.WantsBeforeSleep) _beforeSleep = [.. _beforeSleep, observer];
        return new Undo(() =>
        {
            _all = [.. _all.Where(o => o != observer)];
            _beforeSleep = [.. _beforeSleep.Where(o => o != observer)];
        });
    }

    public void Connected(Client client) => Tell(_all, observer => observer.Connected(client));

    public void Disconnected(Client client) => Tell(_all, observer => observer.Disconnected(client));

    public void Reset(Client client) => Tell(_all, observer => observer.Reset(client));

    public void Tick() => Tell(_all, TickOne);

    public void BeforeSleep() => Tell(_beforeSleep, BeforeSleepOne);

    /// <summary>Asks one after the other to load the data set. What one of them throws ends the server.</summary>
    public bool LoadDataset() => _all.Any(observer => observer.LoadDataset());

    public void Started() => Tell(_all, observer => observer.Started());

    private static readonly Action<ServerObserver> TickOne = observer => observer.Tick();
    private static readonly Action<ServerObserver> BeforeSleepOne = observer => observer.BeforeSleep();

    // One module's fault is neither the next one's nor the server's.
    private void Tell(ServerObserver[] observers, Action<ServerObserver> tell)
    {
        foreach (ServerObserver observer in observers)
        {
            try
            {
                tell(observer);
            }
            catch (Exception e) when (e is not InvariantException { IsKernel: true })
            {
                log.Warning($"The observer {observer.GetType().FullName} failed: {e}");
            }
        }
    }
}
