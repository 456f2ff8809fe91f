using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>Where a page of the range stands.</summary>
internal enum PageState : byte
{
    /// <summary>In the pool.</summary>
    Free,

    /// <summary>Its class allocates from it; in no list.</summary>
    Current,

    /// <summary>Has no or only a few free slots; in no list.</summary>
    Full,

    /// <summary>Has free slots; in one of its class's bins.</summary>
    Partial,

    /// <summary>Being emptied; in no list, so that nothing new lands in it.</summary>
    Evacuating,

    /// <summary>Set aside to be emptied by the owners of its blocks; in a bin that nothing is allocated from.</summary>
    Draining,
}

/// <summary>What the heap knows of a page. Kept beside the pages: freeing touches this (hot) and the freed block, nothing else.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct PageMeta
{
    public const ushort NoSlot = 0xFFFF;

    /// <summary>First free slot, as its offset in the page / 8: neither a division nor a multiplication by the slot size on the way
    /// from and to an address. Each free slot begins with the offset / 8 of the next. Slots beyond the bump mark are in no list.</summary>
    public ushort FreeHead;

    /// <summary>Live slots.</summary>
    public ushort Used;

    /// <summary>When <see cref="Used"/> falls below this, the page changes its place. 0: never.</summary>
    public ushort LowMark;

    public byte SizeClass;

    public PageState State;

    /// <summary>Neighbours in the bin as page number + 1; 0 = none.</summary>
    public uint Previous;

    public uint Next;
}

/// <summary>What the heap knows of a size class: one cache line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct ClassState
{
    /// <summary>Bins by quarters of fullness.</summary>
    public const int FullnessBins = 4;

    /// <summary>The bin of pages with a block that refused to move: the rest of the evacuation pass leaves them alone.</summary>
    public const int RefusedBin = 4;

    /// <summary>The bin of pages that <see cref="PageDrain"/> has set aside.</summary>
    public const int DrainingBin = 5;

    public const int Bins = 6;

    public PageMeta* Current;
    public byte* CurrentBase;
    public uint SlotSize;

    /// <summary>Live slots of the class.</summary>
    public long Live;

    /// <summary>First slot of the current page that was never used. Every other page of the class has none.</summary>
    public ushort Bump;

    /// <summary>Slots of a page.</summary>
    public ushort Capacity;

    /// <summary>Pages of the class, the current one included.</summary>
    public uint Pages;

    /// <summary>Heads of the lists of partial pages; page number + 1, 0 = empty.</summary>
    public fixed uint BinHeads[Bins];

    public readonly long FreeSlots => (long)Pages * Capacity - Live;
}

/// <summary>All that the fast paths read; <see cref="SizeClasses.Count"/> class states follow it in memory.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct HeapTable
{
    /// <summary>Start of the range of pages.</summary>
    public byte* Origin;

    /// <summary>Bytes of the range; 0 in <see cref="Nothing"/>, so that every address goes the slow way.</summary>
    public nuint RangeBytes;

    public PageMeta* Pages;

    /// <summary>Sum of the slot sizes of the live slots.</summary>
    public long SlotBytes;

    /// <summary>A table whose classes all have an exhausted page and whose range is empty: with it every fast path takes its slow turn.
    /// Used by heaps that have not allocated yet and by checking heaps. Never written.</summary>
    public static readonly HeapTable* Nothing = Create();

    /// <summary>The exhausted page of a class that has none.</summary>
    public static PageMeta* NoPage => (PageMeta*)(Classes(Nothing) + SizeClasses.Count);

    public static ClassState* Classes(HeapTable* table) => (ClassState*)(table + 1);

    /// <summary>A table without pages. Owned by the caller, freed by NativeMemory.AlignedFree.</summary>
    public static HeapTable* Create()
    {
        nuint bytes = (nuint)(sizeof(HeapTable) + SizeClasses.Count * sizeof(ClassState) + sizeof(PageMeta));
        HeapTable* table = (HeapTable*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(table, bytes);
        ClassState* classes = Classes(table);
        PageMeta* noPage = Nothing != null ? NoPage : (PageMeta*)(classes + SizeClasses.Count);
        if (Nothing == null) noPage->FreeHead = PageMeta.NoSlot;
        for (int i = 0; i < SizeClasses.Count; i++)
        {
            ClassState* state = classes + i;
            state->SlotSize = (uint)SizeClasses.SlotSize(i);
            state->Capacity = (ushort)(SizeClasses.PageBytes / state->SlotSize);
            state->Bump = state->Capacity;
            state->Current = noPage;
        }

        return table;
    }
}
