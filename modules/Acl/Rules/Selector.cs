using ModularKv.Abstractions;

namespace ModularKv.Acl.Rules;

/// <summary>A set of commands, keys and channels that may be used together. The first one of a user is its root.</summary>
internal sealed class Selector
{
    private Dictionary<int, List<byte[]>>? _firstArguments;

    /// <param name="allChannels">What acl-pubsub-default says.</param>
    public Selector(bool allChannels) => AllChannels = allChannels;

    private Selector(Selector other)
    {
        AllKeys = other.AllKeys;
        AllChannels = other.AllChannels;
        AllCommands = other.AllCommands;
        Keys = other.Keys;
        Channels = other.Channels;
        Commands.Assume(other.Commands);
        if (other._firstArguments is null) return;
        _firstArguments = other._firstArguments.ToDictionary(pair => pair.Key, pair => new List<byte[]>(pair.Value));
    }

    /// <summary>Every key.</summary>
    public bool AllKeys { get; private set; }

    /// <summary>Every channel.</summary>
    public bool AllChannels { get; private set; }

    /// <summary>Every command, those to come too, and none was ever taken out.</summary>
    public bool AllCommands { get; private set; }

    /// <summary>The commands.</summary>
    public CommandBits Commands { get; } = new();

    /// <summary>Patterns of keys, in the order in which they came.</summary>
    public KeyPattern[] Keys { get; private set; } = [];

    /// <summary>Patterns of channels, in the order in which they came.</summary>
    public KeyPattern[] Channels { get; private set; } = [];

    /// <summary>Whether nothing is forbidden.</summary>
    public bool IsEverything => AllKeys && AllChannels && AllCommands;

    /// <summary>A copy with a life of its own.</summary>
    public Selector Copy() => new(this);

    /// <summary>All keys or none.</summary>
    public void ResetKeys(bool all) => (AllKeys, Keys) = (all, []);

    /// <summary>All channels or none.</summary>
    public void ResetChannels(bool all) => (AllChannels, Channels) = (all, []);

    /// <summary>All commands or none.</summary>
    public void ResetCommands(bool all)
    {
        Commands.SetAll(all);
        AllCommands = all;
        _firstArguments = null;
    }

    /// <summary>Adds a pattern of keys, or the access to one that stands already.</summary>
    public void AddKeys(ReadOnlySpan<byte> pattern, KeyAccess access)
    {
        for (int i = 0; i < Keys.Length; i++)
        {
            if (!pattern.SequenceEqual(Keys[i].Pattern)) continue;
            KeyPattern[] changed = [.. Keys];
            changed[i] = new KeyPattern(Keys[i].Pattern, Keys[i].Access | access);
            Keys = changed;
            return;
        }

        Keys = [.. Keys, new KeyPattern(pattern.ToArray(), access)];
    }

    /// <summary>Adds a pattern of channels, once.</summary>
    public void AddChannels(ReadOnlySpan<byte> pattern)
    {
        foreach (KeyPattern present in Channels)
        {
            if (pattern.SequenceEqual(present.Pattern)) return;
        }

        Channels = [.. Channels, new KeyPattern(pattern.ToArray(), KeyAccess.All)];
    }

    /// <summary>Lets a command in, or keeps it out, with its subcommands.</summary>
    public void Change(Command command, bool isIn)
    {
        Commands.Set(command.Id, isIn);
        foreach (Command sub in command.Subcommands) Commands.Set(sub.Id, isIn);
        _firstArguments?.Remove(command.Id);
        if (!isIn) AllCommands = false;
    }

    /// <summary>Lets a command in whose first argument is this word.</summary>
    public void AllowFirstArgument(Command command, ReadOnlySpan<byte> word)
    {
        _firstArguments ??= [];
        if (!_firstArguments.TryGetValue(command.Id, out List<byte[]>? words)) _firstArguments.Add(command.Id, words = []);
        if (!Contains(words, word)) words.Add(word.ToArray());
    }

    /// <summary>The words that a command which is not in may have as its first argument.</summary>
    public IReadOnlyList<byte[]> FirstArgumentsOf(Command command) => _firstArguments?.GetValueOrDefault(command.Id) ?? [];

    /// <summary>Whether the command is in with this first argument only.</summary>
    public bool AllowsByFirstArgument(Command command, ArgumentList arguments)
        => arguments.Count > 1 && _firstArguments?.GetValueOrDefault(command.Id) is { } words
            && Contains(words, Words.Shown(arguments[1]));

    private static bool Contains(List<byte[]> words, ReadOnlySpan<byte> word)
    {
        foreach (byte[] candidate in words)
        {
            if (Words.EqualsIgnoreCase(word, candidate)) return true;
        }

        return false;
    }
}
