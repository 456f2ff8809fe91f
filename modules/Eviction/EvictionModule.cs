using ModularKv.Abstractions;
using ModularKv.Eviction.Clients;
using ModularKv.Eviction.Keys;

namespace ModularKv.Eviction;

/// <summary>Keys and clients give way when memory is short.</summary>
[Module("eviction", "1.0.0", ApiLevel.Current, Summary = "maxmemory policies and eviction of clients")]
public sealed class EvictionModule : IModule
{
    private EvictionSettings _settings = null!;
    private Pressure? _pressure;
    private IServer? _server;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        _settings = new EvictionSettings(registry.Configuration);
        var keys = new KeyEviction(server, _settings, new VictimSearch(server, _settings));
        var clients = new ClientEviction(server.Clients, _settings);
        _settings.Changed = clients.Adjust;
        _pressure = new Pressure(keys, clients);
        registry.Observe(new ExcessObserver(keys, server.Statistics));
    }

    /// <inheritdoc/>
    public void Start(IServer server)
    {
        _server = server;
        _settings.Start();
        server.Memory.Pressure = _pressure;
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _settings.Stop();
        if (_server is null) return;
        _server.Clients.MemoryBytesMax = 0;
        if (_server.Memory.Pressure == _pressure) _server.Memory.Pressure = null;
    }

    private sealed class Pressure(KeyEviction keys, ClientEviction clients) : IMemoryPressure
    {
        public MemoryRelief MakeRoom(long limitBytes) => keys.MakeRoom(limitBytes);

        public void CutClients() => clients.Cut();
    }

    /// <summary>Sees the end of an excess that ended by itself.</summary>
    private sealed class ExcessObserver(KeyEviction keys, ServerStatistics statistics) : ServerObserver
    {
        public override bool WantsBeforeSleep => true;

        public override void BeforeSleep()
        {
            if (statistics.EvictionExceededSince != 0) keys.NoteExcess();
        }
    }
}
