using ModularKv.Abstractions;
using ModularKv.Lists.Commands;

namespace ModularKv.Lists;

/// <summary>The rows of the command table, by family.</summary>
internal static class ListCommandTable
{
    public static CommandSpec[] Pushing(PushCommands pushes) =>
    [
        new()
        {
            Name = "lpush", Arity = -3, Handler = pushes.PushLeft, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
            Summary = "Puts elements before the first of a list; creates it when missing.",
            Arguments = "key element ...",
            History = [("2.4.0", "Accepts multiple `element` arguments.")],
        },
        new()
        {
            Name = "rpush", Arity = -3, Handler = pushes.PushRight, Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
            Summary = "Puts elements behind the last of a list; creates it when missing.",
            Arguments = "key element ...",
            History = [("2.4.0", "Accepts multiple `element` arguments.")],
        },
        new()
        {
            Name = "lpushx", Arity = -3, Handler = pushes.PushLeftExisting,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
            Summary = "Puts elements before the first of a list that exists.",
            Arguments = "key element ...",
            History = [("4.0.0", "Accepts multiple `element` arguments.")],
        },
        new()
        {
            Name = "rpushx", Arity = -3, Handler = pushes.PushRightExisting,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
            Summary = "Puts elements behind the last of a list that exists.",
            Arguments = "key element ...",
            History = [("4.0.0", "Accepts multiple `element` arguments.")],
        },
    ];

    public static CommandSpec[] Popping(PopCommands pops) =>
    [
        new()
        {
            Name = "lpop", Arity = -2, Handler = pops.PopLeft, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of elements returned",
            Summary = "Removes and returns the first elements of a list.",
            Arguments = "key [count:integer@6.2.0]",
            History = [("6.2.0", "Added the `count` argument.")],
        },
        new()
        {
            Name = "rpop", Arity = -2, Handler = pops.PopRight, Flags = CommandFlags.Write | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of elements returned",
            Summary = "Removes and returns the last elements of a list.",
            Arguments = "key [count:integer@6.2.0]",
            History = [("6.2.0", "Added the `count` argument.")],
        },
        new()
        {
            Name = "lmpop", Arity = -4, Handler = pops.PopMany, Flags = CommandFlags.Write,
            Categories = AclCategories.List, Group = "list", Since = "7.0.0",
            Keys = [KeySpec.Counted(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
            Summary = "Removes and returns elements of the first list that has any.",
            Arguments = "numkeys:integer key ... where=(LEFT|RIGHT) [COUNT count:integer]",
        },
    ];

    public static CommandSpec[] Reading(ReadCommands reads) =>
    [
        new()
        {
            Name = "llen", Arity = 2, Handler = reads.Length, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO)],
            Complexity = "O(1)",
            Summary = "Returns the number of elements of a list.",
            Arguments = "key",
        },
        new()
        {
            Name = "lindex", Arity = 3, Handler = reads.Index, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the " +
                "first or the last element of the list O(1).",
            Summary = "Returns the element at an index.",
            Arguments = "key index:integer",
        },
        new()
        {
            Name = "lrange", Arity = 4, Handler = reads.Range, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for " +
                "large lists; and N is the number of elements in the specified range.",
            Summary = "Returns the elements from one index to another.",
            Arguments = "key start:integer stop:integer",
        },
        new()
        {
            Name = "lpos", Arity = -3, Handler = reads.Position, Flags = CommandFlags.ReadOnly,
            Categories = AclCategories.List, Group = "list", Since = "6.0.6",
            Keys = [KeySpec.At(1, KeyFlags.RO | KeyFlags.Access)],
            Complexity =
                "O(N) where N is the number of elements in the list, for the average case. When searching for elements near the" +
                " head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.",
            Summary = "Finds the indexes at which an element stands.",
            Arguments = "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]",
        },
    ];

    public static CommandSpec[] Editing(EditCommands edits) =>
    [
        new()
        {
            Name = "lset", Arity = 4, Handler = edits.Set, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Update)],
            Complexity = "O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).",
            Summary = "Replaces the element at an index.",
            Arguments = "key index:integer element",
        },
        new()
        {
            Name = "linsert", Arity = 5, Handler = edits.Insert, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.List, Group = "list", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Insert)],
            Complexity =
                "O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting " +
                "somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end " +
                "(tail) is O(N).",
            Summary = "Inserts an element before or behind another.",
            Arguments = "key where=(BEFORE|AFTER) pivot element",
        },
        new()
        {
            Name = "ltrim", Arity = 4, Handler = edits.Trim, Flags = CommandFlags.Write,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of elements to be removed by the operation.",
            Summary = "Keeps the elements from one index to another and removes the others.",
            Arguments = "key start:integer stop:integer",
        },
        new()
        {
            Name = "lrem", Arity = 4, Handler = edits.Remove, Flags = CommandFlags.Write,
            Categories = AclCategories.List, Group = "list", Since = "1.0.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Delete)],
            Complexity = "O(N+M) where N is the length of the list and M is the number of elements removed.",
            Summary = "Removes elements that equal a given one.",
            Arguments = "key count:integer element",
        },
    ];

    public static CommandSpec[] Moving(MoveCommands moves) =>
    [
        new()
        {
            Name = "lmove", Arity = 5, Handler = moves.Move, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.List, Group = "list", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Moves an element from an end of one list to an end of another.",
            Arguments = "source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT)",
        },
        new()
        {
            Name = "rpoplpush", Arity = 3, Handler = moves.PopPush, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            Categories = AclCategories.List, Group = "list", Since = "1.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Moves the last element of a list to the head of another.",
            Arguments = "source:key destination:key",
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`LMOVE` with the `RIGHT` and `LEFT` arguments",
        },
        new()
        {
            Name = "blmove", Arity = 6, Handler = moves.MoveBlocking,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Blocking,
            Categories = AclCategories.List, Group = "list", Since = "6.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Moves an element between two lists; waits for one.",
            Arguments = "source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT) timeout:double",
        },
        new()
        {
            Name = "brpoplpush", Arity = 4, Handler = moves.PopPushBlocking,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Blocking,
            Categories = AclCategories.List, Group = "list", Since = "2.2.0",
            Keys = [KeySpec.At(1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete), KeySpec.At(2, KeyFlags.RW | KeyFlags.Insert)],
            Complexity = "O(1)",
            Summary = "Moves the last element of a list to the head of another; waits for one.",
            Arguments = "source:key destination:key timeout:double",
            History = [("6.0.0", "`timeout` is interpreted as a double instead of an integer.")],
            DocFlags = DocFlags.Deprecated, DeprecatedSince = "6.2.0",
            ReplacedBy = "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
        },
    ];

    public static CommandSpec[] Waiting(BlockingPops waiting) =>
    [
        new()
        {
            Name = "blpop", Arity = -3, Handler = waiting.PopLeft, Flags = CommandFlags.Write | CommandFlags.Blocking,
            Categories = AclCategories.List, Group = "list", Since = "2.0.0",
            Keys = [KeySpec.Range(1, -2, 1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of provided keys.",
            Summary = "Removes and returns the first element of the first list that has any; waits for one.",
            Arguments = "key ... timeout:double",
            History = [("6.0.0", "`timeout` is interpreted as a double instead of an integer.")],
        },
        new()
        {
            Name = "brpop", Arity = -3, Handler = waiting.PopRight, Flags = CommandFlags.Write | CommandFlags.Blocking,
            Categories = AclCategories.List, Group = "list", Since = "2.0.0",
            Keys = [KeySpec.Range(1, -2, 1, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N) where N is the number of provided keys.",
            Summary = "Removes and returns the last element of the first list that has any; waits for one.",
            Arguments = "key ... timeout:double",
            History = [("6.0.0", "`timeout` is interpreted as a double instead of an integer.")],
        },
        new()
        {
            Name = "blmpop", Arity = -5, Handler = waiting.PopMany, Flags = CommandFlags.Write | CommandFlags.Blocking,
            Categories = AclCategories.List, Group = "list", Since = "7.0.0",
            Keys = [KeySpec.Counted(2, KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete)],
            Complexity = "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
            Summary = "Removes and returns elements of the first list that has any; waits for one.",
            Arguments = "timeout:double numkeys:integer key ... where=(LEFT|RIGHT) [COUNT count:integer]",
        },
    ];
}
