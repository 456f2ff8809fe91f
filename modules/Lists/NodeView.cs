namespace ModularKv.Lists;

/// <summary>A node of a list for reading; a small list is one node. Valid until the list changes or another node is looked at.</summary>
internal readonly ref struct NodeView(ReadOnlySpan<byte> bytes, int count, bool isPlain)
{
    /// <summary>A listpack, or one bare element.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Number of elements.</summary>
    public int Count { get; } = count;

    /// <summary>Whether <see cref="Bytes"/> are one bare element.</summary>
    public bool IsPlain { get; } = isPlain;
}
