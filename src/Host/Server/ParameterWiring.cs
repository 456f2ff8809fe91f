using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Host.Configuration;
using ModularKv.Host.Diagnostics;
using ModularKv.Host.Networking;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>Carries parameters into the parts that act on them, at the start and on CONFIG SET.</summary>
internal sealed class ParameterWiring
{
    /// <summary>Descriptors that the server needs beside its clients. Source: CONFIG_MIN_RESERVED_FDS.</summary>
    private const int ReservedDescriptors = 32;

    private readonly Kernel _kernel;
    private readonly OomScore _oomScore;
    private readonly ServerLog _log;
    private readonly ServerParameters _parameters;

    public ParameterWiring(Kernel kernel, Listeners listeners, ServerLog log)
    {
        _log = log;
        _kernel = kernel;
        _parameters = kernel.Parameters;
        Func<string?> apply = Apply;
        Parameter[] plain =
        [
            _parameters.TcpKeepAlive, _parameters.Timeout, _parameters.ClientQueryBufferLimit, _parameters.ClientOutputBufferLimit,
            _parameters.ProtoMaxBulkLen, _parameters.MaxMemory, _parameters.LatencyTracking,
            _parameters.LfuLogFactor, _parameters.LfuDecayTime, _parameters.MaxMemoryPolicy, _parameters.ActiveExpireEffort,
            _parameters.LazyFreeExpire, _parameters.LazyFreeServerDel, _parameters.LogLevel,
        ];
        foreach (Parameter parameter in plain) parameter.Apply = apply;
        _parameters.MaxClients.Apply = ApplyMaxClients;
        _oomScore = new OomScore(OomScore.ProcessPath, log);
        _parameters.OomScoreAdj.Apply = _parameters.OomScoreAdjValues.Apply = ApplyOomScore;
        _parameters.Hz.Apply = () =>
        {
            kernel.StartTicks();
            return null;
        };
        _parameters.Port.Apply = listeners.Reopen;
        _parameters.Bind.Apply = listeners.ReopenAll;
        kernel.Network.RefusesRemote = ()
            => _parameters.ProtectedMode.Value && kernel.Services.Find<IAuthenticator>()!.DefaultHasNoPassword;
        kernel.Execution.ProtectedRefusal = ProtectedRefusal;
    }

    /// <summary>Applies everything; what cannot be as asked for is said in the log.</summary>
    public void ApplyAll()
    {
        Apply();
        if (ApplyMaxClients() is { } warning) _kernel.Log.Warning(warning);
        _ = ApplyOomScore();
        _kernel.StartTicks();
    }

    private string? Apply()
    {
        NetworkSettings network = _kernel.Network;
        network.KeepAliveSeconds = (int)_parameters.TcpKeepAlive.Value;
        network.IdleSecondsMax = (int)_parameters.Timeout.Value;
        network.QueryBufferBytesMax = _parameters.ClientQueryBufferLimit.Value;
        OutputBufferLimits limits = _parameters.ClientOutputBufferLimit.Value;
        network.OutputLimits[(int)ClientClass.Normal] = limits.Normal;
        network.OutputLimits[(int)ClientClass.Replica] = limits.Replica;
        network.OutputLimits[(int)ClientClass.PubSub] = limits.PubSub;
        _kernel.Limits.BulkMax = _parameters.ProtoMaxBulkLen.Value;
        _kernel.Execution.MemoryBytesMax = _parameters.MaxMemory.Value;
        _kernel.Execution.TracksLatency = _parameters.LatencyTracking.Value;
        _kernel.Keyspace.Clock.LogFactor = (int)_parameters.LfuLogFactor.Value;
        _kernel.Keyspace.Clock.DecayMinutes = (int)_parameters.LfuDecayTime.Value;
        _kernel.Keyspace.Clock.UsesFrequency = _parameters.MaxMemoryPolicy.Value is EvictionPolicy.AllKeysLfu or EvictionPolicy.VolatileLfu;
        _kernel.Keyspace.LazyExpire = _parameters.LazyFreeExpire.Value;
        _kernel.Keyspace.LazyServerDelete = _parameters.LazyFreeServerDel.Value;
        _kernel.Expire.Effort = (int)_parameters.ActiveExpireEffort.Value;
        _log.Level = (LogLevel)(int)_parameters.LogLevel.Value;
        _kernel.UpdateGuard();
        return null;
    }

    private string? ApplyOomScore()
        => _oomScore.Apply(_parameters.OomScoreAdj.Value, int.Parse(_parameters.OomScoreAdjValues.Value[0], CultureInfo.InvariantCulture));

    private string? ApplyMaxClients()
    {
        long wanted = _parameters.MaxClients.Value;
        long possible = DescriptorLimit.Raise(wanted + ReservedDescriptors) - ReservedDescriptors;
        if (possible < wanted && _kernel.Network.ClientsMax != wanted && _started)
        {
            return "The operating system is not able to handle the specified number of clients, try with " + possible;
        }

        _started = true;
        _kernel.Network.ClientsMax = (int)Math.Min(wanted, possible);
        return possible < wanted
            ? $"You requested maxclients of {wanted} requiring at least {wanted + ReservedDescriptors} max file descriptors. "
                + $"Current maximum open files is {possible + ReservedDescriptors}. maxclients has been reduced to {possible} "
                + "to compensate for low ulimit. "
                + "If you need higher maxclients increase 'ulimit -n'."
            : null;
    }

    private bool _started;

    private string? ProtectedRefusal(string command, bool isLocal)
    {
        ProtectedAction action = command == "debug" ? _parameters.EnableDebugCommand.Value : _parameters.EnableModuleCommand.Value;
        if (action == ProtectedAction.Yes || (action == ProtectedAction.Local && isLocal)) return null;
        return $"ERR {command.ToUpperInvariant()} command not allowed. If the enable-{command}-command option is set to \"local\", "
            + "you can run it from a local connection, otherwise you need to set this option in the configuration file, "
            + "and then restart the server.";
    }
}
