using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb;

/// <summary>The module's parameters, and those of others that it asks by name.</summary>
internal sealed class RdbSettings
{
    private const string Persisting = "stop-writes-on-bgsave-error";
    private readonly IConfiguration _configuration;

    /// <summary>Registers the parameters.</summary>
    public RdbSettings(IModuleRegistry registry)
    {
        _configuration = registry.Configuration;
        foreach (Parameter parameter in (Parameter[])[
            Save, FileName, Compression, Checksum, IncrementalSync, DeletesSyncFiles, KeyDelayMicros, Version])
        {
            registry.Parameter(parameter);
        }
    }

    /// <summary>save: pairs of seconds and changes.</summary>
    public ListParameter Save { get; } = new("save", "3600", "1", "300", "100", "60", "10000")
    {
        Accumulates = true, AlwaysRewritten = true, ElementsPerLine = 2,
        Description = "Saves after so many seconds when there were so many changes.",
        Validate = ValidateSave, Normalize = list => [.. list.Select(text => Number(text).ToString(CultureInfo.InvariantCulture))],
    };

    /// <summary>dbfilename, in <c>dir</c>.</summary>
    public StringParameter FileName { get; } = new("dbfilename", "dump.rdb")
    {
        Flags = ParameterFlags.Protected, Description = "Name of the snapshot's file.",
        Validate = name => name!.IndexOfAny(['/', '\\']) < 0 ? null : "dbfilename can't be a path, just a filename",
    };

    /// <summary>rdbcompression.</summary>
    public BoolParameter Compression { get; } = new("rdbcompression", true) { Description = "Compresses strings of more than 20 bytes." };

    /// <summary>rdbchecksum.</summary>
    public BoolParameter Checksum { get; } = new("rdbchecksum", true)
    {
        Flags = ParameterFlags.Immutable, Description = "Writes and checks a checksum at a snapshot's end.",
    };

    /// <summary>rdb-save-incremental-fsync.</summary>
    public BoolParameter IncrementalSync { get; } = new("rdb-save-incremental-fsync", true)
    {
        Description = "Syncs a snapshot's file every 4 MB, so that the disk is not flooded at its end.",
    };

    /// <summary>rdb-del-sync-files; for replication, which asks for it by name.</summary>
    public BoolParameter DeletesSyncFiles { get; } = new("rdb-del-sync-files", false)
    {
        Description = "Removes files that were written for replicas only.",
    };

    /// <summary>rdb-key-save-delay, microseconds; negative: one microsecond for one of so many keys, at random.</summary>
    public IntegerParameter KeyDelayMicros { get; } = new("rdb-key-save-delay", 0, int.MinValue, int.MaxValue)
    {
        Flags = ParameterFlags.Hidden, Description = "Slows saving down, for tests.",
    };

    /// <summary>rdb-version.</summary>
    public IntegerParameter Version { get; } = new("rdb-version", RdbVersion.Default, RdbVersion.Oldest, RdbVersion.Newest)
    {
        Description = "Version that a snapshot's header and the footer of DUMP state, for older servers' sake.",
    };

    /// <summary>Whether any save point is set.</summary>
    public bool HasSavePoints => Save.Value.Count > 0;

    /// <summary>The save points: seconds and changes.</summary>
    public IEnumerable<(long Seconds, long Changes)> SavePoints
        => Save.Value.Chunk(2).Select(pair => (Number(pair[0]), Number(pair[1])));

    /// <summary>Whether clients may not write while saving fails.</summary>
    public bool StopsWrites => _configuration.Find(Persisting) is BoolParameter { Value: true };

    /// <summary>Whether the data set is in an append-only file, whose module loads it.</summary>
    public bool UsesAppendOnlyFile => _configuration.Find("appendonly") is BoolParameter { Value: true };

    /// <summary>dir, for messages.</summary>
    public string Directory => _configuration.Find("dir")?.Format() ?? ".";

    /// <summary>Whether the policy is one of LRU: a key's idle time belongs to it then.</summary>
    public bool KeepsIdleTimes => _configuration.Find("maxmemory-policy")?.Format().EndsWith("lru", StringComparison.Ordinal) ?? false;

    /// <summary>Runs something after a CONFIG SET that decides about refusing writes.</summary>
    public void WhenRefusalMayChange(Action run)
        => _configuration.Changed += changed =>
        {
            if (changed.Any(parameter => parameter.Name is "save" or Persisting)) run();
        };

    // As strtol: blanks before it, a sign, nothing behind it.
    private static bool TryNumber(string text, out long number)
        => long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out number);

    private static long Number(string text) => TryNumber(text, out long number) ? number : 0;

    private static string? ValidateSave(IReadOnlyList<string> list)
    {
        bool valid = list.Count % 2 == 0;
        for (int i = 0; i < list.Count; i++) valid &= TryNumber(list[i], out long number) && number >= 1 - (i % 2);
        return valid ? null : "Invalid save parameters";
    }
}
