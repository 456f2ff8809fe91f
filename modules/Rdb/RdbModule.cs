using ModularKv.Abstractions;
using ModularKv.Rdb.Commands;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Reading;
using ModularKv.Rdb.Saving;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Rdb;

/// <summary>Snapshots of the data set in RDB format, DUMP and RESTORE: the registration table.</summary>
[Module("rdb", "1.0.0", ApiLevel.Current, DependsOn = ["server"], Summary = "Snapshots of the data set in RDB format; DUMP and RESTORE")]
public sealed class RdbModule : IModule
{
    private readonly KeptAux _kept = new();
    private DataSetFile _file = null!;
    private DumpCommand _dump = null!;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IServer server = registry.Server;
        var settings = new RdbSettings(registry);
        RdbLoader loader = ReadingSetup.Register(registry, _kept);
        ImageLoad load = (source, replace) => loader.Load(source, new LoadOptions(replace));
        _dump = new DumpCommand(server, settings);
        var format = new RdbFormat(server, settings, _kept, load, _dump);
        registry.Provide<IRdbFormat>(format);
        _file = new DataSetFile(server, settings, format);
        var loading = new DataSetLoad(server, settings, load);
        var flushes = new FlushObserver(server, settings, _file);
        registry.Observe(flushes);
        registry.Observe(new LifeObserver(_file, loading, format));
        registry.OnShutdown(_file.ReadyToStop);
        registry.Info("Persistence", 400, new PersistenceInfo(server, format, _file, loading).WriteTo);
        registry.Info("Stats", 500, info => info.Line("dump_payload_sanitizations", loader.Sanitizations));
        server.Statistics.WasReset += () => _file.Saves = loader.Sanitizations = 0;
        registry.Debug(format.FailSave);
        registry.Debug(new ReloadCommand(server, _file, loading, flushes).Row);
        registry.Commands(Rows(new SaveCommands(server, _file), _dump));
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _file.Started();

    /// <inheritdoc/>
    public void Stop()
    {
        _file?.CancelBackground("the module stops");
        _dump?.Dispose();
    }

    private static CommandSpec[] Rows(SaveCommands saves, DumpCommand dump) =>
    [
        new()
        {
            Name = "save", Arity = 1, Handler = saves.Save, Flags = NoAsyncLoading | Admin | NoScript | NoMulti,
            Group = "server", Since = "1.0.0", Complexity = "O(N) where N is the total number of keys in all databases",
            Summary = "Writes the data set to disk while everybody waits.",
        },
        new()
        {
            Name = "bgsave", Arity = -1, Handler = saves.SaveInBackground, Flags = NoAsyncLoading | Admin | NoScript,
            Group = "server", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Writes the data set, as it is now, to disk in the background.",
            Arguments = "[SCHEDULE@3.2.2]", History = [("3.2.2", "Added the `SCHEDULE` option.")],
        },
        new()
        {
            Name = "lastsave", Arity = 1, Handler = saves.LastSave, Flags = Loading | Stale | Fast,
            Categories = AclCategories.Admin | AclCategories.Dangerous,
            Group = "server", Since = "1.0.0", Complexity = "O(1)", Tips = ["nondeterministic_output"],
            Summary = "The Unix time, in seconds, of the last save that went well.",
        },
        new()
        {
            Name = "dump", Arity = 2, Handler = dump.Dump, Flags = ReadOnly, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.Range(1, 0, 1, KeyFlags.RO | KeyFlags.Access)],
            Group = "generic", Since = "2.6.0", Tips = ["nondeterministic_output"],
            Complexity = "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing "
                + "the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, "
                + "so simply O(1).",
            Summary = "A key's value as bytes, for RESTORE.",
            Arguments = "key",
        },
    ];
}
