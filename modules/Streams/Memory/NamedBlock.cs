using ModularKv.Abstractions.Memory;

namespace ModularKv.Streams.Memory;

/// <summary>How a block with a name begins: groups and consumers. The name's bytes stand behind the block's structure.</summary>
internal unsafe struct NamedBlock
{
    /// <summary>Bytes of the whole block.</summary>
    public int Bytes;

    /// <summary>Where the name begins.</summary>
    public int NameStart;

    /// <summary>Bytes of the name.</summary>
    public int NameLength;

    /// <summary>The name of the block at an address.</summary>
    public static ReadOnlySpan<byte> NameOf(nint address)
    {
        var block = (NamedBlock*)address;
        return new ReadOnlySpan<byte>((byte*)block + block->NameStart, block->NameLength);
    }

    /// <summary>A new block for a structure, which is zero but for its head, and a name.</summary>
    public static T* Allocate<T>(MemoryOwner memory, ReadOnlySpan<byte> name) where T : unmanaged
    {
        int bytes = checked(sizeof(T) + name.Length);
        byte* block = memory.Allocate(bytes);
        new Span<byte>(block, sizeof(T)).Clear();
        *(NamedBlock*)block = new NamedBlock { Bytes = bytes, NameStart = sizeof(T), NameLength = name.Length };
        name.CopyTo(new Span<byte>(block + sizeof(T), name.Length));
        return (T*)block;
    }

    /// <summary>A copy of a block, bit by bit.</summary>
    public static nint Copy(MemoryOwner memory, nint address)
    {
        int bytes = ((NamedBlock*)address)->Bytes;
        byte* copy = memory.Allocate(bytes);
        new Span<byte>((void*)address, bytes).CopyTo(new Span<byte>(copy, bytes));
        return (nint)copy;
    }

    /// <summary>Gives a block back.</summary>
    public static void Free(MemoryOwner memory, nint address) => memory.Free((byte*)address, ((NamedBlock*)address)->Bytes);

    /// <summary>Finds a name in a list that is in the order of names.</summary>
    /// <returns>Its index, or the complement of where it would stand.</returns>
    public static int Find(in AddressList list, ReadOnlySpan<byte> name)
    {
        int low = 0, high = list.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = NameOf(list[middle]).SequenceCompareTo(name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
