using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

/// <summary>Blocks whose only pointers stand in an array, like the records of a table; each begins with its index and its size.</summary>
internal sealed unsafe class ArrayMover(MemoryHeap heap, int count) : BlockMover
{
    private readonly nint[] blocks = new nint[count];

    public int Moves { get; private set; }

    public void Set(int index, int size)
    {
        Clear(index);
        int* block = (int*)heap.Allocate(size);
        block[0] = index;
        block[1] = size;
        new Span<byte>(block + 2, size - 8).Fill((byte)index);
        blocks[index] = (nint)block;
    }

    public void Clear(int index)
    {
        if (blocks[index] != 0) heap.Free((byte*)blocks[index], ((int*)blocks[index])[1]);
        blocks[index] = 0;
    }

    public override bool TryMove(byte* from, byte* to, int usableSize)
    {
        int index = *(int*)from;
        if (blocks[index] != (nint)from) Assert.Fail($"block {index} is not where the heap believes it");
        Buffer.MemoryCopy(from, to, usableSize, usableSize);
        blocks[index] = (nint)to;
        Moves++;
        return true;
    }

    public void Verify()
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i] == 0) continue;
            int* block = (int*)blocks[i];
            bool same = block[0] == i && new ReadOnlySpan<byte>(block + 2, block[1] - 8).IndexOfAnyExcept((byte)i) < 0;
            if (!same) Assert.Fail($"block {i} changed");
        }
    }
}
