namespace ModularKv.TestKit.Streams;

/// <summary>How to write one command: its name, how often it comes, and its arguments.</summary>
/// <param name="Name">As sent, in upper case; the first argument.</param>
/// <param name="Weight">Relative frequency in its group.</param>
/// <param name="Write">Adds the arguments after the name.</param>
/// <param name="Needs">The feature it belongs to; null when every server has it.</param>
public sealed record Production(string Name, int Weight, Action<Draft> Write, Feature? Needs = null);

/// <summary>An endless, seeded stream of commands, mostly valid, written by the grammars of some groups.</summary>
public sealed class CommandStream
{
    private const int MutationOneIn = 12;
    private const int ForeignOneIn = 10;

    private readonly Random random;
    private readonly IReadOnlyList<Production> all;
    private IReadOnlyList<Production> productions;
    private IReadOnlySet<Feature> missing = new HashSet<Feature>();
    private readonly Queue<Command> due = new();

    /// <param name="seed">Printed by whoever runs the stream; gives the same commands again.</param>
    /// <param name="groups">Tables such as <see cref="StringCommands.Table"/>.</param>
    public CommandStream(int seed, params IReadOnlyList<Production>[] groups)
    {
        Seed = seed;
        random = new Random(seed);
        productions = all = [.. groups.SelectMany(group => group)];
    }

    /// <summary>What the stream was started with.</summary>
    public int Seed { get; }

    /// <summary>
    /// Commands that store values of other types under the shared keys, such as <see cref="ForeignKeys.Collections"/>; empty where
    /// the server under test has no other types, and then no command can meet a key of the wrong type.
    /// </summary>
    public IReadOnlyList<Production> Foreign { get; init; } = [];

    /// <summary>Features that the server under test lacks so far: their commands stay out of the stream.</summary>
    public IReadOnlySet<Feature> Missing
    {
        get => missing;
        init
        {
            missing = value;
            productions = [.. all.Where(production => production.Needs == null || !missing.Contains(production.Needs))];
        }
    }

    /// <summary>The next command.</summary>
    public Command Next()
    {
        if (due.TryDequeue(out Command? waiting)) return waiting;
        Draft draft = new(random) { Missing = missing };
        Production production = Foreign.Count > 0 && draft.Chance(ForeignOneIn) ? draft.Pick(Foreign) : draft.Weighted(productions);
        draft.Word(production.Name);
        production.Write(draft);
        if (draft.MayBeMutated && draft.Chance(MutationOneIn)) Mutate(draft);
        foreach (Command after in draft.After) due.Enqueue(after);
        return draft.Finish();
    }

    /// <summary>One argument less, twice, or too many: arity and syntax errors of every command without a rule of its own.</summary>
    private static void Mutate(Draft draft)
    {
        List<byte[]> arguments = [.. draft.Arguments];
        int place = draft.Random.Next(1, arguments.Count + 1);
        switch (draft.Random.Next(5))
        {
            case 0 when place < arguments.Count:
                arguments.RemoveAt(place);
                break;
            case 1 when place < arguments.Count:
                arguments.Insert(place, arguments[place]);
                break;
            case 2:
                arguments.RemoveRange(1, arguments.Count - 1);
                break;
            case 3:
                arguments[0] = [.. arguments[0], (byte)'x'];
                break;
            default:
                arguments.Insert(place, draft.JunkBytes());
                break;
        }
        draft.Replace(arguments);
    }
}
