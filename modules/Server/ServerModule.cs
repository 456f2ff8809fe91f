using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Server.Commands;
using ModularKv.Server.Info;
using ModularKv.Server.Tables;

namespace ModularKv.Server;

/// <summary>Commands about the server as a whole and INFO's sections: what is registered. The rows stand in the files of Tables.</summary>
[Module("server", "1.0.0", ApiLevel.Current,
    Summary = "The server itself: INFO, CONFIG, COMMAND, MEMORY, MODULE, DEBUG, SHUTDOWN, FLUSHALL")]
public sealed class ServerModule : IModule
{
    private ServerSections? _server;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        IConfiguration configuration = registry.Configuration;
        registry.Commands(DatabaseTable.Rows(new DatabaseCommands(server, configuration)));
        registry.Commands(ServerTable.Rows(
            new InfoCommand(server), new ShutdownCommand(server), new DebugCommands(server), new Lolwut(server.Random)));
        registry.Command(ConfigTable.Row(new ConfigCommands(server)));
        registry.Command(CommandTable.Row(new CommandFacts(server), new CommandDocs(server), new CommandKeys(server)));
        registry.Command(MemoryTable.Row(new MemoryCommands(server)));
        registry.Command(ModuleTable.Row(new ModuleCommands(server)));
        RegisterSections(registry, server, configuration);
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _server?.Started();

    private void RegisterSections(IModuleRegistry registry, IServer server, IConfiguration configuration)
    {
        _server = new ServerSections(server, configuration);
        var features = new FeatureSections(server, configuration);
        var memory = new MemorySections(server, configuration);
        var statistics = new StatisticsSections(server, configuration);
        registry.Info("Server", 100, _server.Server);
        registry.Info("Clients", 200, _server.Clients);
        registry.Info("Memory", 300, memory.Memory);
        registry.Info("Persistence", 400, features.Persistence);
        registry.Info("Stats", 500, statistics.Stats);
        registry.Info("Replication", 600, features.Replication);
        registry.Info("CPU", 700, _server.Cpu);
        registry.Info("GC", 750, MemorySections.Collections, InfoVisibility.OnDemand);
        registry.Info("Modules", 800, _server.Modules);
        registry.Info("Commandstats", 900, statistics.CommandStats, InfoVisibility.OnDemand);
        registry.Info("Errorstats", 1000, statistics.ErrorStats);
        registry.Info("Latencystats", 1100, statistics.LatencyStats, InfoVisibility.OnDemand);
        registry.Info("Cluster", 1200, features.Cluster);
        registry.Info("Keyspace", 1300, statistics.Keyspace);
    }
}
