namespace ModularKv.TestKit.Streams;

/// <summary>Grammar of transactions. The commands that are queued come from other tables.</summary>
public static class TransactionCommands
{
    /// <summary>MULTI to UNWATCH, and a few commands with a word of their own inside MULTI.</summary>
    public static IReadOnlyList<Production> Table { get; } =
    [
        new("MULTI", 30, d => { }),
        new("EXEC", 30, d => { }),
        new("DISCARD", 4, d => { }),
        new("WATCH", 15, d => d.ManyKeys(1, 4)),
        new("UNWATCH", 3, d => { }),
        new("SELECT", 6, d => d.Small(0, StreamRun.Databases - 1)),
        new("SWAPDB", 2, d => d.Small(0, StreamRun.Databases - 1).Small(0, StreamRun.Databases - 1)),
        new("FLUSHDB", 1, d => { }),
        new("DEL", 6, d => d.ManyKeys(1, 3)),
        new("RENAME", 4, d => d.Key().Key()),
        new("PING", 3, d => { if (d.Chance(2)) d.Value(); }),
        new("RESET", 1, d => { }),
        new("QUIT", 1, d => { }),
        new("NOSUCHCOMMAND", 1, d => d.Value()),
        new("PUBLISH", 3, d => d.Key().Value()),
    ];
}
