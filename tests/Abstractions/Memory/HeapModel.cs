using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

/// <summary>A heap beside a plain dictionary of what it must hold: each block is filled with a pattern of its serial number.</summary>
internal sealed unsafe class HeapModel : BlockMover
{
    private readonly Dictionary<nint, (int Size, byte Pattern)> blocks = [];
    private readonly List<nint> order = [];
    private readonly Dictionary<nint, int> positions = [];
    private byte nextPattern;

    public HeapModel(MemoryHeap heap) => Heap = heap;

    public MemoryHeap Heap { get; }

    public int Count => order.Count;

    public long Usable { get; private set; }

    /// <summary>Blocks at addresses that are multiples of this refuse to move; 0 = none.</summary>
    public int RefuseEvery { get; set; }

    public int Moves { get; private set; }

    public nint this[int index] => order[index];

    public void Add(int size)
    {
        byte* block = Heap.Allocate(size);
        Assert.Equal(0, (nint)block & 7);
        Remember(block, size, nextPattern++);
        new Span<byte>(block, MemoryHeap.UsableSizeOf(size)).Fill(blocks[(nint)block].Pattern);
    }

    public void Remove(int index)
    {
        byte* block = (byte*)order[index];
        int size = blocks[(nint)block].Size;
        VerifyContent(block, MemoryHeap.UsableSizeOf(size));
        Forget(block);

        // Any size of the same class will do.
        int usable = MemoryHeap.UsableSizeOf(size);
        Heap.Free(block, (size & 1) == 0 ? usable : size);
    }

    public void Resize(int index, int newSize)
    {
        byte* block = (byte*)order[index];
        (int size, byte pattern) = blocks[(nint)block];
        int usable = MemoryHeap.UsableSizeOf(newSize);
        Forget(block);
        byte* moved = Heap.Reallocate(block, size, newSize);
        Remember(moved, newSize, pattern);
        VerifyContent(moved, Math.Min(MemoryHeap.UsableSizeOf(size), usable));
        new Span<byte>(moved, usable).Fill(pattern);
    }

    public override bool TryMove(byte* from, byte* to, int usableSize)
    {
        if (RefuseEvery > 0 && (nint)from / 8 % RefuseEvery == 0) return false;
        (int size, byte pattern) = blocks[(nint)from];
        Assert.Equal(MemoryHeap.UsableSizeOf(size), usableSize);
        VerifyContent(from, usableSize);
        Buffer.MemoryCopy(from, to, usableSize, usableSize);
        int index = positions[(nint)from];
        positions.Remove((nint)from);
        blocks.Remove((nint)from);
        Assert.True(blocks.TryAdd((nint)to, (size, pattern)));
        positions.Add((nint)to, index);
        order[index] = (nint)to;
        Moves++;
        return true;
    }

    /// <summary>Offers a block, as its owner does during a pass that empties sparse pages.</summary>
    public void Offer(int index)
    {
        byte* block = (byte*)order[index];
        (int size, byte pattern) = blocks[(nint)block];
        byte* now = block;
        if (!Heap.TryMove(ref now))
        {
            Assert.True(now == block);
            return;
        }

        positions.Remove((nint)block);
        blocks.Remove((nint)block);
        Assert.True(blocks.TryAdd((nint)now, (size, pattern)));
        positions.Add((nint)now, index);
        order[index] = (nint)now;
        VerifyContent(now, MemoryHeap.UsableSizeOf(size));
        Moves++;
    }

    public void Verify()
    {
        foreach (nint block in order) VerifyContent((byte*)block, MemoryHeap.UsableSizeOf(blocks[block].Size));
        Assert.Equal(Usable, Heap.UsedBytes);
        Assert.Equal(order.Count, Heap.BlockCount);
        Assert.True(Heap.CommittedBytes >= Heap.UsedBytes);
        PageCheck.Verify(Heap);
    }

    public void Clear()
    {
        while (order.Count > 0) Remove(order.Count - 1);
    }

    private void VerifyContent(byte* block, int usable)
    {
        // Forget precedes this in Resize: the first byte is the pattern then.
        byte pattern = blocks.TryGetValue((nint)block, out (int Size, byte Pattern) known) ? known.Pattern : *block;
        Assert.Equal(-1, new ReadOnlySpan<byte>(block, usable).IndexOfAnyExcept(pattern));
    }

    private void Remember(byte* block, int size, byte pattern)
    {
        Assert.True(blocks.TryAdd((nint)block, (size, pattern)));
        positions.Add((nint)block, order.Count);
        order.Add((nint)block);
        Usable += MemoryHeap.UsableSizeOf(size);
    }

    private void Forget(byte* block)
    {
        int index = positions[(nint)block];
        nint last = order[^1];
        order[index] = last;
        positions[last] = index;
        order.RemoveAt(order.Count - 1);
        positions.Remove((nint)block);
        Usable -= MemoryHeap.UsableSizeOf(blocks[(nint)block].Size);
        blocks.Remove((nint)block);
    }
}
