using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

public sealed unsafe class CheckingHeapTests : IDisposable
{
    private readonly MemoryHeap heap = new("checked", new MemoryHeapOptions { Checking = true });

    public void Dispose() => heap.Dispose();

    [Theory]
    [InlineData(24)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void Finds_writes_beyond_either_end(int size)
    {
        byte* block = heap.Allocate(size);
        block[heap.UsableSize(size)] = 0;
        Fails("beyond its end", () => heap.Free(block, size));
        block = heap.Allocate(size);
        block[-1] = 0;
        Fails("before its start", () => heap.Free(block, size));
        Fails("", heap.VerifyNoLeaks);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(100_000)]
    public void Finds_double_frees_wrong_sizes_and_foreign_blocks(int size)
    {
        byte* block = heap.Allocate(size);
        Fails("usable size", () => heap.Free(block, size + 64));
        heap.Free(block, size);
        Fails("twice", () => heap.Free(block, size));
        byte foreign = 0;
        byte* address = &foreign;
        Fails("not of this heap", () => heap.Free(address, 1));
    }

    [Fact]
    public void Finds_writes_into_freed_blocks()
    {
        byte* block = heap.Allocate(64);
        heap.Free(block, 64);
        block[20] = 1;
        Fails("freed slot", () => heap.Allocate(64));
    }

    [Fact]
    public void Reports_leaks_with_their_sizes()
    {
        heap.VerifyNoLeaks();
        for (int i = 0; i < 3; i++) heap.Allocate(100);
        heap.Allocate(50_000);
        Fails("4 live blocks of 50312 bytes (3 × 104, 1 × 50000)", heap.VerifyNoLeaks);

        using MemoryHeap plain = new("plain", new MemoryHeapOptions());
        plain.Allocate(100);
        plain.Allocate(50_000);
        Fails("2 live blocks of 50104 bytes (1 × 104, 1 from the C library", plain.VerifyNoLeaks);
    }

    private static void Fails(string with, Action action) => Assert.Contains(with, Assert.Throws<InvariantException>(action).Message);
}
