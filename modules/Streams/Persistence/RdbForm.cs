namespace ModularKv.Streams.Persistence;

/// <summary>RDB type bytes of streams. Source: rdb.h.</summary>
internal static class RdbForm
{
    /// <summary>Redis 5: length and last id.</summary>
    public const byte Listpacks = 15;

    /// <summary>Redis 7.0: first id, largest deleted id, entries added, entries read by groups.</summary>
    public const byte Listpacks2 = 19;

    /// <summary>Redis 7.2: active time of consumers.</summary>
    public const byte Listpacks3 = 21;

    /// <summary>The RDB version of <see cref="Listpacks3"/>.</summary>
    public const int VersionOfListpacks3 = 11;
}
