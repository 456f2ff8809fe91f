namespace ModularKv.Abstractions;

/// <summary>A reusable list of key positions among a command's arguments, with what happens to each key.</summary>
public sealed class KeyPositions
{
    private int[] _positions = new int[16];
    private KeyFlags[] _flags = new KeyFlags[16];

    /// <summary>Number of keys found.</summary>
    public int Count { get; private set; }

    /// <summary>Index of the n-th key among the arguments.</summary>
    public int this[int n] => _positions[n];

    /// <summary>What happens to the n-th key.</summary>
    public KeyFlags FlagsOf(int n) => _flags[n];

    /// <summary>Forgets everything.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a key.</summary>
    public void Add(int position, KeyFlags flags)
    {
        if (Count == _positions.Length)
        {
            Array.Resize(ref _positions, Count * 2);
            Array.Resize(ref _flags, Count * 2);
        }

        _positions[Count] = position;
        _flags[Count++] = flags;
    }
}
