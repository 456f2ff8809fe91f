namespace ModularKv.Abstractions.Memory;

/// <summary>The owner's half of <see cref="MemoryHeap.Evacuate"/>: only the owner knows who points to a block.</summary>
public abstract unsafe class BlockMover
{
    /// <summary>Copies a live block to its new place and makes every pointer to it point there, or refuses.</summary>
    /// <param name="from">The block as it was allocated. The heap frees it after true; it must not be used any more then.</param>
    /// <param name="to">Uninitialised memory of the same usable size, aligned to 8. Not the mover's after false.</param>
    /// <param name="usableSize">Bytes to copy at most: the usable size of both blocks.</param>
    /// <returns>False when the block must stay where it is (somebody holds its address); nothing may have changed then.</returns>
    /// <remarks>Must neither allocate from nor free into the heap that is being evacuated.</remarks>
    public abstract bool TryMove(byte* from, byte* to, int usableSize);
}
