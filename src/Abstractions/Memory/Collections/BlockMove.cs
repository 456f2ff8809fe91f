using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Collections;

/// <summary>The one place where the tables offer a block to defragmentation.</summary>
internal static unsafe class BlockMove
{
    /// <summary>Moves the block to a fuller page where that pays and makes <paramref name="block"/> point there.</summary>
    /// <returns>False: it stays, which is always right.</returns>
    public static bool Try(MemoryOwner memory, ref byte* block, long size) => false;
}
