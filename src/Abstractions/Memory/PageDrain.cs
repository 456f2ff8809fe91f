namespace ModularKv.Abstractions.Memory;

/// <summary>
/// The other way to empty pages, for blocks to which only their owners know the pointers: sparse pages are set aside all at once, then
/// the owners offer their blocks in an order of their own, and those that stand in such a page move.
/// </summary>
/// <remarks>
/// A page that is set aside is in a bin from which nothing is allocated. Frees make it emptier; with its last block it goes back to the
/// pool as any other. Whatever is left at the end of the pass returns to the bins.
/// </remarks>
internal sealed unsafe class PageDrain(SlotPages slots, HeapChecker? checker)
{
    // A class is worth the work while more than 1/12 of its slots are free; a page while it is less than three quarters full.
    private const int ShareThatPays = 12;
    private const int BinsThatPay = ClassState.FullnessBins - 1;

    // Live slots of the pages set aside, by class, as they were then: they must find room in the other pages.
    private readonly long[] live = new long[SizeClasses.Count];
    private readonly long[] pages = new long[SizeClasses.Count];
    private int classCursor;

    /// <summary>Whether a pass is under way.</summary>
    public bool Active { get; private set; }

    /// <summary>Blocks moved since the heap was made.</summary>
    public long Moves { get; private set; }

    /// <summary>Sets up to <paramref name="maxPages"/> further pages aside.</summary>
    /// <returns>Pages set aside; 0: all that are worth it, the owners can begin.</returns>
    public int SetAside(int maxPages)
    {
        int taken = 0;
        if (!Active) classCursor = 0;
        Active = true;
        for (; classCursor < SizeClasses.Count; classCursor++)
        {
            while (TrySetAside(classCursor))
            {
                if (++taken == maxPages) return taken;
            }
        }

        return taken;
    }

    /// <summary>Moves a block to a fuller page when its own was set aside and there is room.</summary>
    /// <returns>False: it stays where it is.</returns>
    public bool TryMove(ref byte* block)
    {
        if (!slots.Contains(block)) return false;
        PageMeta* page = slots.Table->Pages + slots.NumberOf(block);
        if (page->State != PageState.Draining) return false;
        byte* to = slots.Allocate(page->SizeClass, mayTakePage: false);
        if (to == null) return false;

        byte* from = block;
        block = checker != null ? checker.Move(from, to) : Copy(from, to, slots.Class(page->SizeClass)->SlotSize);
        Moves++;
        slots.Free(checker != null ? from - HeapChecker.Before : from);
        return true;
    }

    /// <summary>Ends the pass: up to <paramref name="maxPages"/> pages that still have blocks serve allocations again.</summary>
    /// <returns>True when none is left, and the pass is over.</returns>
    public bool PutBack(int maxPages)
    {
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            ClassState* state = slots.Class(i);
            live[i] = pages[i] = 0;
            for (uint head; (head = state->BinHeads[ClassState.DrainingBin]) != 0; maxPages--)
            {
                if (maxPages <= 0) return false;
                uint number = head - 1;
                slots.Unlink(state, slots.Table->Pages + number, number);
                slots.Link(state, slots.Table->Pages + number, number);
            }
        }

        Active = false;
        return true;
    }

    private static byte* Copy(byte* from, byte* to, uint bytes)
    {
        Buffer.MemoryCopy(from, to, bytes, bytes);
        return to;
    }

    private bool TrySetAside(int sizeClass)
    {
        ClassState* state = slots.Class(sizeClass);
        if (state->FreeSlots < state->Capacity || state->FreeSlots * ShareThatPays < (long)state->Pages * state->Capacity) return false;
        uint head = 0;
        for (int bin = 0; bin < BinsThatPay && head == 0; bin++) head = state->BinHeads[bin];
        if (head == 0) return false;

        uint number = head - 1;
        PageMeta* page = slots.Table->Pages + number;
        long moving = live[sizeClass] + page->Used;
        long staying = ((state->Pages - pages[sizeClass] - 1) * state->Capacity) - (state->Live - moving);
        if (moving > staying) return false;

        live[sizeClass] = moving;
        pages[sizeClass]++;
        slots.Unlink(state, page, number);
        slots.LinkDraining(state, page, number);
        return true;
    }
}
