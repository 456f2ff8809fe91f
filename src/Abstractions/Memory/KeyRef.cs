using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>A key's bytes with their hash. Borrowed: valid as long as the bytes are.</summary>
public readonly unsafe ref struct KeyRef
{
    internal readonly byte* Pointer;
    internal readonly int Length;

    /// <summary><see cref="KeyHash"/> of the bytes: differs from one server start to the next.</summary>
    public readonly ulong Hash;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal KeyRef(byte* pointer, int length, ulong hash)
    {
        Pointer = pointer;
        Length = length;
        Hash = hash;
    }

    /// <summary>The raw bytes.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Pointer, Length);
    }
}
