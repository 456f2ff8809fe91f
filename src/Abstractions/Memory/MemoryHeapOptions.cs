namespace ModularKv.Abstractions.Memory;

/// <summary>How a <see cref="MemoryHeap"/> behaves. Read once, when the heap is made.</summary>
public sealed class MemoryHeapOptions
{
    /// <summary>Guards around blocks, poisoned frees, wrong and double frees found. Slow: for tests and for hunting a bug.</summary>
    public bool Checking;

    /// <summary>Ask the system for huge pages (8-10 % of the time of a random access). The first 2 MB of a heap stay on small pages,
    /// so that a heap with three blocks costs three small pages.</summary>
    public bool HugePages = true;

    /// <summary>Address space to reserve, in bytes; costs no memory. 0 = four times the physical memory, at least 64 GB, at most 1 TB.
    /// Halved while the system refuses, down to 1 GB. Blocks that do not fit into the range come from the C library.</summary>
    public long ReserveBytes;
}
