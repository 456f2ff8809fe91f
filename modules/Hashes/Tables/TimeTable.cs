using ModularKv.Abstractions;
using ModularKv.Hashes.Commands;

namespace ModularKv.Hashes.Tables;

/// <summary>The rows of commands on the times to live of fields.</summary>
internal static class TimeTable
{
    public static CommandSpec[] Setting(FieldTimes times) =>
    [
        new()
        {
            Name = "hexpire", Arity = -6, Handler = times.Expire, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Gives fields a time to live in seconds.",
            Arguments = "key seconds:integer [condition=(NX|XX|GT|LT)] FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hpexpire", Arity = -6, Handler = times.ExpireMs,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Gives fields a time to live in milliseconds.",
            Arguments = "key milliseconds:integer [condition=(NX|XX|GT|LT)] FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hexpireat", Arity = -6, Handler = times.ExpireAt,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Gives fields a Unix time in seconds at which they go.",
            Arguments = "key unix-time-seconds:unix-time [condition=(NX|XX|GT|LT)] FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hpexpireat", Arity = -6, Handler = times.ExpireAtMs,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Gives fields a Unix time in milliseconds at which they go.",
            Arguments = "key unix-time-milliseconds:unix-time [condition=(NX|XX|GT|LT)] FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hpersist", Arity = -5, Handler = times.Persist, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Takes the times to live of fields away.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
        },
    ];

    public static CommandSpec[] Telling(FieldTimes times) =>
    [
        new()
        {
            Name = "httl", Arity = -5, Handler = times.Seconds, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns how many seconds fields have left.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "hpttl", Arity = -5, Handler = times.Milliseconds, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns how many milliseconds fields have left.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "hexpiretime", Arity = -5, Handler = times.UnixSeconds, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns the Unix time in seconds at which fields go.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hpexpiretime", Arity = -5, Handler = times.UnixMilliseconds, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "7.4.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns the Unix time in milliseconds at which fields go.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
        },
    ];
}
