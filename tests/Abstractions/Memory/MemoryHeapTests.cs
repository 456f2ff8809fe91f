using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

public sealed unsafe class MemoryHeapTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 7)]
    [InlineData(true, 7)]
    public void Agrees_with_a_dictionary_of_blocks(bool checking, int refuseEvery)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using MemoryHeap heap = new("model", new MemoryHeapOptions { Checking = checking });
        HeapModel model = new(heap) { RefuseEvery = refuseEvery };
        for (int round = 0; round < 12; round++)
        {
            // Rounds that grow, hold and shrink, each with its own favourite size, so that pages change classes.
            int favourite = random.Next(300);
            int growth = round % 3;
            for (int i = 0; i < 4000; i++)
            {
                int choice = random.Next(100);
                if (choice < 60 - 20 * growth || model.Count == 0) model.Add(AnySize(random, favourite));
                else if (choice < 90) model.Remove(random.Next(model.Count));
                else if (choice < 95) model.Resize(random.Next(model.Count), AnySize(random, favourite));
                else if (choice < 96) heap.PrepareMoving(random.Next(1, 10));
                else if (choice < 98) model.Offer(random.Next(model.Count));
                else if (random.Next(20) == 0) heap.EndMoving(random.Next(1, 20));
                else heap.Evacuate(random.Next(1, 40), model);
            }

            model.Verify();
            for (int i = 0; i < model.Count; i++) model.Offer(i);
            model.Verify();
            while (!heap.EndMoving(10)) { }
            heap.Evacuate(int.MaxValue, model);
            model.Verify();
            heap.ReleaseEmpty(hard: (round & 1) == 0);
            model.Verify();
        }

        Assert.True(model.Moves > 0);
        model.Clear();
        model.Verify();
        heap.VerifyNoLeaks();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rounds_every_size_to_its_class(bool checking)
    {
        using MemoryHeap heap = new("classes", new MemoryHeapOptions { Checking = checking });
        int previous = 0;
        for (int size = 0; size <= 16384; size++)
        {
            int usable = heap.UsableSize(size);
            Assert.True(usable >= Math.Max(1, size) && usable >= previous && usable % 8 == 0);
            int most = size <= 512 ? Math.Max(1, size) + 7 : size <= 8192 ? (size * 9 + 8) / 8 : size * 4 / 3;
            Assert.True(usable <= most);
            Assert.Equal(usable, heap.UsableSize(usable));
            Assert.Equal(usable, MemoryHeap.UsableSizeOf((long)size));
            byte* block = heap.Allocate(size);
            Assert.Equal(usable, heap.UsedBytes);
            new Span<byte>(block, usable).Fill(1);
            heap.Free(block, size);
            Assert.Equal(0, heap.UsedBytes);
            previous = usable;
        }

        Assert.Equal(16400, heap.UsableSize(16385));
        Assert.Equal(int.MaxValue, heap.UsableSize(int.MaxValue));
        Assert.Throws<InvariantException>(() => heap.Allocate(-1));
    }

    [Fact]
    public void Keeps_its_size_when_the_sizes_of_values_shift()
    {
        const int Blocks = 1_000_000;
        Random random = new(4711);
        using MemoryHeap heap = new("shift", new MemoryHeapOptions());
        ArrayMover mover = new(heap, Blocks);
        for (int i = 0; i < Blocks; i++) mover.Set(i, 88);
        for (int i = 0; i < 2 * Blocks; i++)
        {
            mover.Set(random.Next(Blocks), random.Next(56, 121));
            if (i % 1000 == 0 && heap.EvacuationPays) heap.Evacuate(2000, mover);
        }

        output.WriteLine($"used {heap.UsedBytes}, committed {heap.CommittedBytes}, moved {mover.Moves}");
        Assert.True(heap.CommittedBytes <= heap.UsedBytes * 1.25);
        mover.Verify();
        PageCheck.Verify(heap);
    }

    [Fact]
    public void Gives_memory_back_when_most_blocks_go()
    {
        const int Blocks = 1_000_000;
        Random random = new(4712);
        using MemoryHeap heap = new("shrink", new MemoryHeapOptions());
        ArrayMover mover = new(heap, Blocks);
        for (int i = 0; i < Blocks; i++) mover.Set(i, 96);
        long full = heap.CommittedBytes;
        for (int i = 0; i < Blocks; i++)
        {
            if (random.Next(10) != 0) mover.Clear(i);
        }

        Assert.True(heap.EvacuationPays);
        while (heap.Evacuate(1000, mover) > 0) { }
        Assert.False(heap.EvacuationPays);
        heap.ReleaseEmpty(hard: true);
        output.WriteLine($"full {full}, used {heap.UsedBytes}, committed {heap.CommittedBytes}, moved {mover.Moves}");
        Assert.True(heap.CommittedBytes < heap.UsedBytes * 1.15);
        mover.Verify();
        PageCheck.Verify(heap);

        for (int i = 0; i < Blocks; i++) mover.Clear(i);
        Assert.Equal(0, heap.UsedBytes);
        heap.ReleaseEmpty(hard: true);
        Assert.Equal(0, heap.CommittedBytes);
        for (int i = 0; i < Blocks; i++) mover.Set(i, 40);
        mover.Verify();
        PageCheck.Verify(heap);
    }

    [Fact]
    public void Keeps_what_fills_and_empties_in_turn_and_gives_back_what_stays_empty()
    {
        const int Blocks = 500_000;
        using MemoryHeap heap = new("waves", new MemoryHeapOptions());
        ArrayMover mover = new(heap, Blocks);
        long full = 0;
        for (int wave = 0; wave < 40; wave++)
        {
            for (int i = 0; i < Blocks; i++) mover.Set(i, 200);
            full = Math.Max(full, heap.CommittedBytes);
            for (int i = 0; i < Blocks; i++) mover.Clear(i);
            Assert.Equal(0, heap.GiveBackIdle());
            Assert.Equal(full, heap.CommittedBytes);
        }

        long given = 0, most = 0;
        for (int call = 0; call < 1200; call++)
        {
            long now = heap.GiveBackIdle();
            given += now;
            most = Math.Max(most, now);
        }

        output.WriteLine($"full {full}, given back {given}, {most} at once, committed {heap.CommittedBytes}");
        Assert.Equal(full, heap.CommittedBytes + given);
        Assert.InRange(most, 1, 64 << 20);
        Assert.InRange(heap.CommittedBytes, 1, 10 << 20);
        for (int i = 0; i < Blocks; i++) mover.Set(i, 200);
        mover.Verify();
        PageCheck.Verify(heap);
    }

    [Fact]
    public void Evacuation_of_a_single_page_or_of_full_ones_moves_nothing()
    {
        using MemoryHeap heap = new("nothing", new MemoryHeapOptions());
        ArrayMover mover = new(heap, 100_000);
        Assert.Equal(0, heap.Evacuate(100, mover));
        for (int i = 0; i < 50; i++) mover.Set(i, 64);
        Assert.Equal(0, heap.Evacuate(100, mover));
        for (int i = 0; i < 100_000; i++) mover.Set(i, 64);
        Assert.Equal(0, heap.Evacuate(100, mover));
        Assert.False(heap.EvacuationPays);
    }

    [Fact]
    public void A_heap_dropped_as_a_whole_is_disposed_elsewhere()
    {
        using MemoryHeap heap = new("flush", new MemoryHeapOptions());
        for (int i = 0; i < 100_000; i++) heap.Allocate(i % 200);
        for (int i = 0; i < 100; i++) heap.Allocate(20_000 + i);
        MemoryHeap old = heap.Detach();
        Assert.Equal(0, heap.UsedBytes);
        Assert.Equal(0, heap.CommittedBytes);
        Assert.Equal(100_100, old.BlockCount);
        byte* block = heap.Allocate(10);
        Thread thread = new(old.Dispose);
        thread.Start();
        thread.Join();
        Assert.Equal(0, old.CommittedBytes);
        Assert.Throws<InvariantException>(() => old.Allocate(1));
        heap.Free(block, 10);
        heap.VerifyNoLeaks();
    }

    [Fact]
    public void Halves_a_range_that_the_system_refuses()
    {
        using MemoryHeap heap = new("petabytes", new MemoryHeapOptions { ReserveBytes = 1L << 50 });
        byte* block = heap.Allocate(100);
        Assert.InRange(heap.Slots!.Pool.ReservedBytes, 1L << 30, 1L << 47);
        heap.Free(block, 100);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Goes_on_beyond_the_end_of_its_range(bool checking)
    {
        using MemoryHeap heap = new("small", new MemoryHeapOptions { Checking = checking, ReserveBytes = 1 });
        HeapModel model = new(heap);
        for (int i = 0; i < 20_000; i++) model.Add(i % 600);
        Assert.True(heap.CommittedBytes > 2 << 20);
        model.Verify();
        for (int i = 0; i < 10_000; i++) model.Remove(i * 7919 % model.Count);
        model.Verify();
        model.Clear();
        heap.VerifyNoLeaks();
    }

    [Fact]
    public void An_unused_heap_holds_nothing()
    {
        using MemoryHeap heap = new("idle", new MemoryHeapOptions());
        Assert.Equal((0, 0, 0, 0), (heap.UsedBytes, heap.CommittedBytes, heap.FreeSlotBytes, heap.BlockCount));
        Assert.Equal(0, heap.ReleaseEmpty(hard: true));
        Assert.Null(heap.Slots);
        heap.VerifyNoLeaks();
    }

    // Mostly small and near the favourite, some anywhere in the classes, a few from the C library.
    private static int AnySize(Random random, int favourite) => random.Next(100) switch
    {
        < 70 => favourite + random.Next(40),
        < 95 => random.Next(SizeClasses.SlotLimit + 100),
        < 99 => random.Next(64),
        _ => random.Next(300_000),
    };
}
