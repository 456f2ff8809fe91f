using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory;

/// <summary>What must hold of the pages of a heap at any moment.</summary>
internal static unsafe class PageCheck
{
    public static void Verify(MemoryHeap heap)
    {
        if (heap.Slots is not { } slots) return;

        Dictionary<uint, (int Class, int Bin)> binned = [];
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            for (int bin = 0; bin < ClassState.Bins; bin++)
            {
                uint previous = 0;
                for (uint head = slots.Class(i)->BinHeads[bin]; head != 0; head = slots.Table->Pages[head - 1].Next)
                {
                    Assert.Equal(previous, slots.Table->Pages[head - 1].Previous);
                    Assert.True(binned.TryAdd(head - 1, (i, bin)));
                    previous = head;
                }
            }
        }

        long[] pages = new long[SizeClasses.Count];
        long[] live = new long[SizeClasses.Count];
        long inUse = 0;
        uint touched = (uint)Math.Min(slots.Pool.ReservedBytes / SizeClasses.PageBytes, 1 << 16);
        for (uint number = 0; number < touched; number++)
        {
            PageMeta* page = slots.Table->Pages + number;
            if (page->State == PageState.Free) continue;
            inUse++;
            pages[page->SizeClass]++;
            live[page->SizeClass] += page->Used;
            VerifyPage(slots, number, binned);
        }

        Assert.Equal(slots.Pool.PagesInUse, inUse);
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            Assert.Equal(pages[i], slots.Class(i)->Pages);
            Assert.Equal(live[i], slots.Class(i)->Live);
        }
    }

    private static void VerifyPage(SlotPages slots, uint number, Dictionary<uint, (int Class, int Bin)> binned)
    {
        PageMeta* page = slots.Table->Pages + number;
        ClassState* state = slots.Class(page->SizeClass);
        byte* start = slots.Pool.Address(number);
        int bump = state->Current == page ? state->Bump : state->Capacity;
        int free = 0;
        for (ushort slot = page->FreeHead; slot != PageMeta.NoSlot; slot = *(ushort*)(start + slot * 8))
        {
            Assert.True(slot * 8 % state->SlotSize == 0 && slot * 8 < bump * state->SlotSize && ++free <= bump);
        }

        Assert.Equal(bump - free, page->Used);
        Assert.Equal(page->State == PageState.Current, state->Current == page);
        bool isBinned = page->State is PageState.Partial or PageState.Draining;
        Assert.Equal(isBinned, binned.ContainsKey(number));
        if (isBinned) Assert.Equal(page->State == PageState.Draining, binned[number].Bin == ClassState.DrainingBin);
        if (isBinned) Assert.Equal(page->SizeClass, binned[number].Class);
        if (page->State != PageState.Current) Assert.True(page->Used >= page->LowMark && page->Used > 0);
    }
}
