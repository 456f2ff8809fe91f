using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Writing;

/// <summary>What an image holds beside its keys, as it is when the snapshot starts. Immutable: it goes to the writing thread.</summary>
internal sealed class ImageHead
{
    // What 7.0.15 writes; readers look at nothing but its presence.
    private const string RedisVersion = "7.0.15";
    private const int VersionOfFieldExpiry = 12;
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Of the format.</summary>
    public required int Version { get; init; }

    /// <summary>Fields about the file.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Aux { get; init; }

    /// <summary>Records of modules before the keys.</summary>
    public required IReadOnlyList<byte[]> RecordsBefore { get; init; }

    /// <summary>Records of modules behind the keys.</summary>
    public required IReadOnlyList<byte[]> RecordsAfter { get; init; }

    /// <summary>Sources of the libraries.</summary>
    public required IReadOnlyList<byte[]> Functions { get; init; }

    /// <summary>Keys, and keys that expire, of each database.</summary>
    public required (long Keys, long Expiring)[] Sizes { get; init; }

    /// <summary>Whether idle times are written.</summary>
    public required bool KeepsIdleTimes { get; init; }

    /// <summary>Reads it off the server. Loop thread, where the snapshot starts.</summary>
    public static ImageHead Of(IServer server, RdbSettings settings, KeptAux kept, RdbSaveOptions options)
    {
        bool hasData = !options.FunctionsOnly;
        return new ImageHead
        {
            Version = VersionFor(server, settings, hasData),
            Aux = AuxOf(server, options),
            RecordsBefore = hasData ? [.. kept.BeforeKeys] : [],
            RecordsAfter = hasData ? [.. kept.AfterKeys] : [],
            Functions = server.Find<IFunctionLibraries>()?.Sources ?? [],
            Sizes = SizesOf(server),
            KeepsIdleTimes = settings.KeepsIdleTimes,
        };
    }

    /// <summary>
    /// Times to live of hash fields have no form before version 12: data that has some makes a file of that version, whatever
    /// <c>rdb-version</c> says. Losing them silently, or a file that lies about its version, would be worse.
    /// </summary>
    private static int VersionFor(IServer server, RdbSettings settings, bool hasData)
    {
        int version = (int)settings.Version.Value;
        if (version >= VersionOfFieldExpiry || !hasData || server.Find<IFieldExpiry>() is not { } fields) return version;
        long timed = 0;
        for (int index = 0; index < server.Databases.Count; index++) timed += fields.HashesWithExpiringFields(index);
        if (timed == 0) return version;
        server.Log.Notice($"Some hash fields expire: the RDB image is written in version {VersionOfFieldExpiry}, "
            + $"which Redis loads since 7.4, instead of rdb-version {version}.");
        return VersionOfFieldExpiry;
    }

    // Plain loops: this runs seldom, on the loop, and queries over pairs are compiled at their first use.
    private static (long Keys, long Expiring)[] SizesOf(IServer server)
    {
        var sizes = new (long Keys, long Expiring)[server.Databases.Count];
        for (int index = 0; index < sizes.Length; index++)
        {
            long keys = server.Databases.CountOf(index);
            sizes[index] = (keys, keys == 0 ? 0 : server.Databases[index].ExpiringCount);
        }

        return sizes;
    }

    private static List<KeyValuePair<string, string>> AuxOf(IServer server, RdbSaveOptions options) =>
    [
        new("redis-ver", RedisVersion),
        new("redis-bits", "64"),
        new("ctime", (server.Clock.UnixMicros() / MicrosPerSecond).ToString(CultureInfo.InvariantCulture)),
        new("used-mem", server.Memory.UsedBytes.ToString(CultureInfo.InvariantCulture)),
        .. options.Aux ?? [],
        new("aof-base", options.IsAofBase ? "1" : "0"),
    ];
}
