using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>The generic group: commands that work on keys of any type. This file is its part of the command table.</summary>
[Module("keys", "1.0.0", ApiLevel.Current, Summary = "generic commands: keys of any type, their expiry, SCAN and SORT")]
public sealed class KeysModule : IModule
{
    private static readonly KeySpec ContentKeys = new()
    {
        Flags = KeyFlags.RO | KeyFlags.Access,
        Find = KeyFind.Unknown,
        Notes = "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
    };

    private static readonly KeySpec StoreKey = new()
    {
        Flags = KeyFlags.OW | KeyFlags.Update,
        Find = KeyFind.Unknown,
        Notes = "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
    };

    private readonly KeyScan _scan = new();
    private KeyDeletion _deletion = null!;
    private KeyMoves _moves = null!;
    private Expiry _expiry = null!;
    private KeyObjects _objects = null!;
    private KeySort _sort = null!;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        Settings settings = new(registry);
        _deletion = new KeyDeletion(settings);
        _moves = new KeyMoves(settings);
        _expiry = new Expiry(settings);
        _objects = new KeyObjects(settings);
        _sort = new KeySort(settings);
        registry.Commands([.. Deletion(), .. Lookup(), .. Iteration(), .. Moves(), .. ExpirySetting(), .. TimesToLive()]);
        registry.Commands([.. Sorting(), .. Objects(), .. Replicas()]);
    }

    private CommandSpec[] Deletion() =>
    [
        new()
        {
            Name = "del", Arity = -2, Handler = _deletion.Delete, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RM | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of keys that will be removed. When a key to remove holds a value other than a "
                + "string, the individual complexity for this key is O(M) where M is the number of elements in the list, set, "
                + "sorted set or hash. Removing a single key that holds a string value is O(1).",
            Summary = "Removes keys.",
            Arguments = "key ...",
            Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
        },
        new()
        {
            Name = "unlink", Arity = -2, Handler = _deletion.Unlink, Group = "generic", Since = "4.0.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RM | KeyFlags.Delete)],
            Complexity = "O(1) for each key removed regardless of its size. Then the command does O(N) work in a different thread in "
                + "order to reclaim memory, where N is the number of allocations the deleted objects where composed of.",
            Summary = "Removes keys at once and frees large values later, by pieces.",
            Arguments = "key ...",
            Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
        },
    ];

    private static CommandSpec[] Lookup() =>
    [
        new()
        {
            Name = "exists", Arity = -2, Handler = KeyLookup.Exists, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO)],
            Complexity = "O(N) where N is the number of keys to check.",
            Summary = "Counts the keys that exist; a key named twice counts twice.",
            Arguments = "key ...",
            Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
            History = [("3.0.3", "Accepts multiple `key` arguments.")],
        },
        new()
        {
            Name = "touch", Arity = -2, Handler = KeyLookup.Touch, Group = "generic", Since = "3.2.1",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO)],
            Complexity = "O(N) where N is the number of keys that will be touched.",
            Summary = "Refreshes the access time of keys and counts those that exist.",
            Arguments = "key ...",
            Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
        },
        new()
        {
            Name = "type", Arity = 2, Handler = KeyLookup.Type, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Names the type of the value of a key.",
            Arguments = "key",
        },
    ];

    private CommandSpec[] Iteration() =>
    [
        new()
        {
            Name = "randomkey", Arity = 1, Handler = KeyLookup.RandomKey, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.TouchesArbitraryKeys, Categories = AclCategories.Keyspace,
            Complexity = "O(1)",
            Summary = "Picks a key at random.",
            Tips = ["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
        },
        new()
        {
            Name = "keys", Arity = 2, Handler = KeyLookup.Keys, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.ReadOnly, Categories = AclCategories.Keyspace | AclCategories.Dangerous,
            Complexity = "O(N) with N being the number of keys in the database, under the assumption that the key names in the database "
                + "and the given pattern have limited length.",
            Summary = "Lists all keys that match a pattern.",
            Arguments = "pattern:pattern",
            Tips = ["request_policy:all_shards", "nondeterministic_output_order"],
        },
        new()
        {
            Name = "scan", Arity = -2, Handler = _scan.Scan, Group = "generic", Since = "2.8.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.TouchesArbitraryKeys, Categories = AclCategories.Keyspace,
            Complexity = "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return "
                + "back to 0. N is the number of elements inside the collection.",
            Summary = "Walks over the keys, some at each call.",
            Arguments = "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type@6.0.0]",
            Tips = ["nondeterministic_output", "request_policy:special", "response_policy:special"],
            History = [("6.0.0", "Added the `TYPE` subcommand.")],
        },
    ];

    private CommandSpec[] Moves() =>
    [
        new()
        {
            Name = "rename", Arity = 3, Handler = KeyMoves.Rename, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.OW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Gives a key another name, replacing what had it.",
            Arguments = "key newkey:key",
        },
        new()
        {
            Name = "renamenx", Arity = 3, Handler = KeyMoves.RenameIfNew, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.OW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Gives a key another name unless that name is taken.",
            Arguments = "key newkey:key",
            History = [("3.2.0", "The command no longer returns an error when source and destination names are the same.")],
        },
        new()
        {
            Name = "copy", Arity = -3, Handler = _moves.Copy, Group = "generic", Since = "6.2.0",
            Flags = CommandFlags.Write | CommandFlags.DenyOom, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access), KeySpec.At(2, KeyFlags.OW | KeyFlags.Update)],
            Complexity = "O(N) worst case for collections, where N is the number of nested items. O(1) for string values.",
            Summary = "Copies the value of a key, with its time to live, to another key.",
            Arguments = "source:key destination:key [DB destination-db:integer] [REPLACE]",
        },
        new()
        {
            Name = "move", Arity = 3, Handler = _moves.Move, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Moves a key to another database.",
            Arguments = "key db:integer",
        },
    ];

    private CommandSpec[] ExpirySetting() =>
    [
        new()
        {
            Name = "expire", Arity = -3, Handler = _expiry.Expire, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Sets after how many seconds a key expires.",
            Arguments = "key seconds:integer [condition@7.0.0=(NX|XX|GT|LT)]",
            History = [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
        },
        new()
        {
            Name = "pexpire", Arity = -3, Handler = _expiry.ExpireMs, Group = "generic", Since = "2.6.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Sets after how many milliseconds a key expires.",
            Arguments = "key milliseconds:integer [condition@7.0.0=(NX|XX|GT|LT)]",
            History = [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
        },
        new()
        {
            Name = "expireat", Arity = -3, Handler = _expiry.ExpireAt, Group = "generic", Since = "1.2.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Sets the Unix time, in seconds, at which a key expires.",
            Arguments = "key unix-time-seconds:unix-time [condition@7.0.0=(NX|XX|GT|LT)]",
            History = [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
        },
        new()
        {
            Name = "pexpireat", Arity = -3, Handler = _expiry.ExpireAtMs, Group = "generic", Since = "2.6.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Sets the Unix time, in milliseconds, at which a key expires.",
            Arguments = "key unix-time-milliseconds:unix-time [condition@7.0.0=(NX|XX|GT|LT)]",
            History = [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
        },
        new()
        {
            Name = "persist", Arity = 2, Handler = Expiry.Persist, Group = "generic", Since = "2.2.0",
            Flags = CommandFlags.Write | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Lets a key live without end.",
            Arguments = "key",
        },
    ];

    private static CommandSpec[] TimesToLive() =>
    [
        new()
        {
            Name = "ttl", Arity = 2, Handler = TimeToLive.Seconds, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Tells how many seconds a key has left to live.",
            Arguments = "key",
            Tips = ["nondeterministic_output"],
            History = [("2.8.0", "Added the -2 reply.")],
        },
        new()
        {
            Name = "pttl", Arity = 2, Handler = TimeToLive.Milliseconds, Group = "generic", Since = "2.6.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Tells how many milliseconds a key has left to live.",
            Arguments = "key",
            Tips = ["nondeterministic_output"],
            History = [("2.8.0", "Added the -2 reply.")],
        },
        new()
        {
            Name = "expiretime", Arity = 2, Handler = TimeToLive.UnixSeconds, Group = "generic", Since = "7.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Tells the Unix time, in seconds, at which a key expires.",
            Arguments = "key",
        },
        new()
        {
            Name = "pexpiretime", Arity = 2, Handler = TimeToLive.UnixMilliseconds, Group = "generic", Since = "7.0.0",
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast, Categories = AclCategories.Keyspace,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Tells the Unix time, in milliseconds, at which a key expires.",
            Arguments = "key",
        },
    ];

    private CommandSpec[] Sorting() =>
    [
        new()
        {
            Name = "sort", Arity = -2, Handler = _sort.Sort, Group = "generic", Since = "1.0.0",
            Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Set | AclCategories.SortedSet | AclCategories.List | AclCategories.Dangerous,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access), ContentKeys, StoreKey],
            FindKeys = SortOptions.FindKeys,
            Complexity = "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned "
                + "elements. When the elements are not sorted, complexity is O(N).",
            Summary = "Sorts the elements of a list, set or sorted set and replies or stores them.",
            Arguments = "key [BY pattern:pattern#1] [LIMIT offset_count={offset:integer count:integer}] [GET pattern:pattern#1 ...+] "
                + "[order=(ASC|DESC)] [sorting=ALPHA] [STORE destination:key#2]",
        },
        new()
        {
            Name = "sort_ro", Arity = -2, Handler = _sort.SortReadOnly, Group = "generic", Since = "7.0.0",
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set | AclCategories.SortedSet | AclCategories.List | AclCategories.Dangerous,
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access), ContentKeys],
            FindKeys = SortOptions.FindKeysReadOnly,
            Complexity = "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned "
                + "elements. When the elements are not sorted, complexity is O(N).",
            Summary = "Sorts the elements of a list, set or sorted set and replies them.",
            Arguments = "key [BY pattern:pattern#1] [LIMIT offset_count={offset:integer count:integer}] [GET pattern:pattern#1 ...+] "
                + "[order=(ASC|DESC)] [sorting=ALPHA]",
        },
    ];

    private CommandSpec[] Objects() =>
    [
        new()
        {
            Name = "object", Arity = -2, Group = "generic", Since = "2.2.3",
            Complexity = "Depends on subcommand.",
            Summary = "Looks into the representation of values.",
            Subcommands =
            [
                new()
                {
                    Name = "encoding", Arity = 3, Handler = KeyObjects.Encoding, Group = "generic", Since = "2.2.3",
                    Flags = CommandFlags.ReadOnly, Categories = AclCategories.Keyspace,
                    Keys = [KeySpec.At(2, KeyFlags.RO)],
                    Complexity = "O(1)",
                    Summary = "Names the internal encoding of the value of a key.",
                    Arguments = "key",
                    Tips = ["nondeterministic_output"],
                },
                new()
                {
                    Name = "freq", Arity = 3, Handler = _objects.Frequency, Group = "generic", Since = "4.0.0",
                    Flags = CommandFlags.ReadOnly, Categories = AclCategories.Keyspace,
                    Keys = [KeySpec.At(2, KeyFlags.RO)],
                    Complexity = "O(1)",
                    Summary = "Tells the logarithmic access counter of a key.",
                    Arguments = "key",
                    Tips = ["nondeterministic_output"],
                },
                new()
                {
                    Name = "help", Arity = 2, Handler = KeyObjects.Help, Group = "generic", Since = "6.2.0",
                    Flags = CommandFlags.Loading | CommandFlags.Stale, Categories = AclCategories.Keyspace,
                    Complexity = "O(1)",
                    Summary = "Lists the subcommands.",
                },
                new()
                {
                    Name = "idletime", Arity = 3, Handler = _objects.IdleTime, Group = "generic", Since = "2.2.3",
                    Flags = CommandFlags.ReadOnly, Categories = AclCategories.Keyspace,
                    Keys = [KeySpec.At(2, KeyFlags.RO)],
                    Complexity = "O(1)",
                    Summary = "Tells for how many seconds a key has not been accessed.",
                    Arguments = "key",
                    Tips = ["nondeterministic_output"],
                },
                new()
                {
                    Name = "refcount", Arity = 3, Handler = _objects.ReferenceCount, Group = "generic", Since = "2.2.3",
                    Flags = CommandFlags.ReadOnly, Categories = AclCategories.Keyspace,
                    Keys = [KeySpec.At(2, KeyFlags.RO)],
                    Complexity = "O(1)",
                    Summary = "Tells how many references there are to the value of a key.",
                    Arguments = "key",
                    Tips = ["nondeterministic_output"],
                },
            ],
        },
    ];

    private static CommandSpec[] Replicas() =>
    [
        new()
        {
            Name = "wait", Arity = 3, Handler = Waiting.Wait, Group = "generic", Since = "3.0.0",
            Flags = CommandFlags.Blocking, Categories = AclCategories.Connection,
            Complexity = "O(1)",
            Summary = "Waits until replicas have acknowledged the writes of this connection.",
            Arguments = "numreplicas:integer timeout:integer",
            Tips = ["request_policy:all_shards", "response_policy:agg_min"],
        },
    ];
}
