using ModularKv.Abstractions.Configuration;

namespace ModularKv.Aof;

/// <summary>When what was written is made durable.</summary>
internal enum FsyncPolicy
{
    /// <summary>Once a second, off the loop.</summary>
    EverySecond,

    /// <summary>Before the replies of a loop iteration go out.</summary>
    Always,

    /// <summary>When the operating system likes.</summary>
    No,
}

/// <summary>The directives of the append-only file.</summary>
internal sealed class AofSettings
{
    private readonly IConfiguration _configuration;

    /// <summary>Registers them.</summary>
    public AofSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        Enabled = configuration.Register(new BoolParameter("appendonly", false)
        {
            Flags = ParameterFlags.DenyLoading, Description = "Logs every write to a file that is replayed at start.",
        });
        FileName = configuration.Register(new StringParameter("appendfilename", "appendonly.aof")
        {
            Flags = ParameterFlags.Immutable, Validate = value => CheckName("appendfilename", "filename", value),
            Description = "What the names of the log's files begin with.",
        });
        DirectoryName = configuration.Register(new StringParameter("appenddirname", "appendonlydir")
        {
            Flags = ParameterFlags.Immutable, Validate = value => CheckName("appenddirname", "dirname", value),
            Description = "Directory of the log's files, in dir.",
        });
        Fsync = configuration.Register(new EnumParameter<FsyncPolicy>(
            "appendfsync", FsyncPolicy.EverySecond,
            ("everysec", FsyncPolicy.EverySecond), ("always", FsyncPolicy.Always), ("no", FsyncPolicy.No))
        {
            Description = "When the log is made durable: everysec, always (before a reply goes out) or no.",
        });
        NoFsyncOnRewrite = Switch("no-appendfsync-on-rewrite", false, "No fsync while a rewrite or a save writes: it would wait for that.");
        RewritePercentage = configuration.Register(new IntegerParameter("auto-aof-rewrite-percentage", 100, 0, int.MaxValue)
        {
            Description = "Growth over the size after the last rewrite at which the log is rewritten, in percent; 0: never.",
        });
        RewriteMinSize = configuration.Register(new MemoryParameter("auto-aof-rewrite-min-size", 64L << 20)
        {
            Description = "No automatic rewrite below this size, bytes.",
        });
        LoadTruncated = Switch("aof-load-truncated", true, "A log that ends within a command is cut there and loaded.");
        UsesPreamble = Switch("aof-use-rdb-preamble", true, "A rewrite writes an RDB image instead of commands.");
        Timestamps = Switch("aof-timestamp-enabled", false, "Notes the time in the log, for redis-check-aof --truncate-to-timestamp.");
        IncrementalFsync = Switch("aof-rewrite-incremental-fsync", true, "A rewrite syncs every 4 MB instead of all at its end.");
        KeepsHistory = Switch("aof-disable-auto-gc", false, "Files that a rewrite has replaced stay.");
    }

#pragma warning disable CS1591, SA1600 // described above, by the directives' own descriptions
    public BoolParameter Enabled { get; }

    public StringParameter FileName { get; }

    public StringParameter DirectoryName { get; }

    public EnumParameter<FsyncPolicy> Fsync { get; }

    public BoolParameter NoFsyncOnRewrite { get; }

    public IntegerParameter RewritePercentage { get; }

    public MemoryParameter RewriteMinSize { get; }

    public BoolParameter LoadTruncated { get; }

    public BoolParameter UsesPreamble { get; }

    public BoolParameter Timestamps { get; }

    public BoolParameter IncrementalFsync { get; }

    public BoolParameter KeepsHistory { get; }
#pragma warning restore CS1591, SA1600

    /// <summary>rdb-key-save-delay: microseconds that a rewrite rests after each key, for tests.</summary>
    public long KeyDelayMicros => _configuration.Find("rdb-key-save-delay") is Parameter<long> delay ? delay.Value : 0;

    private BoolParameter Switch(string name, bool standard, string description)
        => _configuration.Register(new BoolParameter(name, standard) { Description = description });

    private static string? CheckName(string name, string kind, string? value)
        => string.IsNullOrEmpty(value) ? $"{name} can't be empty" : IsBaseName(value) ? null : $"{name} can't be a path, just a {kind}";

    internal static bool IsBaseName(string name) => !name.Contains('/') && !name.Contains('\\');
}
