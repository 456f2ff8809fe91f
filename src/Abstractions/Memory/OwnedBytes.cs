using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// A block of bytes whose ownership is handed from the network to a value, so that a large argument is copied only once, by the kernel.
/// </summary>
/// <remarks>Whoever holds it last gives it to a value (<see cref="Database.PutOwned"/>) or calls <see cref="Release"/>; exactly
/// once.</remarks>
public unsafe ref struct OwnedBytes
{
    internal byte* Pointer;
    internal long Length;
    internal long Capacity;

    internal OwnedBytes(byte* pointer, long length, long capacity)
    {
        Pointer = pointer;
        Length = length;
        Capacity = capacity;
    }

    /// <summary>Whether there is a block.</summary>
    public readonly bool IsEmpty => Pointer == null;

    /// <summary>The bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes => new(Pointer, checked((int)Length));

    /// <summary>Gives the block back.</summary>
    public void Release()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
