using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;
using ModularKv.Tls.Unsafe;

namespace ModularKv.Tls;

/// <summary>TLS as a transport: the contexts in force, and the sessions made from them.</summary>
internal sealed class TlsTransport : ITransport, IDisposable
{
    private const string Refusal = "Unable to update TLS configuration. ";

    private const string NoLibrary = "TLS needs OpenSSL 3, and its libssl and libcrypto were not found: install them (Debian: libssl3), "
        + "or set tls-port, tls-replication and tls-cluster to 0 and no.";

    private readonly TlsSettings _settings;
    private readonly ILog _log;
    private TlsContext? _server;
    private TlsContext? _client;
    private bool _isStale = true;

    public TlsTransport(TlsSettings settings, ILog log)
    {
        _settings = settings;
        _log = log;
    }

    /// <inheritdoc/>
    public string Name => "TLS";

    /// <inheritdoc/>
    public int Port => (int)_settings.Port.Value;

    /// <summary>What its sessions count.</summary>
    public SessionCount Count { get; } = new();

    /// <summary>Makes new contexts of the settings. Connections that exist keep theirs; when it fails, new ones do too.</summary>
    /// <returns>Null, or why not; the log has it too.</returns>
    public string? Configure()
    {
        _isStale = true;
        if (!_settings.IsUsed) return null;
        if (!LibSsl.IsAvailable) return Refuse(NoLibrary);
        TlsContext? server = TlsContext.Create(_settings, false, out string? error);
        if (server is null) return Refuse(error!);
        TlsContext? client = null;
        if (_settings.ClientCertFile.Value is not null && _settings.ClientKeyFile.Value is not null)
        {
            client = TlsContext.Create(_settings, true, out error);
            if (client is null)
            {
                server.Dispose();
                return Refuse(error!);
            }
        }

        Dispose();
        _server = server;
        _client = client;
        _isStale = false;
        return null;
    }

    private string Refuse(string reason)
    {
        _log.Warning("TLS: " + reason);
        return Refusal + reason;
    }

    /// <summary>Makes contexts when the present ones do not stand for the settings: they were not used when those changed.</summary>
    public string? ConfigureWhenStale() => _isStale || _server is null ? Configure() : null;

    /// <inheritdoc/>
    public TransportSession? Accept(IWire wire)
    {
        if (_server is null) return null;
        int verify = _settings.AuthClients.Value switch
        {
            ClientCertificates.No => LibSsl.VerifyNone,
            ClientCertificates.Optional => LibSsl.VerifyPeer,
            _ => LibSsl.VerifyRequired,
        };
        return TlsSession.Accept(_server, wire, verify, Count);
    }

    /// <summary>Begins the client's end of a connection, with the client's certificate where one is set.</summary>
    /// <returns>Null: TLS is not set up.</returns>
    public TransportSession? Connect(IWire wire) => (_client ?? _server) is { } context ? TlsSession.Connect(context, wire, Count) : null;

    /// <summary>Gives the contexts back; sessions hold on to theirs.</summary>
    public void Dispose()
    {
        _server?.Dispose();
        _client?.Dispose();
        _server = _client = null;
    }
}
