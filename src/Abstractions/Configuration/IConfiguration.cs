namespace ModularKv.Abstractions.Configuration;

/// <summary>A module's view of the configuration. What it registers here is revoked when it is unloaded.</summary>
/// <remarks>Loop thread only, or during start.</remarks>
public interface IConfiguration
{
    /// <summary>Adds a parameter and gives it the value that the file or the command line holds for it.</summary>
    /// <returns>The same object, to be kept as the handle for reading.</returns>
    /// <remarks>
    /// A name that the server accepts as a placeholder for a feature it lacks is taken over, with its value. When the file's
    /// value is bad, the default stands and the start is refused with file and line. Apply does not run.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The name or an alias belongs to another module.</exception>
    T Register<T>(T parameter)
        where T : Parameter;

    /// <summary>Takes back one of the module's own parameters. A placeholder it had replaced returns, with the present value.</summary>
    /// <returns>False when this module had not registered it.</returns>
    bool Revoke(Parameter parameter);

    /// <summary>Any parameter, of any owner, by name or alias without regard to case; null when unknown.</summary>
    Parameter? Find(string name);

    /// <summary>Raised after a CONFIG SET has been applied, with the parameters that were named in it.</summary>
    event Action<IReadOnlyList<Parameter>>? Changed;
}

/// <summary>Who asks for a CONFIG SET.</summary>
/// <param name="IsLocal">The client is connected over loopback or a Unix socket: <c>enable-protected-configs local</c> lets it.</param>
/// <param name="IsLoading">The data set is being loaded: parameters with <see cref="ParameterFlags.DenyLoading"/> are refused.</param>
public readonly record struct ConfigurationCaller(bool IsLocal, bool IsLoading);

/// <summary>A parameter's name as asked for, and its value, as raw bytes.</summary>
public readonly record struct ConfigurationEntry(byte[] Name, byte[] Value);

/// <summary>What the CONFIG command is built on: values and errors in Redis's words, no protocol.</summary>
/// <remarks>Loop thread only. Errors are whole, code first: <c>ERR CONFIG SET failed …</c>. Source: redis.io/commands/config-set.</remarks>
public interface IConfigurationControl
{
    /// <summary>The absolute path of the configuration file, or null when the server runs without one.</summary>
    string? FilePath { get; }

    /// <summary>Every parameter whose name or alias matches one of the patterns, each once.</summary>
    /// <param name="patterns">Names, or glob patterns when they contain <c>*</c>, <c>?</c> or <c>[</c>; case is ignored.</param>
    IReadOnlyList<ConfigurationEntry> Get(IReadOnlyList<ReadOnlyMemory<byte>> patterns);

    /// <summary>Sets all of the parameters or none.</summary>
    /// <param name="namesAndValues">Name, value, name, value …</param>
    /// <param name="caller">Decides about protected parameters and about loading.</param>
    /// <returns>Null when done, or the error.</returns>
    string? Set(IReadOnlyList<ReadOnlyMemory<byte>> namesAndValues, ConfigurationCaller caller);

    /// <summary>Writes the present values into the file that the server was started with, atomically.</summary>
    /// <param name="all">Writes every parameter, defaults included (DEBUG CONFIG-REWRITE-FORCE-ALL).</param>
    /// <returns>Null when done, or the error.</returns>
    string? Rewrite(bool all = false);

    /// <summary>True when the value behind this name is a secret to be kept out of MONITOR and the slow log.</summary>
    bool IsSensitive(ReadOnlySpan<byte> name);
}
