namespace ModularKv.Abstractions.Memory;

/// <summary>A block of off-heap memory for code without pointers. A plain value: copies are the same block, and it is freed once.</summary>
/// <remarks>Owned by whoever allocated it. Its span is dead after the block was freed or resized; nothing checks that in a heap that does
/// not check. The default value is the empty block, which needs no freeing.</remarks>
public readonly unsafe struct MemoryBlock : IEquatable<MemoryBlock>
{
    private readonly byte* start;

    internal MemoryBlock(byte* start, int length)
    {
        this.start = start;
        Length = length;
    }

    /// <summary>Bytes asked for.</summary>
    public int Length { get; }

    /// <summary>Whether there is no block here, as in the default value.</summary>
    public bool IsEmpty => start == null;

    /// <summary>The address, for keeping a block in 8 bytes; <see cref="FromAddress"/> is the way back.</summary>
    public nint Address => (nint)start;

    /// <summary>The content.</summary>
    public Span<byte> Span => new(start, Length);

    /// <summary>The block again from what was kept of it: its own address and length, nothing made up.</summary>
    public static MemoryBlock FromAddress(nint address, int length) => new((byte*)address, length);

    public static bool operator ==(MemoryBlock left, MemoryBlock right) => left.Equals(right);

    public static bool operator !=(MemoryBlock left, MemoryBlock right) => !left.Equals(right);

    public bool Equals(MemoryBlock other) => start == other.start && Length == other.Length;

    public override bool Equals(object? obj) => obj is MemoryBlock other && Equals(other);

    public override int GetHashCode() => HashCode.Combine((nint)start, Length);
}
