using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.PubSub.KeyEvents;

/// <summary>notify-keyspace-events: which events are published, and on which channels.</summary>
internal sealed class EventClassesParameter() : Parameter<int>("notify-keyspace-events", 0)
{
    /// <summary>K: on __keyspace@db__:key.</summary>
    public const int KeyspaceChannel = 1;

    /// <summary>E: on __keyevent@db__:event.</summary>
    public const int EventChannel = 2;

    private const string Refusal = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

    // In the order in which Redis shows them; A stands for the first group, m and n must be asked for.
    private static readonly (char Letter, int Flag)[] InAll =
    [
        ('g', (int)KeyEventClass.Generic), ('$', (int)KeyEventClass.String), ('l', (int)KeyEventClass.List), ('s', (int)KeyEventClass.Set),
        ('h', (int)KeyEventClass.Hash), ('z', (int)KeyEventClass.SortedSet), ('x', (int)KeyEventClass.Expired),
        ('e', (int)KeyEventClass.Evicted), ('t', (int)KeyEventClass.Stream), ('d', (int)KeyEventClass.Module),
    ];

    private static readonly (char Letter, int Flag)[] Others =
    [
        ('n', (int)KeyEventClass.New), ('K', KeyspaceChannel), ('E', EventChannel), ('m', (int)KeyEventClass.KeyMiss),
    ];

    private static readonly int All = InAll.Sum(one => one.Flag);

    /// <summary>Whether anything is published at all: some class, on some channel.</summary>
    public bool IsOn => (Value & (KeyspaceChannel | EventChannel)) != 0 && (Value & ~(KeyspaceChannel | EventChannel)) != 0;

    /// <summary>Whether events of the class are published.</summary>
    public bool Has(KeyEventClass eventClass) => (Value & (int)eventClass) != 0;

    /// <inheritdoc/>
    public override SetOutcome Set(ReadOnlySpan<string> arguments, ParameterSource source, out string? error)
    {
        error = arguments.Length == 1 ? null : "wrong number of arguments";
        if (error is not null) return SetOutcome.Refused;
        int flags = 0;
        foreach (char letter in arguments[0])
        {
            int flag = letter == 'A' ? All : InAll.Concat(Others).FirstOrDefault(one => one.Letter == letter).Flag;
            if (flag == 0)
            {
                error = Refusal;
                return SetOutcome.Refused;
            }

            flags |= flag;
        }

        return Store(flags, out error);
    }

    /// <inheritdoc/>
    /// <remarks>As in Redis 7.0, n is not shown beside A.</remarks>
    public override string Format() => Text(showsNew: false);

    /// <inheritdoc/>
    protected override string FormatForFile() => "\"" + Text(showsNew: true) + "\"";

    private string Text(bool showsNew)
    {
        bool all = (Value & All) == All;
        var text = new StringBuilder(all ? "A" : "");
        foreach ((char letter, int flag) in InAll)
        {
            if (!all && (Value & flag) != 0) text.Append(letter);
        }

        foreach ((char letter, int flag) in Others)
        {
            if ((Value & flag) != 0 && (letter != 'n' || !all || showsNew)) text.Append(letter);
        }

        return text.ToString();
    }
}
