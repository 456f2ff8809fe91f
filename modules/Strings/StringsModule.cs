using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Strings.Commands;

namespace ModularKv.Strings;

/// <summary>Strings: the type and the commands of the group "string".</summary>
[Module("strings", "1.0.0", ApiLevel.Current, Summary = "Strings, counters and their commands")]
public sealed class StringsModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        StringType type = new();
        registry.Type(type);
        StringStore store = new(type);
        StringLimit limit = new(registry.Configuration.Find("proto-max-bulk-len") as MemoryParameter);
        SetCommands sets = new(store);
        registry.Commands(Setting(sets));
        registry.Commands(SettingMany(sets));
        GetCommands gets = new(type);
        registry.Commands(Getting(gets));
        registry.Commands(GettingParts(gets));
        registry.Commands(Counting(new CounterCommands(store)));
        registry.Commands(Editing(new EditCommands(store, limit)));
        registry.Commands(Comparing(new LcsCommand(type, limit)));
    }

    private static CommandSpec[] Setting(SetCommands sets) =>
    [
        new()
        {
            Name = "set", Arity = -3, Handler = sets.Set, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [new() { Index = 1, Flags = KeyFlags.RW | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags,
                Notes = "RW and ACCESS due to the optional `GET` argument" }],
            FindKeys = SetCommands.FindKeys,
            Complexity = "O(1)",
            Summary = "Stores a string, whatever the key held before.",
            Arguments =
                "key value [condition@2.6.12=(NX|XX)] [GET@6.2.0] [expiration=(EX seconds:integer@2.6.12|" +
                "PX milliseconds:integer@2.6.12|EXAT unix-time-seconds:unix-time@6.2.0|" +
                "PXAT unix-time-milliseconds:unix-time@6.2.0|KEEPTTL@6.0.0)]",
            History =
            [
                ("2.6.12", "Added the `EX`, `PX`, `NX` and `XX` options."),
                ("6.0.0", "Added the `KEEPTTL` option."),
                ("6.2.0", "Added the `GET`, `EXAT` and `PXAT` option."),
                ("7.0.0", "Allowed the `NX` and `GET` options to be used together."),
            ],
        },
        new()
        {
            Name = "setnx", Arity = 3, Handler = sets.SetIfNew, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Stores a string when the key does not exist.",
            Arguments = "key value",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `NX` argument",
        },
        new()
        {
            Name = "setex", Arity = 4, Handler = sets.SetWithSeconds, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Stores a string that expires after some seconds.",
            Arguments = "key seconds:integer value",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `EX` argument",
        },
        new()
        {
            Name = "psetex", Arity = 4, Handler = sets.SetWithMilliseconds, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "2.6.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Stores a string that expires after some milliseconds.",
            Arguments = "key milliseconds:integer value",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `PX` argument",
        },
        new()
        {
            Name = "getset", Arity = 3, Handler = sets.GetAndSet, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Stores a string and returns the one before.",
            Arguments = "key value",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`SET` with the `!GET` argument",
        },
    ];

    private static CommandSpec[] SettingMany(SetCommands sets) =>
    [
        new()
        {
            Name = "mset", Arity = -3, Handler = sets.SetMany, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "1.0.1",
            Keys = [KeySpec.Range(1, -1, 2, KeyFlags.OW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of keys to set.",
            Summary = "Stores several strings.",
            Arguments = "key_value={key value} ...",
            Tips = ["request_policy:multi_shard", "response_policy:all_succeeded"],
        },
        new()
        {
            Name = "msetnx", Arity = -3, Handler = sets.SetManyIfNew, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "1.0.1",
            Keys = [KeySpec.Range(1, -1, 2, KeyFlags.OW | KeyFlags.Insert)],
            Complexity = "O(N) where N is the number of keys to set.",
            Summary = "Stores several strings, or none when one of the keys exists.",
            Arguments = "key_value={key value} ...",
        },
    ];

    private static CommandSpec[] Getting(GetCommands gets) =>
    [
        new()
        {
            Name = "get", Arity = 2, Handler = gets.Get, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1)",
            Summary = "Returns a string.",
            Arguments = "key",
        },
        new()
        {
            Name = "mget", Arity = -2, Handler = gets.GetMany, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of keys to retrieve.",
            Summary = "Returns the strings of several keys.",
            Arguments = "key ...",
            Tips = ["request_policy:multi_shard"],
        },
        new()
        {
            Name = "getdel", Arity = 2, Handler = gets.GetAndDelete, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(1)",
            Summary = "Returns a string and deletes its key.",
            Arguments = "key",
        },
        new()
        {
            Name = "getex", Arity = -2, Handler = gets.GetAndExpire, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "6.2.0",
            Keys = [new() { Index = 1, Flags = KeyFlags.RW | KeyFlags.Access | KeyFlags.Update,
                Notes = "RW and UPDATE because it changes the TTL" }],
            Complexity = "O(1)",
            Summary = "Returns a string and sets or removes its time to live.",
            Arguments =
                "key [expiration=(EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT " +
                "unix-time-milliseconds:unix-time|PERSIST)]",
        },
    ];

    private static CommandSpec[] GettingParts(GetCommands gets) =>
    [
        new()
        {
            Name = "getrange", Arity = 4, Handler = gets.GetRange, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.String, Group = "string", Since = "2.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned " +
                "length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for " +
                "small strings.",
            Summary = "Returns a part of a string.",
            Arguments = "key start:integer end:integer",
        },
        new()
        {
            Name = "substr", Arity = 4, Handler = gets.GetRange, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned " +
                "length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for " +
                "small strings.",
            Summary = "Returns a part of a string.",
            Arguments = "key start:integer end:integer",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "2.0.0", ReplacedBy = "`GETRANGE`",
        },
        new()
        {
            Name = "strlen", Arity = 2, Handler = gets.Length, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Returns the length of a string.",
            Arguments = "key",
        },
    ];

    private static CommandSpec[] Counting(CounterCommands counters) =>
    [
        new()
        {
            Name = "incr", Arity = 2, Handler = counters.Increment, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Adds one to an integer.",
            Arguments = "key",
        },
        new()
        {
            Name = "decr", Arity = 2, Handler = counters.Decrement, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Subtracts one from an integer.",
            Arguments = "key",
        },
        new()
        {
            Name = "incrby", Arity = 3, Handler = counters.IncrementBy,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Adds a number to an integer.",
            Arguments = "key increment:integer",
        },
        new()
        {
            Name = "decrby", Arity = 3, Handler = counters.DecrementBy,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Subtracts a number from an integer.",
            Arguments = "key decrement:integer",
        },
        new()
        {
            Name = "incrbyfloat", Arity = 3, Handler = counters.IncrementByFloat,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "2.6.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(1)",
            Summary = "Adds a number with decimals to a number.",
            Arguments = "key increment:double",
        },
    ];

    private static CommandSpec[] Editing(EditCommands edits) =>
    [
        new()
        {
            Name = "append", Arity = 3, Handler = edits.Append, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.String, Group = "string", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity =
                "O(1). The amortized time complexity is O(1) assuming the appended value is small and the already present " +
                "value is of any size, since the dynamic string library used by Redis will double the free space available on " +
                "every reallocation.",
            Summary = "Adds bytes to the end of a string; creates it when missing.",
            Arguments = "key value",
        },
        new()
        {
            Name = "setrange", Arity = 4, Handler = edits.SetRange, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.String, Group = "string", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity =
                "O(1), not counting the time taken to copy the new string in place. Usually, this string is very small so the " +
                "amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of the value argument.",
            Summary = "Overwrites a part of a string; creates or extends it where needed.",
            Arguments = "key offset:integer value",
        },
    ];

    private static CommandSpec[] Comparing(LcsCommand lcs) =>
    [
        new()
        {
            Name = "lcs", Arity = -3, Handler = lcs.Run, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.String, Group = "string", Since = "7.0.0",
            Keys = [KeySpec.Range(1, 1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N*M) where N and M are the lengths of s1 and s2, respectively",
            Summary = "Finds the longest common subsequence of two strings.",
            Arguments = "key1:key key2:key#0 [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]",
        },
    ];
}
