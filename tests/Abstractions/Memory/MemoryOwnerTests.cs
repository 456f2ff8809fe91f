using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

public sealed unsafe class MemoryOwnerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Counts_each_owner_by_itself(bool checking)
    {
        using MemoryHeap heap = new("shared", new MemoryHeapOptions { Checking = checking });
        MemoryOwner first = new("first", heap);
        MemoryOwner second = new("second", heap);
        byte* a = first.Allocate(100);
        byte* b = second.Allocate(70_000L);
        Assert.Equal((104, 1), (first.UsedBytes, first.Blocks));
        Assert.Equal((70_000, 1), (second.UsedBytes, second.Blocks));
        Assert.Equal(70_104, heap.UsedBytes);

        new Span<byte>(a, 100).Fill(7);
        a = first.Reallocate(a, 100, 30_000);
        a = first.Reallocate(a, 30_000, 90_000);
        Assert.Equal((90_000, 1), (first.UsedBytes, first.Blocks));
        Assert.Equal(-1, new ReadOnlySpan<byte>(a, 100).IndexOfAnyExcept((byte)7));
        a = first.Reallocate(a, 90_000, 50);
        Assert.Equal(-1, new ReadOnlySpan<byte>(a, 50).IndexOfAnyExcept((byte)7));
        first.Free(a, 50);
        second.Free(b, 70_000L);
        Assert.Equal((0, 0, 0, 0), (first.UsedBytes, first.Blocks, second.UsedBytes, second.Blocks));
        heap.VerifyNoLeaks();
    }

    [Fact]
    public void Blocks_need_no_pointers()
    {
        using MemoryHeap heap = new("blocks", new MemoryHeapOptions { Checking = true });
        MemoryOwner owner = new("module", heap);
        MemoryBlock block = owner.ResizeBlock(default, 10);
        block.Span.Fill(3);
        block = owner.ResizeBlock(block, 1000);
        Assert.Equal((1000, false), (block.Length, block.IsEmpty));
        Assert.Equal(-1, block.Span[..10].IndexOfAnyExcept((byte)3));
        Assert.Equal(block, MemoryBlock.FromAddress(block.Address, block.Length));
        Assert.Equal((1024, 1), (owner.UsedBytes, owner.Blocks));
        owner.FreeBlock(block);
        owner.FreeBlock(default);
        Assert.Equal((0, 0), (owner.UsedBytes, owner.Blocks));
        Assert.True(default(MemoryBlock).IsEmpty && default(MemoryBlock).Span.IsEmpty);
        heap.VerifyNoLeaks();
    }
}
