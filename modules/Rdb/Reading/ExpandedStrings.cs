namespace ModularKv.Rdb.Reading;

/// <summary>Strings that end in one chunk of an image, expanded: filled by one thread, then read by another, in order.</summary>
internal sealed class ExpandedStrings
{
    /// <summary>More is left to the loop: what is compressed well must not fill the memory.</summary>
    public const int BytesMax = 1 << 20;

    private const int FirstBytes = 64 * 1024;

    private readonly List<Place> _places = [];
    private byte[] _bytes = [];
    private int _used;
    private int _next;

    /// <summary>How many <see cref="TryFind"/> has found, ever.</summary>
    public long Found { get; private set; }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        _places.Clear();
        _used = _next = 0;
    }

    /// <summary>Room for one more string. Empty: there is none.</summary>
    public Span<byte> Room(int length)
    {
        if (length > BytesMax - _used) return default;
        if (length > _bytes.Length - _used)
        {
            int doubled = Math.Max(FirstBytes, 2 * _bytes.Length);
            Array.Resize(ref _bytes, Math.Min(BytesMax, Math.Max(_used + length, doubled)));
        }

        return _bytes.AsSpan(_used, length);
    }

    /// <summary>Keeps what was written to the room.</summary>
    /// <param name="end">Where the string ends in the source.</param>
    /// <param name="length">Bytes of it, expanded.</param>
    public void Add(long end, int length)
    {
        _places.Add(new Place(end, _used, length));
        _used += length;
    }

    /// <summary>The string that ends there; those before it are passed over.</summary>
    public bool TryFind(long end, int length, out ReadOnlySpan<byte> expanded)
    {
        while (_next < _places.Count && _places[_next].End < end) _next++;
        bool found = _next < _places.Count && _places[_next].End == end && _places[_next].Length == length;
        if (found) Found++;
        expanded = found ? _bytes.AsSpan(_places[_next].At, length) : default;
        return found;
    }

    private readonly record struct Place(long End, int At, int Length);
}
