namespace ModularKv.Keys;

/// <summary>A BY or GET pattern, taken apart: <c>#</c>, <c>weight_*</c>, <c>object_*->field</c>. Borrows the pattern's bytes.</summary>
public readonly ref struct SortPattern
{
    private readonly ReadOnlySpan<byte> _before;
    private readonly ReadOnlySpan<byte> _after;

    /// <summary>Takes a pattern apart. Source: redis.io/commands/sort.</summary>
    public SortPattern(ReadOnlySpan<byte> pattern)
    {
        IsElement = pattern is [(byte)'#'];
        int star = pattern.IndexOf((byte)'*');
        HasStar = star >= 0;
        if (!HasStar) return;

        _before = pattern[..star];
        ReadOnlySpan<byte> rest = pattern[(star + 1)..];
        int arrow = rest.IndexOf("->"u8);

        // An arrow at the very end, or before the star, belongs to the key's name.
        if (arrow >= 0 && arrow + 2 < rest.Length)
        {
            Field = rest[(arrow + 2)..];
            rest = rest[..arrow];
        }

        _after = rest;
    }

    /// <summary>Stands for the element itself.</summary>
    public bool IsElement { get; }

    /// <summary>Whether there is a place to put the element. Without, the pattern names nothing.</summary>
    public bool HasStar { get; }

    /// <summary>Field to read of the key, or empty: the key holds a string.</summary>
    public ReadOnlySpan<byte> Field { get; }

    /// <summary>Length of the key's name for an element.</summary>
    public int KeyLength(ReadOnlySpan<byte> element) => _before.Length + element.Length + _after.Length;

    /// <summary>Writes the key's name: the pattern with the element in place of its first star.</summary>
    /// <param name="element">The element.</param>
    /// <param name="to">Exactly <see cref="KeyLength"/> bytes.</param>
    public void WriteKey(ReadOnlySpan<byte> element, Span<byte> to)
    {
        _before.CopyTo(to);
        element.CopyTo(to[_before.Length..]);
        _after.CopyTo(to[(_before.Length + element.Length)..]);
    }
}
