namespace ModularKv.Host.Modules;

/// <summary>The modules that a server has unless it is told otherwise: what <c>modules all</c> means.</summary>
/// <remarks>Where modules depend on each other, that decides about the order; otherwise they start as they stand here.</remarks>
internal static class DefaultModules
{
    /// <summary>Names of folders below module-dir; <c>modules/Strings/ModularKv.Strings.dll</c>.</summary>
    public static readonly string[] Names =
    [
        "Strings",
        "Sets",
        "Bitmaps",
        "HyperLogLog",
        "Hashes",
        "Lists",
        "SortedSets",
        "Streams",
        "Geo",
        "Keys",
        "Transactions",
        "PubSub",
        "Lua",
        "Scripting",
        "Eviction",
        "Connection",
        "Tracking",
        "Tls",
        "Server",
        "Monitoring",
        "Metrics",
        "Aof",
        "Acl",
        "JavaScript",
        "Rdb",
        "Migration",
    ];
}
