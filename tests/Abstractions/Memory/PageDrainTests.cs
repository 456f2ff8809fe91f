using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

/// <summary>Blocks whose owners alone know the pointers: they offer them, and the heap says which move.</summary>
public sealed unsafe class PageDrainTests(ITestOutputHelper output)
{
    private const int Blocks = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_heap_shrinks_when_its_owner_offers_what_is_left(bool checking)
    {
        Random random = new(4713);
        using MemoryHeap heap = new("drained", new MemoryHeapOptions { Checking = checking });
        MemoryOwner owner = new("owner", heap);
        nint[] blocks = new nint[Blocks];
        for (int i = 0; i < Blocks; i++)
        {
            blocks[i] = (nint)owner.Allocate(SizeOf(i));
            new Span<byte>((byte*)blocks[i], SizeOf(i)).Fill((byte)i);
        }

        long full = heap.CommittedBytes;
        for (int i = 0; i < Blocks; i++)
        {
            if (random.Next(10) != 0) Free(i);
        }

        long used = owner.UsedBytes;
        Assert.True(heap.EvacuationPays);
        Assert.Equal(0, Offer());
        int pages = 0;
        for (int taken; (taken = heap.PrepareMoving(8)) > 0; pages += taken) Assert.InRange(taken, 1, 8);
        PageCheck.Verify(heap);
        int moved = Offer();
        PageCheck.Verify(heap);
        Assert.Equal(0, Offer());
        while (!heap.EndMoving(8)) { }
        heap.ReleaseEmpty(hard: true);
        PageCheck.Verify(heap);
        output.WriteLine($"full {full}, used {used}, committed {heap.CommittedBytes}, pages {pages}, moved {moved}");

        Assert.Equal(used, owner.UsedBytes);
        Assert.False(heap.EvacuationPays);
        Assert.True(heap.CommittedBytes < full / 5);
        for (int i = 0; i < Blocks; i++)
        {
            if (blocks[i] == 0) continue;
            Assert.Equal(-1, new ReadOnlySpan<byte>((byte*)blocks[i], SizeOf(i)).IndexOfAnyExcept((byte)i));
            Free(i);
        }

        heap.VerifyNoLeaks();

        int Offer()
        {
            int count = 0;
            for (int i = 0; i < Blocks; i++)
            {
                byte* block = (byte*)blocks[i];
                if (block == null || !owner.TryMove(ref block)) continue;
                blocks[i] = (nint)block;
                count++;
            }

            return count;
        }

        void Free(int index)
        {
            owner.Free((byte*)blocks[index], SizeOf(index));
            blocks[index] = 0;
        }
    }

    [Fact]
    public void Nothing_is_allocated_from_pages_that_are_to_be_emptied()
    {
        using MemoryHeap heap = new("aside", new MemoryHeapOptions());
        nint[] blocks = new nint[10_000];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = (nint)heap.Allocate(64);
        for (int i = 0; i < blocks.Length; i++)
        {
            if (i % 8 == 0) continue;
            heap.Free((byte*)blocks[i], 64);
            blocks[i] = 0;
        }

        while (heap.PrepareMoving(100) > 0) { }
        for (int i = 0; i < 3 * blocks.Length; i++)
        {
            byte* fresh = heap.Allocate(64);
            PageMeta* page = heap.Slots!.Table->Pages + heap.Slots.NumberOf(fresh);
            Assert.NotEqual(PageState.Draining, page->State);
        }

        while (!heap.EndMoving(100)) { }
        byte* kept = (byte*)blocks[0];
        Assert.False(heap.TryMove(ref kept));
        PageCheck.Verify(heap);
    }

    [Fact]
    public void Blocks_without_pointers_and_large_ones()
    {
        using MemoryHeap heap = new("kinds", new MemoryHeapOptions { Checking = true });
        MemoryOwner owner = new("owner", heap);
        MemoryBlock[] blocks = [.. Enumerable.Range(0, 4000).Select(_ => owner.AllocateBlock(100))];
        MemoryBlock large = owner.AllocateBlock(100_000);
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Span.Fill((byte)i);
            if (i % 10 != 0) owner.FreeBlock(blocks[i]);
        }

        while (heap.PrepareMoving(100) > 0) { }
        MemoryBlock empty = default;
        Assert.False(owner.TryMove(ref large) || owner.TryMove(ref empty));
        int moved = 0;
        for (int i = 0; i < blocks.Length; i += 10)
        {
            if (owner.TryMove(ref blocks[i])) moved++;
            Assert.Equal(100, blocks[i].Length);
            Assert.Equal(-1, blocks[i].Span.IndexOfAnyExcept((byte)i));
            owner.FreeBlock(blocks[i]);
        }

        Assert.True(moved > 100);
        owner.FreeBlock(large);
        heap.VerifyNoLeaks();
    }

    // A few sizes, so that several classes are worth it.
    private static int SizeOf(int index) => 24 + (index % 5 * 40);
}
