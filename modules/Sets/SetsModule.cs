using ModularKv.Abstractions;
using ModularKv.Sets.Commands;

namespace ModularKv.Sets;

/// <summary>Sets: the type and the commands of the group "set".</summary>
[Module("sets", "1.0.0", ApiLevel.Current, Summary = "Sets of strings, their algebra and random samples of them")]
public sealed class SetsModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        SetLimits limits = new();
        limits.Register(registry);
        SetType type = new(registry.Memory, limits);
        registry.Type(type);
        SetStore store = new(type, limits, registry.Memory);
        SetMembers members = new(store);
        registry.Commands(Changes(members));
        registry.Commands(Reads(members, new SetScan(type)));
        SetAlgebra algebra = new(store);
        registry.Commands(Intersections(algebra));
        registry.Commands(UnionsAndDifferences(algebra));
        registry.Commands(Sampling(new SetSampling(store, registry.Server.Random)));
    }

    private static CommandSpec[] Changes(SetMembers members) =>
    [
        new()
        {
            Name = "sadd", Arity = -3, Handler = members.Add,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)], ElementArgument = 2,
            Complexity = "O(1) for each element added, so O(N) to add N elements when the command is called with multiple "
                + "arguments.",
            Summary = "Adds members to a set; creates it when missing.",
            Arguments = "key member ...",
            History = [("2.4.0", "Accepts multiple `member` arguments.")],
        },
        new()
        {
            Name = "srem", Arity = -3, Handler = members.Remove,
            Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of members to be removed.",
            Summary = "Removes members from a set; deletes it when it becomes empty.",
            Arguments = "key member ...",
            History = [("2.4.0", "Accepts multiple `member` arguments.")],
        },
        new()
        {
            Name = "smove", Arity = 4, Handler = members.Move,
            Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)],
            ElementArgument = 3,
            Complexity = "O(1)",
            Summary = "Moves a member from one set to another.",
            Arguments = "source:key destination:key member",
        },
    ];

    private static CommandSpec[] Reads(SetMembers members, SetScan scan) =>
    [
        new()
        {
            Name = "sismember", Arity = 3, Handler = members.IsMember,
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Tells whether a set has a member.",
            Arguments = "key member",
        },
        new()
        {
            Name = "smismember", Arity = -3, Handler = members.AreMembers,
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of elements being checked for membership",
            Summary = "Tells of several members whether a set has them.",
            Arguments = "key member ...",
        },
        new()
        {
            Name = "scard", Arity = 2, Handler = members.Count,
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Counts the members of a set.",
            Arguments = "key",
        },
        new()
        {
            Name = "smembers", Arity = 2, Handler = members.All,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the set cardinality.",
            Summary = "Returns all members of a set.",
            Arguments = "key",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "sscan", Arity = -3, Handler = scan.Scan,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "2.8.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to "
                + "return back to 0. N is the number of elements inside the collection.",
            Summary = "Goes through the members of a set by pieces.",
            Arguments = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
            Tips = ["nondeterministic_output"],
        },
    ];

    private static CommandSpec[] Intersections(SetAlgebra algebra) =>
    [
        new()
        {
            Name = "sinter", Arity = -2, Handler = algebra.Intersect,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
            Summary = "Returns the members that all of some sets have.",
            Arguments = "key ...",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "sinterstore", Arity = -3, Handler = algebra.IntersectAndStore,
            Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Range(2, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
            Summary = "Stores the members that all of some sets have.",
            Arguments = "destination:key key ...",
        },
        new()
        {
            Name = "sintercard", Arity = -3, Handler = algebra.CountIntersection,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "7.0.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
            Summary = "Counts the members that all of some sets have.",
            Arguments = "numkeys:integer key ... [LIMIT limit:integer]",
        },
    ];

    private static CommandSpec[] UnionsAndDifferences(SetAlgebra algebra) =>
    [
        new()
        {
            Name = "sunion", Arity = -2, Handler = algebra.Unite,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the total number of elements in all given sets.",
            Summary = "Returns the members that any of some sets has.",
            Arguments = "key ...",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "sunionstore", Arity = -3, Handler = algebra.UniteAndStore,
            Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Range(2, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the total number of elements in all given sets.",
            Summary = "Stores the members that any of some sets has.",
            Arguments = "destination:key key ...",
        },
        new()
        {
            Name = "sdiff", Arity = -2, Handler = algebra.Subtract,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.Range(1, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the total number of elements in all given sets.",
            Summary = "Returns the members of a set that none of some others has.",
            Arguments = "key ...",
            Tips = ["nondeterministic_output_order"],
        },
        new()
        {
            Name = "sdiffstore", Arity = -3, Handler = algebra.SubtractAndStore,
            Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Range(2, -1, 1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the total number of elements in all given sets.",
            Summary = "Stores the members of a set that none of some others has.",
            Arguments = "destination:key key ...",
        },
    ];

    private static CommandSpec[] Sampling(SetSampling sampling) =>
    [
        new()
        {
            Name = "spop", Arity = -2, Handler = sampling.Pop,
            Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
            Summary = "Removes members chosen at random and returns them; deletes the set when it becomes empty.",
            Arguments = "key [count:integer@3.2.0]",
            History = [("3.2.0", "Added the `count` argument.")],
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "srandmember", Arity = -2, Handler = sampling.Random,
            Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.Set, Group = "set", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
            Summary = "Returns members chosen at random.",
            Arguments = "key [count:integer@2.6.0]",
            History = [("2.6.0", "Added the optional `count` argument.")],
            Tips = ["nondeterministic_output"],
        },
    ];
}
