namespace ModularKv.Abstractions.Memory;

/// <summary>What a checking heap adds: guards around each block, a register of live blocks, poison in free slots.</summary>
/// <remarks>Inside a slot: usable size (8 bytes), guard (8), the block, guard (8).</remarks>
internal sealed unsafe class HeapChecker
{
    public const int Before = 16;
    public const int Overhead = Before + 8;

    private const ulong Guard = 0xFDB1_FDB2_FDB3_FDB4;
    private const byte Freed = 0xDD;
    private const byte Fresh = 0xCD;

    // A freed slot begins with the number of the next free one.
    private const int LinkBytes = sizeof(ushort);

    private readonly Dictionary<nint, long> live = [];

    public long UsedBytes { get; private set; }

    public long Count => live.Count;

    /// <summary>Makes raw memory of usable + <see cref="Overhead"/> bytes a live block.</summary>
    public byte* Open(byte* raw, long usable)
    {
        byte* block = raw + Before;
        *(long*)raw = usable;
        *(ulong*)(block - sizeof(ulong)) = Guard;
        *(ulong*)(block + usable) = Guard;
        Fill(block, usable, Fresh);
        Invariant.Check(live.TryAdd((nint)block, usable), "The heap gave out a block that is live.");
        UsedBytes += usable;
        return block;
    }

    /// <summary>Verifies a block and takes it off the register.</summary>
    /// <returns>The raw memory, to be freed by the caller.</returns>
    public byte* Close(byte* block, long usable)
    {
        long known = Verify(block);
        if (known != usable) Invariant.Fail($"A block of usable size {known} was freed or resized as one of {usable}.");
        live.Remove((nint)block);
        UsedBytes -= usable;
        return block - Before;
    }

    /// <summary>Moves the block of one slot to another.</summary>
    public bool TryMove(byte* rawFrom, byte* rawTo, BlockMover mover)
    {
        byte* from = rawFrom + Before;
        long usable = Verify(from);
        byte* to = Open(rawTo, usable);
        bool moved = mover.TryMove(from, to, (int)usable);
        Verify(from);
        Close(moved ? from : to, usable);
        return moved;
    }

    /// <summary>Makes raw memory of another slot the place of a block and its content; the old place is dead, to be freed.</summary>
    public byte* Move(byte* from, byte* rawTo)
    {
        long usable = Verify(from);
        byte* to = Open(rawTo, usable);
        Buffer.MemoryCopy(from, to, usable, usable);
        Close(from, usable);
        return to;
    }

    /// <summary>Verifies the guards of every live block.</summary>
    public void VerifyAll()
    {
        foreach (nint block in live.Keys) Verify((byte*)block);
    }

    /// <summary>Count and usable size of the live blocks, the most frequent first.</summary>
    public IEnumerable<(long Size, long Count)> Sizes() =>
        live.Values.GroupBy(size => size).Select(group => (group.Key, group.LongCount())).OrderByDescending(pair => pair.Item2);

    public static void Poison(byte* slot, long bytes) => Fill(slot, bytes, Freed);

    public static void VerifyPoison(byte* slot, int bytes)
    {
        int written = new ReadOnlySpan<byte>(slot + LinkBytes, bytes - LinkBytes).IndexOfAnyExcept(Freed);
        if (written >= 0) Invariant.Fail($"A freed slot of {bytes} bytes was written to at byte {written + LinkBytes}.");
    }

    private long Verify(byte* block)
    {
        if (!live.TryGetValue((nint)block, out long usable)) Invariant.Fail("A block was freed or resized twice, or is not of this heap.");
        bool sound = *(long*)(block - Before) == usable && *(ulong*)(block - sizeof(ulong)) == Guard;
        if (!sound) Invariant.Fail($"A block of {usable} bytes was written to before its start.");
        if (*(ulong*)(block + usable) != Guard) Invariant.Fail($"A block of {usable} bytes was written to beyond its end.");
        return usable;
    }

    private static void Fill(byte* start, long bytes, byte value)
    {
        for (; bytes > 0; start += int.MaxValue, bytes -= int.MaxValue)
        {
            new Span<byte>(start, (int)Math.Min(bytes, int.MaxValue)).Fill(value);
        }
    }
}
