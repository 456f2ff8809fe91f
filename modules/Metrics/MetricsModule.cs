using System.Net;
using System.Net.Sockets;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Metrics.Serving;

namespace ModularKv.Metrics;

/// <summary>Metrics for System.Diagnostics.Metrics and, at metrics-port, for Prometheus: the registration table.</summary>
[Module("metrics", "1.0.0", ApiLevel.Current, Summary = "Metrics for Prometheus at metrics-port, named as redis_exporter names them")]
public sealed class MetricsModule : IModule
{
    private IntegerParameter _port = null!;
    private StringParameter _bind = null!;
    private IServer? _server;
    private ServerMeter? _meter;
    private MetricsListener? _listener;
    private (string Bind, long Port) _opened;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        // Hidden, as tools that set each parameter of CONFIG GET * know Redis's own only.
        _port = registry.Parameter(new IntegerParameter("metrics-port", 0, 0, 65535)
        { Flags = ParameterFlags.Hidden, Description = "TCP port that answers GET /metrics for Prometheus; 0: none." });
        _bind = registry.Parameter(new StringParameter("metrics-bind", "127.0.0.1")
        {
            Flags = ParameterFlags.Hidden,
            Description = "Address that metrics-port listens on.",
            Validate = text => IPAddress.TryParse(text, out _) ? null : "metrics-bind must be one IP address",
        });
        _port.Apply = _bind.Apply = Reopen;
        registry.Info("Metrics", 1160, info => info.Line("metrics_port", _listener?.Port ?? 0), InfoVisibility.Module);
    }

    /// <inheritdoc/>
    public void Start(IServer server)
    {
        _server = server;
        if (_port.Value == 0) return;
        if (Reopen() is { } refusal) throw new ModuleException(refusal);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _listener?.Dispose();
        _meter?.Dispose();
    }

    private void Log(string line) => _server!.Scheduler.Post(() => _server.Log.Debug(line));

    // The old port is let go only when the new one is there, unless they are the same.
    private string? Reopen()
    {
        (string, long) wanted = (_bind.Text, _port.Value);
        if (_server is null || (_listener is not null && wanted == _opened)) return null;
        MetricsListener? opened = null;
        if (_port.Value != 0)
        {
            bool isSamePort = _listener is not null && _opened.Port == _port.Value;
            if (isSamePort) _listener!.Dispose();
            _meter ??= new ServerMeter(_server);
            try
            {
                opened = MetricsListener.Open(IPAddress.Parse(_bind.Text), (int)_port.Value, _meter, Log);
            }
            catch (SocketException e)
            {
                if (isSamePort) _listener = null;
                return $"metrics-port {_port.Value} at {_bind.Text} cannot be listened on: {e.Message}";
            }
        }

        _listener?.Dispose();
        _listener = opened;
        _opened = wanted;
        return null;
    }
}
