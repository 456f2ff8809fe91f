namespace ModularKv.TestKit.Streams;

/// <summary>How to write one command: its name, how often it comes, and its arguments.</summary>
/// <param name="Name">As sent, in upper case; the first argument.</param>
/// <param name="Weight">Relative frequency in its group.</param>
/// <param name="Write">Adds the arguments after the name.</param>
public sealed record Production(string Name, int Weight, Action<Draft> Write);

/// <summary>An endless, seeded stream of commands, mostly valid, written by the grammars of some groups.</summary>
public sealed class CommandStream
{
    private const int MutationOneIn = 12;
    private const int ForeignOneIn = 10;

    private readonly Random random;
    private readonly List<Production> productions;
    private readonly int weights;
    private readonly Queue<Command> due = new();

    /// <param name="seed">Printed by whoever runs the stream; gives the same commands again.</param>
    /// <param name="groups">Tables such as <see cref="StringCommands.Table"/>.</param>
    public CommandStream(int seed, params IReadOnlyList<Production>[] groups)
    {
        Seed = seed;
        random = new Random(seed);
        productions = [.. groups.SelectMany(group => group)];
        weights = productions.Sum(production => production.Weight);
    }

    /// <summary>What the stream was started with.</summary>
    public int Seed { get; }

    /// <summary>
    /// Commands that store values of other types under the shared keys, such as <see cref="ForeignKeys.Collections"/>; empty where
    /// the server under test has no other types, and then no command can meet a key of the wrong type.
    /// </summary>
    public IReadOnlyList<Production> Foreign { get; init; } = [];

    /// <summary>The next command.</summary>
    public Command Next()
    {
        if (due.TryDequeue(out Command? waiting)) return waiting;
        Draft draft = new(random);
        Production production = Foreign.Count > 0 && draft.Chance(ForeignOneIn) ? draft.Pick(Foreign) : Weighted();
        draft.Word(production.Name);
        production.Write(draft);
        if (draft.MayBeMutated && draft.Chance(MutationOneIn)) Mutate(draft);
        foreach (Command after in draft.After) due.Enqueue(after);
        return draft.Finish();
    }

    private Production Weighted()
    {
        int at = random.Next(weights);
        foreach (Production production in productions)
        {
            at -= production.Weight;
            if (at < 0) return production;
        }
        return productions[^1];
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
