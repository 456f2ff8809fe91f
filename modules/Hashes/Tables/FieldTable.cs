using ModularKv.Abstractions;
using ModularKv.Hashes.Commands;

namespace ModularKv.Hashes.Tables;

/// <summary>The rows of commands on fields and their values.</summary>
internal static class FieldTable
{
    public static CommandSpec[] Writing(FieldWrites writes, FieldSetting setting) =>
    [
        new()
        {
            Name = "hset", Arity = -4, Handler = writes.Set, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)], ElementArgument = 2,
            Complexity =
                "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called " +
                "with multiple field/value pairs.",
            Summary = "Sets fields of a hash, which is created when missing.",
            Arguments = "key field_value={field value} ...",
            History = [("4.0.0", "Accepts multiple `field` and `value` arguments.")],
        },
        new()
        {
            Name = "hmset", Arity = -4, Handler = writes.SetMany, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of fields being set.",
            Summary = "Sets fields of a hash.",
            Arguments = "key field_value={field value} ...",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "4.0.0", ReplacedBy = "`HSET` with multiple field-value pairs",
        },
        new()
        {
            Name = "hsetnx", Arity = 4, Handler = writes.SetIfNew, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Sets a field of a hash when it does not exist.",
            Arguments = "key field value",
        },
        new()
        {
            Name = "hsetex", Arity = -6, Handler = setting.Run, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "8.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Sets fields of a hash, with conditions and a time to live.",
            Arguments =
                "key [condition=(FNX|FXX)] [expiration=(EX seconds:integer|PX milliseconds:integer|EXAT unix-time-" +
                "seconds:unix-time|PXAT unix-time-milliseconds:unix-time|KEEPTTL)] FIELDS fields={numfields:integer " +
                "data={field value} ...}",
        },
        new()
        {
            Name = "hdel", Arity = -3, Handler = writes.Delete, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of fields to be removed.",
            Summary = "Removes fields of a hash, and the hash with its last field.",
            Arguments = "key field ...",
            History = [("2.4.0", "Accepts multiple `field` arguments.")],
        },
    ];

    public static CommandSpec[] Reading(FieldReads reads, FieldTaking taking) =>
    [
        new()
        {
            Name = "hget", Arity = 3, Handler = reads.Get, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Returns the value of a field.",
            Arguments = "key field",
        },
        new()
        {
            Name = "hmget", Arity = -3, Handler = reads.GetMany, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of fields being requested.",
            Summary = "Returns the values of several fields.",
            Arguments = "key field ...",
        },
        new()
        {
            Name = "hgetex", Arity = -5, Handler = taking.GetAndExpire, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "8.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns the values of fields and sets or removes their times to live.",
            Arguments =
                "key [expiration=(EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT " +
                "unix-time-milliseconds:unix-time|PERSIST)] FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hgetdel", Arity = -5, Handler = taking.GetAndDelete, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "8.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of specified fields",
            Summary = "Returns the values of fields and removes them.",
            Arguments = "key FIELDS fields={numfields:integer field ...}",
        },
        new()
        {
            Name = "hlen", Arity = 2, Handler = reads.Length, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Returns the number of fields.",
            Arguments = "key",
        },
        new()
        {
            Name = "hstrlen", Arity = 3, Handler = reads.ValueLength, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "3.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Returns the length of a field's value.",
            Arguments = "key field",
        },
        new()
        {
            Name = "hexists", Arity = 3, Handler = reads.Exists, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Tells whether a field exists.",
            Arguments = "key field",
        },
    ];

    public static CommandSpec[] Listing(FieldListing listing, FieldSampling sampling) =>
    [
        new()
        {
            Name = "hgetall", Arity = 2, Handler = listing.All, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the size of the hash.",
            Summary = "Returns all fields with their values.",
            Arguments = "key",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "hkeys", Arity = 2, Handler = listing.Fields, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the size of the hash.",
            Summary = "Returns all fields.",
            Arguments = "key",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "hvals", Arity = 2, Handler = listing.Values, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the size of the hash.",
            Summary = "Returns the values of all fields.",
            Arguments = "key",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "hscan", Arity = -3, Handler = listing.Scan, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.8.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to" +
                " return back to 0. N is the number of elements inside the collection.",
            Summary = "Walks over the fields of a hash in steps.",
            Arguments = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "hrandfield", Arity = -2, Handler = sampling.Run, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Hash, Group = "hash", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of fields returned",
            Summary = "Returns fields chosen at random.",
            Arguments = "key [options={count:integer [WITHVALUES]}]",
            Tips = ["nondeterministic_output"],
        },
    ];

    public static CommandSpec[] Counting(FieldCounters counters) =>
    [
        new()
        {
            Name = "hincrby", Arity = 4, Handler = counters.Increment,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Adds a number to an integer in a field.",
            Arguments = "key field increment:integer",
        },
        new()
        {
            Name = "hincrbyfloat", Arity = 4, Handler = counters.IncrementByFloat,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Hash, Group = "hash", Since = "2.6.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Adds a number with decimals to a number in a field.",
            Arguments = "key field increment:double",
        },
    ];
}
