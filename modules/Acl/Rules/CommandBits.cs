namespace ModularKv.Acl.Rules;

/// <summary>A set of commands by their number, with an opinion about commands that are not registered yet.</summary>
internal sealed class CommandBits
{
    private const int WordBits = 64;

    private ulong[] _words = [];

    /// <summary>Whether commands that come later (with a module) belong to it: it was made from all commands.</summary>
    public bool HasFuture { get; private set; }

    /// <summary>Whether the command is in it.</summary>
    public bool Has(int id)
    {
        ulong[] words = _words;
        int word = id / WordBits;
        return word < words.Length ? (words[word] >> (id % WordBits) & 1) != 0 : HasFuture;
    }

    /// <summary>Puts a command in or takes it out.</summary>
    public void Set(int id, bool isIn)
    {
        int word = id / WordBits;
        if (word >= _words.Length)
        {
            int old = _words.Length;
            Array.Resize(ref _words, word + 1);
            _words.AsSpan(old).Fill(HasFuture ? ulong.MaxValue : 0);
        }

        ulong bit = 1UL << (id % WordBits);
        if (isIn) _words[word] |= bit; else _words[word] &= ~bit;
    }

    /// <summary>All commands, also those to come, or none.</summary>
    public void SetAll(bool isIn)
    {
        _words = [];
        HasFuture = isIn;
    }

    /// <summary>Becomes the same set as another.</summary>
    public void Assume(CommandBits other)
    {
        _words = [.. other._words];
        HasFuture = other.HasFuture;
    }
}
