using ModularKv.Abstractions;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Migration;

/// <summary>MIGRATE: the registration table.</summary>
[Module("migration", "1.0.0", ApiLevel.Current, DependsOn = ["rdb", "server"], Summary = "MIGRATE: moves keys to another server")]
public sealed class MigrationModule : IModule
{
    private const KeyFlags Moved = KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete;

    private TargetCache? _targets;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        TargetCache targets = _targets = new TargetCache(registry.Server);
        registry.Info("Stats", 500, info => info.Line("migrate_cached_sockets", targets.Count));
        registry.Command(Row(new MigrateCommand(registry.Server, targets)));
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _targets!.Start();

    /// <inheritdoc/>
    public void Stop() => _targets?.Dispose();

    private static CommandSpec Row(MigrateCommand migrate) => new()
    {
        Name = "migrate", Arity = -6, Handler = migrate.Run, Flags = Write,
        Categories = AclCategories.Keyspace | AclCategories.Dangerous,
        Group = "generic", Since = "2.6.0",
        Keys =
        [
            KeySpec.Range(3, 0, 1, Moved),
            new KeySpec { Keyword = "KEYS", StartFrom = -2, LastKey = -1, Flags = Moved | KeyFlags.Incomplete },
        ],
        FindKeys = MigrateOptions.FindKeys,
        Complexity = "This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the "
            + "pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.",
        Summary = "Moves or copies keys to another server.",
        Arguments = "host port:integer key-selector=(key|empty-string=\"\") destination-db:integer timeout:integer [COPY@3.0.0] "
            + "[REPLACE@3.0.0] [authentication=(AUTH@4.0.7 auth|AUTH2@6.0.0 auth2={username password})] [KEYS@3.0.6 keys:key ...]",
        Tips = ["nondeterministic_output"],
        History =
        [
            ("3.0.0", "Added the `COPY` and `REPLACE` options."), ("3.0.6", "Added the `KEYS` option."),
            ("4.0.7", "Added the `AUTH` option."), ("6.0.0", "Added the `AUTH2` option."),
        ],
    };
}
