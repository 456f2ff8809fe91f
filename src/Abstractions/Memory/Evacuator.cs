using System.Runtime.Intrinsics.X86;

namespace ModularKv.Abstractions.Memory;

/// <summary>Empties pages that are not worth keeping, a few blocks at a time.</summary>
/// <remarks>
/// One page is under evacuation at a time. It is in no bin, so nothing new lands in it; frees between two calls only make it emptier, and
/// a page that lost its last block that way is simply no longer in <see cref="PageState.Evacuating"/> when the next call looks.
/// A pass ends when no class has a page to win; pages with a block that refused to move and classes without room in the pages that may
/// serve an allocation wait for the next pass.
/// </remarks>
internal sealed unsafe class Evacuator(SlotPages slots, HeapChecker? checker)
{
    // A class is worth the work while more than 1/12 of its slots are free.
    private const int ShareThatPays = 12;

    // How far into a bin to look for the emptiest page.
    private const int PagesCompared = 16;
    // Walking so many free slots counts as one block: a page that is all but empty costs more to look through than to empty. Without this
    // a slice of 1000 blocks, four a page, took 50 ms. However small the budget, looking through a page entitles to a few moves.
    private const int FreeSlotsPerMove = 4;
    private const int MovesPerLook = 16;
    private const int FreeSlotsWorthPrefetching = 64;
    private const int CacheLine = 64;
    private const int LargestBitmap = SizeClasses.PageBytes / 8 / 64;

    private int classCursor;
    private uint page;
    private int slotCursor;
    private bool active;
    private UInt128 classesWithoutRoom;

    /// <summary>Bytes of pages that the live slots of each class would not need if they were packed.</summary>
    public long EvacuableBytes
    {
        get
        {
            long pages = 0;
            for (int i = 0; i < SizeClasses.Count; i++)
            {
                ClassState* state = slots.Class(i);
                pages += state->Pages - (state->Live + state->Capacity - 1) / state->Capacity;
            }

            return pages * SizeClasses.PageBytes;
        }
    }

    /// <summary>Tries to move up to <paramref name="maxBlocks"/> blocks. Returns how many moved.</summary>
    public int Run(int maxBlocks, BlockMover mover)
    {
        int moved = 0;
        while (maxBlocks > 0)
        {
            if (!Resumable() && !TryPickPage()) break;
            moved += EmptyPage(ref maxBlocks, mover);
        }

        return moved;
    }

    private bool Resumable()
    {
        active = active && slots.Table->Pages[page].State == PageState.Evacuating;
        return active;
    }

    private bool TryPickPage()
    {
        for (int i = 0; i < SizeClasses.Count; i++, classCursor = (classCursor + 1) % SizeClasses.Count)
        {
            if ((classesWithoutRoom & (UInt128.One << classCursor)) != 0) continue;
            ClassState* state = slots.Class(classCursor);
            long free = state->FreeSlots;

            // free >= Capacity: the blocks of any one page fit into the free slots of the others.
            if (state->Pages < 2 || free < state->Capacity || free * ShareThatPays < (long)state->Pages * state->Capacity) continue;
            uint emptiest = Emptiest(state);
            if (emptiest == 0) continue;

            page = emptiest - 1;
            PageMeta* meta = slots.Table->Pages + page;
            slots.Unlink(state, meta, page);
            meta->State = PageState.Evacuating;
            meta->LowMark = 1;
            slotCursor = 0;
            active = true;
            return true;
        }

        EndPass();
        return false;
    }

    private uint Emptiest(ClassState* state)
    {
        uint head = 0;
        for (int bin = 0; bin < ClassState.FullnessBins && head == 0; bin++) head = state->BinHeads[bin];

        uint best = head;
        for (int i = 0; i < PagesCompared && head != 0; i++, head = slots.Table->Pages[head - 1].Next)
        {
            if (slots.Table->Pages[head - 1].Used < slots.Table->Pages[best - 1].Used) best = head;
        }

        return best;
    }

    private void EndPass()
    {
        classesWithoutRoom = 0;
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            ClassState* state = slots.Class(i);
            while (state->BinHeads[ClassState.RefusedBin] != 0)
            {
                uint number = state->BinHeads[ClassState.RefusedBin] - 1;
                slots.Unlink(state, slots.Table->Pages + number, number);
                slots.Link(state, slots.Table->Pages + number, number);
            }
        }
    }

    private int EmptyPage(ref int budget, BlockMover mover)
    {
        PageMeta* meta = slots.Table->Pages + page;
        int sizeClass = meta->SizeClass;
        ClassState* state = slots.Class(sizeClass);
        byte* start = slots.Pool.Address(page);
        ulong* free = stackalloc ulong[LargestBitmap];
        if (state->Capacity - meta->Used > FreeSlotsWorthPrefetching) Prefetch(start);
        MarkFree(free, meta, start);
        int lookingCosts = (state->Capacity - meta->Used) / FreeSlotsPerMove;
        budget = Math.Max(Math.Min(budget, MovesPerLook), budget - lookingCosts);

        int moved = 0;
        while (budget > 0 && slotCursor < state->Capacity)
        {
            int slot = slotCursor++;
            nuint offset = (nuint)slot * state->SlotSize;
            if ((free[offset >> 9] & (1UL << (int)(offset >> 3 & 63))) != 0) continue;

            byte* from = start + offset;
            byte* to = slots.Allocate(sizeClass, mayTakePage: false);
            if (to == null)
            {
                classesWithoutRoom |= UInt128.One << sizeClass;
                StopPage(state, meta);
                return moved;
            }

            budget--;
            bool done = checker != null ? checker.TryMove(from, to, mover) : mover.TryMove(from, to, (int)state->SlotSize);
            slots.Free(done ? from : to);
            if (!done) continue;
            moved++;
            if (meta->State != PageState.Evacuating) break;
        }

        if (meta->State != PageState.Evacuating) active = false;
        else if (slotCursor >= state->Capacity) StopPage(state, meta);
        return moved;
    }

    private void StopPage(ClassState* state, PageMeta* meta)
    {
        active = false;
        slots.LinkRefused(state, meta, page);
    }

    // The list of free slots runs through a cold page at random, a cache miss a step: 170 µs for 700 slots; 64 when read ahead.
    private static void Prefetch(byte* start)
    {
        if (!Sse.IsSupported) return;
        for (int offset = 0; offset < SizeClasses.PageBytes; offset += CacheLine) Sse.Prefetch1(start + offset);
    }

    // A bit per 8 bytes of the page, set where a free slot begins.
    private static void MarkFree(ulong* free, PageMeta* meta, byte* start)
    {
        new Span<ulong>(free, LargestBitmap).Clear();
        for (ushort slot = meta->FreeHead; slot != PageMeta.NoSlot; slot = *(ushort*)(start + slot * 8))
        {
            free[slot >> 6] |= 1UL << (slot & 63);
        }
    }
}
