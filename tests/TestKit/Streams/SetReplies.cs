using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>The set commands whose replies depend on order or chance.</summary>
public static class SetReplies
{
    /// <summary>For <see cref="ReplyRules"/>.</summary>
    public static IReadOnlyList<ReplyRule> Rules { get; } =
    [
        new("SMEMBERS", "the order of a set is not defined", SameMembers),
        new("SINTER", "as SMEMBERS", SameMembers),
        new("SUNION", "as SMEMBERS", SameMembers),
        new("SDIFF", "as SMEMBERS", SameMembers),
        new("SPOP", "the choice is random", SameNumber),
        new("SRANDMEMBER", "the choice is random", SameNumber),
        new("SSCAN", "cursors are each server's own; what comes whole is compared", SameScan),
    ];

    private static bool SameMembers(Command command, Reply ours, Reply theirs) =>
        ours.Kind == theirs.Kind && Sorted(ours).SequenceEqual(Sorted(theirs));

    private static bool SameNumber(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind || ours.IsNull != theirs.IsNull || ours.Items.Count != theirs.Items.Count) return false;
        bool isWhole = command.Arguments.Count == 3 && command.Word(2) == "1000000";
        return !isWhole || Sorted(ours).SequenceEqual(Sorted(theirs));
    }

    private static bool SameScan(Command command, Reply ours, Reply theirs)
    {
        if (ours.Kind != theirs.Kind || ours.Items.Count != theirs.Items.Count) return false;
        if (ours.Items.Count != 2 || command.Word(2) != "0") return true;
        bool areWhole = ours.Items[0].Text == "0" && theirs.Items[0].Text == "0";
        return !areWhole || Sorted(ours.Items[1]).SequenceEqual(Sorted(theirs.Items[1]));
    }

    private static IEnumerable<string> Sorted(Reply reply) =>
        reply.Items.Select(item => Encoding.Latin1.GetString(item.Raw)).Order(StringComparer.Ordinal);
}
