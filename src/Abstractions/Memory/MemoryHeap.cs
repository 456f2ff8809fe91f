using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ModularKv.Abstractions.Memory;

/// <summary>Off-heap memory in size classes, counted exactly, dropped whole in O(1), shrinking again by <see cref="Evacuate"/>.</summary>
/// <remarks>
/// Single-threaded: only the loop thread may call it, nothing locks. The one exception is <see cref="Dispose"/> of a heap that the loop
/// has let go of. Blocks are aligned to 8 and uninitialised. A heap that never allocated holds no memory and no address space.
/// </remarks>
public sealed unsafe class MemoryHeap : IDisposable
{
    private const long SmallestRange = 64L << 30;
    private const long LargestRange = 1L << 40;
    private const int RamShare = 4;
    private const long WorthEvacuating = 1 << 20;

    // 12.5 % of the pages in use and the large blocks.
    private const int EvacuateAtShare = 8;
    private const int SizesReported = 10;

    private readonly MemoryHeapOptions options;

    // What the fast paths work on: HeapTable.Nothing until the first block, and always in a checking heap.
    private HeapTable* table = HeapTable.Nothing;
    private SlotPages? slots;
    private Evacuator? evacuator;
    private PageDrain? drain;
    private LargeBlocks large = new();
    private HeapChecker? checker;
    private bool rangeRefused;
    private bool disposed;

    /// <param name="name">For reports and messages.</param>
    /// <param name="options">Kept; must not change afterwards.</param>
    public MemoryHeap(string name, MemoryHeapOptions options)
    {
        Name = name;
        this.options = options;
        if (options.Checking) checker = new HeapChecker();
    }

    public string Name { get; }

    /// <summary>Usable bytes of all live blocks. O(1).</summary>
    public long UsedBytes => checker?.UsedBytes ?? table->SlotBytes + large.Bytes;

    /// <summary>Bytes the system has handed out: the most that resident memory can show, but for 1/4000 of bookkeeping. O(1).</summary>
    public long CommittedBytes => (slots?.Pool.CommittedBytes ?? 0) + large.BytesWithHeaders;

    /// <summary>Bytes in pages in use that no live block covers. O(1).</summary>
    public long FreeSlotBytes => slots?.FreeSlotBytes ?? 0;

    /// <summary>Bytes of the pages that <see cref="Evacuate"/> could empty at most. Costs about 0.3 µs.</summary>
    public long EvacuableBytes => evacuator?.EvacuableBytes ?? 0;

    /// <summary>Whether calling <see cref="Evacuate"/> is worth its time: more than 1 MB and 12.5 % of the bytes in use to win.
    /// False in one comparison for a heap in good shape.</summary>
    public bool EvacuationPays
    {
        get
        {
            long inUse = slots == null ? 0 : slots.Pool.PagesInUse * SizeClasses.PageBytes;
            long enough = Math.Max(WorthEvacuating, (inUse + large.BytesWithHeaders) / EvacuateAtShare);
            return FreeSlotBytes > enough && EvacuableBytes > enough;
        }
    }

    /// <summary>Live blocks. Costs about 0.1 µs.</summary>
    public long BlockCount
    {
        get
        {
            if (checker != null) return checker.Count;
            long blocks = large.Count;
            for (int i = 0; slots != null && i < SizeClasses.Count; i++) blocks += slots.Class(i)->Live;
            return blocks;
        }
    }

    /// <summary>Bytes that a block of the size really has; all of them may be used. The same in every heap.</summary>
    /// <remarks>Multiples of 8 up to 512, then at most an eighth above the size; above 16 KB a multiple of 16.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int UsableSizeOf(int size) => SizeClasses.UsableSize(size);

    /// <inheritdoc cref="UsableSizeOf(int)"/>
    public static long UsableSizeOf(long size) => SizeClasses.UsableSize(size);

    /// <inheritdoc cref="UsableSizeOf(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int UsableSize(int size) => SizeClasses.UsableSize(size);

    /// <summary>A block of <paramref name="size"/> bytes, aligned to 8, uninitialised; freed by <see cref="Free(byte*, int)"/>.</summary>
    /// <param name="size">Bytes; 0 gives a block too.</param>
    /// <returns>Never null.</returns>
    /// <exception cref="OutOfMemoryException">The system refused.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Allocate(int size)
    {
        if ((uint)size > SizeClasses.FineLimit) return AllocateSlow(size);

        HeapTable* heap = table;
        ClassState* state = HeapTable.Classes(heap) + ((uint)(size + 7) >> 3);
        PageMeta* page = state->Current;
        nuint slot = page->FreeHead;
        if (slot == PageMeta.NoSlot) return AllocateSlow(size);

        byte* start = state->CurrentBase;
        byte* block = start + slot * 8;
        nuint next = *(ushort*)block;
        page->FreeHead = (ushort)next;
        page->Used++;
        state->Live++;
        heap->SlotBytes += state->SlotSize;

        // Slots freed at random are cold; by the next allocation of the class this one's link and first line are here.
        if (Sse.IsSupported) Sse.Prefetch0(start + next * 8);
        return block;
    }

    /// <inheritdoc cref="Allocate(int)"/>
    public byte* Allocate(long size) => AllocateSlow(size);

    /// <summary>Frees a block.</summary>
    /// <param name="block">From this heap, live.</param>
    /// <param name="size">The size asked for, or any other with the same usable size.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(byte* block, int size)
    {
        HeapTable* heap = table;
        nuint offset = (nuint)(block - heap->Origin);
        if (offset >= heap->RangeBytes)
        {
            FreeSlow(block, size);
            return;
        }

        PageMeta* page = heap->Pages + (offset >> SizeClasses.PageShift);
        ClassState* state = HeapTable.Classes(heap) + page->SizeClass;
        *(ushort*)block = page->FreeHead;
        page->FreeHead = (ushort)((offset & (SizeClasses.PageBytes - 1)) >> 3);
        state->Live--;
        heap->SlotBytes -= state->SlotSize;
        ushort used = --page->Used;
        if (used < page->LowMark) CrossedMark(page);
    }

    /// <inheritdoc cref="Free(byte*, int)"/>
    public void Free(byte* block, long size) => FreeSlow(block, size);

    /// <summary>Resizes a block, keeping the content up to the smaller size; in place when the usable size stays the same.</summary>
    /// <returns>The block's address from now on; the old one is dead when they differ.</returns>
    /// <exception cref="OutOfMemoryException">The system refused; the block is as it was.</exception>
    public byte* Reallocate(byte* block, long oldSize, long newSize)
    {
        long usable = UsableSizeOf(newSize);
        long oldUsable = UsableSizeOf(oldSize);
        if (usable == oldUsable) return block;
        bool bothLarge = checker == null && oldUsable > SizeClasses.SlotLimit && usable > SizeClasses.SlotLimit;
        if (bothLarge) return large.Reallocate(block, usable);

        byte* moved = AllocateSlow(newSize);
        Buffer.MemoryCopy(block, moved, usable, Math.Min(usable, oldUsable));
        FreeSlow(block, oldSize);
        return moved;
    }

    /// <summary>Moves blocks out of the emptiest pages, so that those become free for other sizes or for the system.</summary>
    /// <param name="maxBlocks">Calls to the mover at most; looking past 4 free slots counts as one, too. About 0.3 µs each.</param>
    /// <param name="mover">Called for each block, on this thread.</param>
    /// <returns>Blocks moved; 0 when there is nothing to win at present, or everything refused to move.</returns>
    /// <remarks>Continues where the last call stopped; blocks may be allocated and freed in between. See <see cref="EvacuationPays"/>.
    /// Blocks above 16 KB are never moved.</remarks>
    public int Evacuate(int maxBlocks, BlockMover mover) => evacuator?.Run(maxBlocks, mover) ?? 0;

    /// <summary>
    /// Begins a pass in which the blocks' owners empty sparse pages by offering their blocks to <see cref="TryMove"/>: sets up to
    /// <paramref name="maxPages"/> further pages aside, from which nothing is allocated until <see cref="EndMoving"/>.
    /// </summary>
    /// <returns>Pages set aside; 0: those that are worth it all are. About 0.1 µs each.</returns>
    internal int PrepareMoving(int maxPages) => drain?.SetAside(maxPages) ?? 0;

    /// <summary>Ends the pass; pages that were not emptied serve again, up to so many of them a call.</summary>
    /// <returns>False: call again for the others.</returns>
    internal bool EndMoving(int maxPages) => drain?.PutBack(maxPages) ?? true;

    /// <summary>Blocks that <see cref="TryMove"/> has moved, ever.</summary>
    internal long MovedBlocks => drain?.Moves ?? 0;

    /// <summary>Moves a block to a fuller page if its own is to be emptied.</summary>
    /// <param name="block">From this heap, live; its new address after true, when the old one is dead.</param>
    /// <returns>False, in a few nanoseconds: the block stays. Always so outside a pass, and for blocks above 16 KB.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMove(ref byte* block) => drain is { Active: true } && drain.TryMove(ref block);

    /// <summary>Gives memory that no block uses back to the system: regions of 2 MB that are empty.</summary>
    /// <param name="hard">Also single 64 KB pages, which breaks huge pages up, and the page each class keeps for itself.</param>
    /// <returns>Bytes by which <see cref="CommittedBytes"/> fell.</returns>
    /// <remarks>20-50 µs a region. Without it the server gives back, over some seconds, what stays empty beyond 8 MB and 5 %.</remarks>
    public long ReleaseEmpty(bool hard = false)
    {
        if (slots == null) return 0;
        if (hard) slots.DropEmptyCurrentPages();
        return slots.Pool.ReleaseEmpty(hard);
    }

    /// <summary>Gives a share of what has been empty for about ten calls back to the system; takes 1.5 ms at most.</summary>
    /// <returns>Bytes given back.</returns>
    internal long GiveBackIdle() => slots?.Pool.GiveBackIdle() ?? 0;

    /// <summary>Hands all memory and all live blocks over to a new heap and leaves this one empty: dropping everything in O(1).</summary>
    /// <returns>The heap to dispose, on any thread, once nobody reads the blocks any more.</returns>
    public MemoryHeap Detach()
    {
        MemoryHeap old = new(Name, options)
        {
            table = table,
            slots = slots,
            evacuator = evacuator,
            drain = drain,
            large = large,
            checker = checker,
        };
        table = HeapTable.Nothing;
        slots = null;
        evacuator = null;
        drain = null;
        large = new LargeBlocks();
        checker = options.Checking ? new HeapChecker() : null;
        return old;
    }

    /// <summary>Throws when blocks are live; in a checking heap also when the surroundings of a block were written to.</summary>
    /// <exception cref="InvariantException">With the count and the sizes.</exception>
    public void VerifyNoLeaks()
    {
        checker?.VerifyAll();
        if (BlockCount != 0) Invariant.Fail($"Heap {Name} has {BlockCount} live blocks of {UsedBytes} bytes ({SizesOfLiveBlocks()}).");
    }

    /// <summary>Gives everything back, live blocks included. Any thread, but only when no other uses the heap any more.</summary>
    public void Dispose()
    {
        disposed = true;
        table = HeapTable.Nothing;
        slots?.Dispose();
        slots = null;
        evacuator = null;
        drain = null;
        large.Dispose();
        checker = options.Checking ? new HeapChecker() : null;
    }

    /// <summary>Page and class bookkeeping, for tests; null before the first block.</summary>
    internal SlotPages? Slots => slots;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* AllocateSlow(long size)
    {
        if (checker == null) return AllocateRaw(size);

        long usable = UsableSizeOf(size);
        return checker.Open(AllocateRaw(usable + HeapChecker.Overhead), usable);
    }

    private byte* AllocateRaw(long size)
    {
        if (slots == null) Start();
        if ((ulong)size > SizeClasses.SlotLimit) return large.Allocate(UsableSizeOf(size));

        // Without room in the range a small block is one of the C library's, too: its address tells.
        int sizeClass = SizeClasses.ClassOf((int)size);
        byte* block = slots == null ? null : slots.Allocate(sizeClass);
        return block != null ? block : large.Allocate(SizeClasses.SlotSize(sizeClass));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeSlow(byte* block, long size)
    {
        if (checker != null) block = checker.Close(block, UsableSizeOf(size));
        if (slots != null && slots.Contains(block)) slots.Free(block);
        else large.Free(block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CrossedMark(PageMeta* page) => slots!.CrossedMark(page);

    private void Start()
    {
        Invariant.Check(!disposed, "A disposed heap was asked for a block.");
        if (rangeRefused) return;

        long ram = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        long bytes = options.ReserveBytes > 0 ? options.ReserveBytes : Math.Clamp(ram * RamShare, SmallestRange, LargestRange);
        PagePool? pool = PagePool.TryCreate(bytes, options.HugePages);
        rangeRefused = pool == null;
        if (pool == null) return;

        slots = new SlotPages(pool, checker);
        evacuator = new Evacuator(slots, checker);
        drain = new PageDrain(slots, checker);
        if (checker == null) table = slots.Table;
    }

    private string SizesOfLiveBlocks()
    {
        StringBuilder text = new();
        if (checker != null)
        {
            foreach ((long size, long count) in checker.Sizes().Take(SizesReported)) text.Append($"{count} × {size}, ");
        }
        else
        {
            for (int i = 0; slots != null && i < SizeClasses.Count; i++)
            {
                if (slots.Class(i)->Live != 0) text.Append($"{slots.Class(i)->Live} × {slots.Class(i)->SlotSize}, ");
            }

            if (large.Count != 0) text.Append($"{large.Count} from the C library of {large.Bytes} together, ");
        }

        return text.ToString().TrimEnd(' ', ',');
    }
}
