using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Tls;

/// <summary>Encrypted connections: the registration table.</summary>
[Module("tls", "1.0.0", ApiLevel.Current, Summary = "TLS connections through OpenSSL 3")]
public sealed class TlsModule : IModule
{
    private TlsTransport _transport = null!;
    private ITransportListener _listener = null!;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        var settings = new TlsSettings(registry.Configuration);
        var transport = new TlsTransport(settings, registry.Server.Log);
        ITransportListener listener = registry.Listen(transport);
        settings.WhenChanged(transport.Configure);
        settings.Port.Apply = () => transport.ConfigureWhenStale() ?? listener.Reopen();
        registry.Info("Tls", 450, info =>
        {
            info.Line("tls_port", transport.Port);
            info.Line("tls_handshakes_failed", transport.Count.Failed);
            info.Line("tls_sessions", transport.Count.Open);
        }, InfoVisibility.OnDemand);
        _transport = transport;
        _listener = listener;
    }

    /// <inheritdoc/>
    public void Start(IServer server)
    {
        if (_transport.Configure() is { } error) throw new ModuleException(error);
        if (_listener.Reopen() is { } refusal) throw new ModuleException(refusal);
    }

    /// <inheritdoc/>
    public void Stop() => _transport?.Dispose();
}
