using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.SortedSets.Commands;

namespace ModularKv.SortedSets;

/// <summary>Sorted sets: the type and the commands of the group "sorted-set".</summary>
[Module("sortedsets", "1.0.0", ApiLevel.Current, Summary = "Sorted sets and their commands")]
public sealed class SortedSetsModule : IModule
{
    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        IntegerParameter entriesMax = registry.Parameter(new IntegerParameter("zset-max-listpack-entries", 128, 0)
        {
            Aliases = ["zset-max-ziplist-entries"],
            Description = "A sorted set of more members is kept as a tree.",
        });
        MemoryParameter valueMax = registry.Parameter(new MemoryParameter("zset-max-listpack-value", 64)
        {
            Aliases = ["zset-max-ziplist-value"],
            Description = "A sorted set with a longer member, in bytes, is kept as a tree.",
        });
        SortedSetStore store = new(registry.Memory, entriesMax, valueMax);
        SortedSetType type = new(store);
        store.Type = type;
        registry.Type(type);
        LookupCommands looking = new(type);
        RangeCommands ranges = new(store);
        AlgebraCommands algebra = new(store);
        PopCommands popping = new(store);
        registry.Commands([.. Adding(new(store)), .. Removing(new(store)), .. Looking(looking), .. Counting(looking)]);
        registry.Commands([.. Ranging(ranges), .. RangingByScore(ranges), .. RangingByLex(ranges)]);
        registry.Commands([.. Combining(algebra), .. CombiningIntoKeys(algebra)]);
        registry.Commands([.. Popping(popping), .. PoppingOrWaiting(popping), .. Sampling(new(type))]);
    }

    private static CommandSpec[] Adding(AddCommands adding) =>
    [
        new()
        {
            Name = "zadd", Arity = -4, Handler = adding.Add, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)], ElementArgument = 3,
            Complexity = "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
            Summary = "Adds members with their scores, or changes the scores of those that are there.",
            Arguments =
                "key [condition@3.0.2=(NX|XX)] [comparison@6.2.0=(GT|LT)] [change=CH@3.0.2] [increment=INCR@3.0.2] "
                + "score_member={score:double member} ...",
            History =
            [
                ("2.4.0", "Accepts multiple elements."),
                ("3.0.2", "Added the `XX`, `NX`, `CH` and `INCR` options."),
                ("6.2.0", "Added the `GT` and `LT` options."),
            ],
        },
        new()
        {
            Name = "zincrby", Arity = 4, Handler = adding.IncrementBy,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Update)], ElementArgument = 3,
            Complexity = "O(log(N)) where N is the number of elements in the sorted set.",
            Summary = "Adds to a member's score.",
            Arguments = "key increment:integer member",
        },
    ];

    private static CommandSpec[] Removing(RemoveCommands removing) =>
    [
        new()
        {
            Name = "zrem", Arity = -3, Handler = removing.Remove, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)], ElementArgument = 2,
            Complexity = "O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to be removed.",
            Summary = "Removes members; an empty sorted set is deleted.",
            Arguments = "key member ...",
            History = [("2.4.0", "Accepts multiple elements.")],
        },
        new()
        {
            Name = "zremrangebyrank", Arity = 4, Handler = removing.RemoveByRank, Flags = CommandFlags.Write,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the "
                + "operation.",
            Summary = "Removes the members between two ranks.",
            Arguments = "key start:integer stop:integer",
        },
        new()
        {
            Name = "zremrangebyscore", Arity = 4, Handler = removing.RemoveByScore, Flags = CommandFlags.Write,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the "
                + "operation.",
            Summary = "Removes the members whose scores are within a range.",
            Arguments = "key min:double max:double",
        },
        new()
        {
            Name = "zremrangebylex", Arity = 4, Handler = removing.RemoveByLex, Flags = CommandFlags.Write,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.8.9",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the "
                + "operation.",
            Summary = "Removes the members that are within a range of texts.",
            Arguments = "key min max",
        },
    ];

    private static CommandSpec[] Looking(LookupCommands looking) =>
    [
        new()
        {
            Name = "zcard", Arity = 2, Handler = looking.Count, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Counts the members.",
            Arguments = "key",
        },
        new()
        {
            Name = "zscore", Arity = 3, Handler = looking.Score, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(1)",
            Summary = "Returns a member's score.",
            Arguments = "key member",
        },
        new()
        {
            Name = "zmscore", Arity = -3, Handler = looking.Scores, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(N) where N is the number of members being requested.",
            Summary = "Returns the scores of several members.",
            Arguments = "key member ...",
        },
        new()
        {
            Name = "zrank", Arity = -3, Handler = looking.Rank, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(log(N))",
            Summary = "Returns how many members come before one.",
            Arguments = "key member [WITHSCORE]",
            History = [("7.2.0", "Added the optional `WITHSCORE` argument.")],
        },
        new()
        {
            Name = "zrevrank", Arity = -3, Handler = looking.ReverseRank, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)], ElementArgument = 2,
            Complexity = "O(log(N))",
            Summary = "Returns how many members come behind one.",
            Arguments = "key member [WITHSCORE]",
            History = [("7.2.0", "Added the optional `WITHSCORE` argument.")],
        },
    ];

    private static CommandSpec[] Counting(LookupCommands looking) =>
    [
        new()
        {
            Name = "zcount", Arity = 4, Handler = looking.CountByScore, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(log(N)) with N being the number of elements in the sorted set.",
            Summary = "Counts the members whose scores are within a range.",
            Arguments = "key min:double max:double",
        },
        new()
        {
            Name = "zlexcount", Arity = 4, Handler = looking.CountByLex, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.8.9",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(log(N)) with N being the number of elements in the sorted set.",
            Summary = "Counts the members within a range of texts.",
            Arguments = "key min max",
        },
    ];

    private static CommandSpec[] Ranging(RangeCommands ranges) =>
    [
        new()
        {
            Name = "zrange", Arity = -4, Handler = ranges.Range, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
            Summary = "Returns the members within a range of ranks, scores or texts.",
            Arguments =
                "key start stop [sortby@6.2.0=(BYSCORE|BYLEX)] [REV@6.2.0] [LIMIT@6.2.0 offset_count={offset:integer count:integer}] "
                + "[WITHSCORES]",
            History = [("6.2.0", "Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options.")],
        },
        new()
        {
            Name = "zrevrange", Arity = -4, Handler = ranges.ReverseRange, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
            Summary = "Returns the members between two ranks, from the last on.",
            Arguments = "key start:integer stop:integer [WITHSCORES]",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`ZRANGE` with the `REV` argument",
        },
        new()
        {
            Name = "zrangestore", Arity = -5, Handler = ranges.Store, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.At(2, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements stored into the "
                + "destination key.",
            Summary = "Stores the members within a range under another key.",
            Arguments = "dst:key src:key min max [sortby=(BYSCORE|BYLEX)] [REV] [LIMIT offset_count={offset:integer count:integer}]",
        },
    ];

    private static CommandSpec[] RangingByScore(RangeCommands ranges) =>
    [
        new()
        {
            Name = "zrangebyscore", Arity = -4, Handler = ranges.RangeByScore, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "1.0.5",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M "
                + "is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
            Summary = "Returns the members whose scores are within a range.",
            Arguments = "key min:double max:double [WITHSCORES@2.0.0] [LIMIT offset_count={offset:integer count:integer}]",
            History = [("2.0.0", "Added the `WITHSCORES` modifier.")],
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`ZRANGE` with the `BYSCORE` argument",
        },
        new()
        {
            Name = "zrevrangebyscore", Arity = -4, Handler = ranges.ReverseRangeByScore, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M "
                + "is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
            Summary = "Returns the members whose scores are within a range, from the greatest on.",
            Arguments = "key max:double min:double [WITHSCORES] [LIMIT offset_count={offset:integer count:integer}]",
            History = [("2.1.6", "`min` and `max` can be exclusive.")],
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`ZRANGE` with the `REV` and `BYSCORE` arguments",
        },
    ];

    private static CommandSpec[] RangingByLex(RangeCommands ranges) =>
    [
        new()
        {
            Name = "zrangebylex", Arity = -4, Handler = ranges.RangeByLex, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.8.9",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M "
                + "is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
            Summary = "Returns the members within a range of texts.",
            Arguments = "key min max [LIMIT offset_count={offset:integer count:integer}]",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`ZRANGE` with the `BYLEX` argument",
        },
        new()
        {
            Name = "zrevrangebylex", Arity = -4, Handler = ranges.ReverseRangeByLex, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.8.9",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M "
                + "is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
            Summary = "Returns the members within a range of texts, from the last on.",
            Arguments = "key max min [LIMIT offset_count={offset:integer count:integer}]",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`ZRANGE` with the `REV` and `BYLEX` arguments",
        },
    ];

    private static CommandSpec[] Combining(AlgebraCommands algebra) =>
    [
        new()
        {
            Name = "zunion", Arity = -3, Handler = algebra.Union, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in "
                + "the resulting sorted set.",
            Summary = "Returns the members of any of several sorted sets.",
            Arguments = "numkeys:integer key ... [WEIGHTS weight:integer ...] [AGGREGATE aggregate=(SUM|MIN|MAX)] [WITHSCORES]",
        },
        new()
        {
            Name = "zinter", Arity = -3, Handler = algebra.Intersect, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets "
                + "and M being the number of elements in the resulting sorted set.",
            Summary = "Returns the members that several sorted sets have in common.",
            Arguments = "numkeys:integer key ... [WEIGHTS weight:integer ...] [AGGREGATE aggregate=(SUM|MIN|MAX)] [WITHSCORES]",
        },
        new()
        {
            Name = "zdiff", Arity = -3, Handler = algebra.Difference, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first "
                + "set, and K is the size of the result set.",
            Summary = "Returns the members of the first sorted set that no other has.",
            Arguments = "numkeys:integer key ... [WITHSCORES]",
        },
        new()
        {
            Name = "zintercard", Arity = -3, Handler = algebra.CountIntersection, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "7.0.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted sets.",
            Summary = "Counts the members that several sorted sets have in common.",
            Arguments = "numkeys:integer key ... [LIMIT limit:integer]",
        },
    ];

    private static CommandSpec[] CombiningIntoKeys(AlgebraCommands algebra) =>
    [
        new()
        {
            Name = "zunionstore", Arity = -4, Handler = algebra.StoreUnion, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Counted(2, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in "
                + "the resulting sorted set.",
            Summary = "Stores the members of any of several sorted sets.",
            Arguments = "destination:key numkeys:integer key ... [WEIGHTS weight:integer ...] [AGGREGATE aggregate=(SUM|MIN|MAX)]",
        },
        new()
        {
            Name = "zinterstore", Arity = -4, Handler = algebra.StoreIntersection, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.0.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Counted(2, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets "
                + "and M being the number of elements in the resulting sorted set.",
            Summary = "Stores the members that several sorted sets have in common.",
            Arguments = "destination:key numkeys:integer key ... [WEIGHTS weight:integer ...] [AGGREGATE aggregate=(SUM|MIN|MAX)]",
        },
        new()
        {
            Name = "zdiffstore", Arity = -4, Handler = algebra.StoreDifference, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.OW | KeyFlags.Update), KeySpec.Counted(2, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first "
                + "set, and K is the size of the result set.",
            Summary = "Stores the members of the first sorted set that no other has.",
            Arguments = "destination:key numkeys:integer key ...",
        },
    ];

    private static CommandSpec[] Popping(PopCommands popping) =>
    [
        new()
        {
            Name = "zpopmin", Arity = -2, Handler = popping.PopMin, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "5.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
            Summary = "Removes and returns the members with the lowest scores.",
            Arguments = "key [count:integer]",
        },
        new()
        {
            Name = "zpopmax", Arity = -2, Handler = popping.PopMax, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "5.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
            Summary = "Removes and returns the members with the highest scores.",
            Arguments = "key [count:integer]",
        },
        new()
        {
            Name = "zmpop", Arity = -4, Handler = popping.PopMany, Flags = CommandFlags.Write,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "7.0.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity =
                "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M "
                + "being the number of elements popped.",
            Summary = "Removes and returns members from an end of the first sorted set that has any.",
            Arguments = "numkeys:integer key ... where=(MIN|MAX) [COUNT count:integer]",
        },
    ];

    private static CommandSpec[] PoppingOrWaiting(PopCommands popping) =>
    [
        new()
        {
            Name = "bzpopmin", Arity = -3, Handler = popping.BlockingPopMin,
            Flags = CommandFlags.Write | CommandFlags.Fast | CommandFlags.Blocking,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "5.0.0",
            Keys = [KeySpec.Range(1, -2, 1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(log(N)) with N being the number of elements in the sorted set.",
            Summary = "Removes and returns the first member of the first sorted set that has one; waits for it.",
            Arguments = "key ... timeout:double",
            History = [("6.0.0", "`timeout` is interpreted as a double instead of an integer.")],
        },
        new()
        {
            Name = "bzpopmax", Arity = -3, Handler = popping.BlockingPopMax,
            Flags = CommandFlags.Write | CommandFlags.Fast | CommandFlags.Blocking,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "5.0.0",
            Keys = [KeySpec.Range(1, -2, 1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(log(N)) with N being the number of elements in the sorted set.",
            Summary = "Removes and returns the last member of the first sorted set that has one; waits for it.",
            Arguments = "key ... timeout:double",
            History = [("6.0.0", "`timeout` is interpreted as a double instead of an integer.")],
        },
        new()
        {
            Name = "bzmpop", Arity = -5, Handler = popping.BlockingPopMany, Flags = CommandFlags.Write | CommandFlags.Blocking,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "7.0.0",
            Keys = [KeySpec.Counted(2, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity =
                "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M "
                + "being the number of elements popped.",
            Summary = "Removes and returns members from an end of the first sorted set that has any; waits for one.",
            Arguments = "timeout:double numkeys:integer key ... where=(MIN|MAX) [COUNT count:integer]",
        },
    ];

    private static CommandSpec[] Sampling(SampleCommands samples) =>
    [
        new()
        {
            Name = "zrandmember", Arity = -2, Handler = samples.Random, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity = "O(N) where N is the number of members returned",
            Summary = "Returns members chosen at random.",
            Arguments = "key [options={count:integer [WITHSCORES]}]",
            Tips = ["nondeterministic_output"],
        },
        new()
        {
            Name = "zscan", Arity = -3, Handler = samples.Scan, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.SortedSet, Group = "sorted-set", Since = "2.8.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to "
                + "0. N is the number of elements inside the collection.",
            Summary = "Walks over members and scores by cursor.",
            Arguments = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
            Tips = ["nondeterministic_output"],
        },
    ];
}
