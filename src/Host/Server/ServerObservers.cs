using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>The registered observers of the server's and the clients' life.</summary>
internal sealed class ServerObservers
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

    public void Connected(Client client)
    {
        foreach (ServerObserver observer in _all) observer.Connected(client);
    }

    public void Disconnected(Client client)
    {
        foreach (ServerObserver observer in _all) observer.Disconnected(client);
    }

    public void Reset(Client client)
    {
        foreach (ServerObserver observer in _all) observer.Reset(client);
    }

    public void Tick()
    {
        foreach (ServerObserver observer in _all) observer.Tick();
    }

    public void BeforeSleep()
    {
        foreach (ServerObserver observer in _beforeSleep) observer.BeforeSleep();
    }

    public void Started()
    {
        foreach (ServerObserver observer in _all) observer.Started();
    }
}
