using ModularKv.Host.Configuration;

namespace ModularKv.Host.Networking;

/// <summary>What the operator set for connections. Refreshed by the server when the configuration changes.</summary>
internal sealed class NetworkSettings
{
    /// <summary>maxclients.</summary>
    public int ClientsMax = 10_000;

    /// <summary>tcp-keepalive, seconds.</summary>
    public int KeepAliveSeconds = 300;

    /// <summary>timeout, seconds; 0: none.</summary>
    public int IdleSecondsMax;

    /// <summary>client-query-buffer-limit, bytes.</summary>
    public long QueryBufferBytesMax = 1L << 30;

    /// <summary>client-output-buffer-limit by class: normal, replica, pubsub, master.</summary>
    public readonly OutputBufferLimit[] OutputLimits = [default, new(256L << 20, 64L << 20, 60), new(32L << 20, 8L << 20, 60), default];

    /// <summary>Whether only local connections are served: protected mode without a password.</summary>
    public Func<bool> RefusesRemote = () => false;
}
