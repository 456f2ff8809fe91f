using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>The slots of a heap: which page a class allocates from, and where a page goes when it fills or empties.</summary>
/// <remarks>
/// A class uses its current page up (freed slots first, then those never used), then takes the fullest page with free slots, so that the
/// emptier ones drain; then a page of the pool. A page that lost its last block goes back to the pool and may serve any class.
/// </remarks>
internal sealed unsafe class SlotPages : IDisposable
{
    // A full page comes back into the bins with 1/32 of its slots free: with the first free slot, random overwriting would take and fill
    // a page per allocation.
    private const int FreeShareToRejoin = 5;

    private readonly PagePool pool;
    private readonly HeapChecker? checker;

    public SlotPages(PagePool pool, HeapChecker? checker)
    {
        this.pool = pool;
        this.checker = checker;
        Table = HeapTable.Create();
        Table->Origin = pool.Origin;
        Table->RangeBytes = (nuint)pool.ReservedBytes;
        Table->Pages = pool.Pages;
    }

    public HeapTable* Table { get; private set; }

    public PagePool Pool => pool;

    /// <summary>Bytes of pages in use that no live slot covers: free slots and the tails of pages.</summary>
    public long FreeSlotBytes => pool.PagesInUse * SizeClasses.PageBytes - Table->SlotBytes;

    public bool Contains(byte* block) => (nuint)(block - Table->Origin) < Table->RangeBytes;

    public ClassState* Class(int sizeClass) => HeapTable.Classes(Table) + sizeClass;

    public uint NumberOf(byte* block) => (uint)((nuint)(block - Table->Origin) >> SizeClasses.PageShift);

    /// <summary>A slot of the class, uninitialised; null when only a new page would do and there is none, or none may be taken.</summary>
    public byte* Allocate(int sizeClass, bool mayTakePage = true)
    {
        ClassState* state = Class(sizeClass);
        bool exhausted = state->Current->FreeHead == PageMeta.NoSlot && state->Bump == state->Capacity;
        if (exhausted && !NextPage(state, sizeClass, mayTakePage)) return null;

        PageMeta* page = state->Current;
        byte* block;
        if (page->FreeHead != PageMeta.NoSlot)
        {
            block = state->CurrentBase + page->FreeHead * 8;
            page->FreeHead = *(ushort*)block;
            if (checker != null) HeapChecker.VerifyPoison(block, (int)state->SlotSize);
        }
        else
        {
            block = state->CurrentBase + state->Bump++ * (nuint)state->SlotSize;
        }

        page->Used++;
        state->Live++;
        Table->SlotBytes += state->SlotSize;
        return block;
    }

    /// <summary>Frees a slot of the range; the same as the fast path of <see cref="MemoryHeap.Free(byte*, int)"/>.</summary>
    public void Free(byte* block)
    {
        nuint offset = (nuint)(block - Table->Origin);
        PageMeta* page = Table->Pages + (offset >> SizeClasses.PageShift);
        ClassState* state = Class(page->SizeClass);
        if (checker != null) HeapChecker.Poison(block, state->SlotSize);
        *(ushort*)block = page->FreeHead;
        page->FreeHead = (ushort)((offset & (SizeClasses.PageBytes - 1)) >> 3);
        page->Used--;
        state->Live--;
        Table->SlotBytes -= state->SlotSize;
        if (page->Used < page->LowMark) CrossedMark(page);
    }

    /// <summary>Finds the new place of a page that lost enough blocks.</summary>
    public void CrossedMark(PageMeta* page)
    {
        uint number = (uint)(page - Table->Pages);
        ClassState* state = Class(page->SizeClass);
        if (page->State is PageState.Partial or PageState.Draining) Unlink(state, page, number);
        if (page->Used == 0) GiveBack(state, page, number);
        else Link(state, page, number);
    }

    /// <summary>Puts a page into the bin of its fullness.</summary>
    public void Link(ClassState* state, PageMeta* page, uint number)
    {
        if (page->Used == state->Capacity)
        {
            MarkFull(state, page);
            return;
        }

        int bin = page->Used * ClassState.FullnessBins / state->Capacity;
        page->LowMark = (ushort)Math.Max(1, (bin * state->Capacity + ClassState.FullnessBins - 1) / ClassState.FullnessBins);
        Push(state, page, number, bin);
    }

    /// <summary>Puts a page among those that the rest of the evacuation pass leaves alone.</summary>
    public void LinkRefused(ClassState* state, PageMeta* page, uint number)
    {
        page->LowMark = 1;
        Push(state, page, number, ClassState.RefusedBin);
    }

    /// <summary>Puts a page among those that nothing is allocated from until <see cref="PageDrain"/> puts it back.</summary>
    public void LinkDraining(ClassState* state, PageMeta* page, uint number)
    {
        page->LowMark = 1;
        Push(state, page, number, ClassState.DrainingBin);
        page->State = PageState.Draining;
    }

    public void Unlink(ClassState* state, PageMeta* page, uint number)
    {
        if (page->Next != 0) Table->Pages[page->Next - 1].Previous = page->Previous;
        if (page->Previous != 0)
        {
            Table->Pages[page->Previous - 1].Next = page->Next;
            return;
        }

        int bin = 0;
        while (state->BinHeads[bin] != number + 1) bin++;
        state->BinHeads[bin] = page->Next;
    }

    /// <summary>Returns the current pages without a live block to the pool: up to one a class.</summary>
    public void DropEmptyCurrentPages()
    {
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            ClassState* state = Class(i);
            if (state->Current == HeapTable.NoPage || state->Current->Used != 0) continue;
            PageMeta* page = state->Current;
            state->Current = HeapTable.NoPage;
            state->CurrentBase = null;
            state->Bump = state->Capacity;
            GiveBack(state, page, (uint)(page - Table->Pages));
        }
    }

    /// <summary>Gives everything back. Any thread.</summary>
    public void Dispose()
    {
        if (Table == null) return;
        pool.Dispose();
        NativeMemory.AlignedFree(Table);
        Table = null;
    }

    private bool NextPage(ClassState* state, int sizeClass, bool mayTakePage)
    {
        uint head = 0;
        for (int bin = ClassState.FullnessBins - 1; bin >= 0 && head == 0; bin--) head = state->BinHeads[bin];
        if (head == 0) head = state->BinHeads[ClassState.RefusedBin];
        uint number = head - 1;
        if (head == 0 && (!mayTakePage || !pool.TryTake(out number))) return false;

        if (state->Current != HeapTable.NoPage) MarkFull(state, state->Current);
        PageMeta* page = Table->Pages + number;
        if (head != 0)
        {
            Unlink(state, page, number);
        }
        else
        {
            page->FreeHead = PageMeta.NoSlot;
            page->Used = 0;
            page->SizeClass = (byte)sizeClass;
            state->Bump = 0;
            state->Pages++;
        }

        page->State = PageState.Current;
        page->LowMark = 0;
        state->Current = page;
        state->CurrentBase = pool.Address(number);
        return true;
    }

    private static void MarkFull(ClassState* state, PageMeta* page)
    {
        page->State = PageState.Full;
        page->LowMark = (ushort)(state->Capacity - Math.Max(1, state->Capacity >> FreeShareToRejoin) + 1);
    }

    private void Push(ClassState* state, PageMeta* page, uint number, int bin)
    {
        page->State = PageState.Partial;
        page->Previous = 0;
        page->Next = state->BinHeads[bin];
        if (page->Next != 0) Table->Pages[page->Next - 1].Previous = number + 1;
        state->BinHeads[bin] = number + 1;
    }

    private void GiveBack(ClassState* state, PageMeta* page, uint number)
    {
        page->State = PageState.Free;
        state->Pages--;
        pool.Return(number);
    }
}
