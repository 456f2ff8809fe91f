using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>SORT where the order of its reply is not defined: unsorted sets, and texts of equal weight.</summary>
public static class SortReplies
{
    /// <summary>For <see cref="ReplyRules"/>.</summary>
    public static IReadOnlyList<ReplyRule> Rules { get; } =
    [
        new("SORT", "the order of a set, and of elements of equal weight, is not defined", SameElements),
        new("SORT_RO", "as SORT", SameElements),
    ];

    /// <summary>BY a pattern without a star does not sort; ALPHA by a pattern may find equal texts.</summary>
    public static bool IsUnordered(Command command)
    {
        int by = Enumerable.Range(2, Math.Max(0, command.Arguments.Count - 2)).LastOrDefault(i => command.Word(i) == "BY");
        return by > 0 && (!command.Word(by + 1).Contains('*', StringComparison.Ordinal) || Has(command, "ALPHA"));
    }

    private static bool SameElements(Command command, Reply ours, Reply theirs) =>
        IsUnordered(command) && ours.Kind == theirs.Kind && ours.Items.Count == theirs.Items.Count
        && (Has(command, "LIMIT") || Sorted(ours).SequenceEqual(Sorted(theirs)));

    private static bool Has(Command command, string word) =>
        Enumerable.Range(2, command.Arguments.Count - 2).Any(i => command.Word(i) == word);

    private static IEnumerable<string> Sorted(Reply reply) =>
        reply.Items.Select(item => Encoding.Latin1.GetString(item.Raw)).Order(StringComparer.Ordinal);
}
