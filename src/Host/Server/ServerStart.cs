using ModularKv.Abstractions;
using ModularKv.Host.Configuration;
using ModularKv.Host.Primitives;

namespace ModularKv.Host.Server;

/// <summary>The configuration as read, before anything is started.</summary>
internal sealed class ServerStart
{
    private ServerStart(CommandLine commandLine, ConfigurationStore store, ServerParameters parameters)
    {
        CommandLine = commandLine;
        Store = store;
        Parameters = parameters;
    }

    public CommandLine CommandLine { get; }

    public ConfigurationStore Store { get; }

    public ServerParameters Parameters { get; }

    public DiskConfigurationFiles Files { get; } = new();

    /// <summary>Where the data set's files are.</summary>
    public required IFiles DataFiles { get; init; }

    /// <summary>Why the server cannot start; null: it can.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads file, standard input and command line.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="dataFiles">Where the data set's files are; null: on this machine's disks.</param>
    public static ServerStart Read(CommandLine commandLine, IFiles? dataFiles = null)
    {
        var store = new ConfigurationStore();
        var parameters = new ServerParameters(store, Directory.GetCurrentDirectory());
        CompatibilityParameters.RegisterAll(store);
        var start = new ServerStart(commandLine, store, parameters) { DataFiles = dataFiles ?? new DiskFiles() };
        start.Error = ConfigurationLoader.Load(commandLine, store, start.Files, ReadStandardInput)?.ToString() ?? parameters.StartRefusal();
        return start;
    }

    private static byte[] ReadStandardInput()
    {
        using Stream input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>--check-config: starts the modules without listening, reports, and gives the exit code.</summary>
    public int Check()
    {
        using var server = new RunningServer(this);
        if (server.Prepare() is { } error)
        {
            Console.Error.WriteLine(error);
            return 1;
        }

        Console.WriteLine("The configuration is valid.");
        return 0;
    }
}
