using ModularKv.Abstractions;
using ModularKv.Server.Commands;
using static ModularKv.Abstractions.CommandFlags;

namespace ModularKv.Server.Tables;

/// <summary>Rows of commands about whole databases and the clock.</summary>
internal static class DatabaseTable
{
    public static CommandSpec[] Rows(DatabaseCommands databases) =>
    [
        new()
        {
            Name = "dbsize", Arity = 1, Handler = databases.Size, Flags = ReadOnly | Fast, Categories = AclCategories.Keyspace,
            Group = "server", Since = "1.0.0", Complexity = "O(1)",
            Summary = "Number of keys in the selected database.",
            Tips = ["request_policy:all_shards", "response_policy:agg_sum"],
        },
        new()
        {
            Name = "flushdb", Arity = -1, Handler = databases.FlushOne, Flags = Write,
            Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Group = "server", Since = "1.0.0", Complexity = "O(N) where N is the number of keys in the selected database",
            Summary = "Removes all keys of the selected database.",
            Arguments = "[async=(ASYNC@4.0.0|SYNC@6.2.0)]",
            Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
            History = [("4.0.0", "Added the `ASYNC` flushing mode modifier."), ("6.2.0", "Added the `SYNC` flushing mode modifier.")],
        },
        new()
        {
            Name = "flushall", Arity = -1, Handler = databases.FlushAll, Flags = Write,
            Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Group = "server", Since = "1.0.0", Complexity = "O(N) where N is the total number of keys in all databases",
            Summary = "Removes all keys of all databases.",
            Arguments = "[async=(ASYNC@4.0.0|SYNC@6.2.0)]",
            Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
            History = [("4.0.0", "Added the `ASYNC` flushing mode modifier."), ("6.2.0", "Added the `SYNC` flushing mode modifier.")],
        },
        new()
        {
            Name = "swapdb", Arity = 3, Handler = databases.Swap, Flags = Write | Fast,
            Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Group = "server", Since = "4.0.0",
            Complexity = "O(N) where N is the count of clients watching or blocking on keys from both databases.",
            Summary = "Exchanges the contents of two databases.",
            Arguments = "index1:integer index2:integer",
        },
        new()
        {
            Name = "time", Arity = 1, Handler = databases.Time, Flags = Loading | Stale | Fast,
            Group = "server", Since = "2.6.0", Complexity = "O(1)",
            Summary = "The server's clock: seconds and microseconds.",
            Tips = ["nondeterministic_output"],
        },
    ];
}
