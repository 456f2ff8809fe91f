using System.Numerics;

namespace ModularKv.Abstractions.Memory;

/// <summary>The range of a heap: 64 KB pages in regions of 2 MB, which is what is committed, released and backed by a huge page.</summary>
/// <remarks>
/// Pages come from the lowest region that is already in use, so that the higher ones drain and can be given back whole.
/// Layout of the mapping: pages, then a <see cref="PageMeta"/> per page, then the masks of the regions and the three sets, touched lazily.
/// </remarks>
internal sealed unsafe class PagePool : IDisposable
{
    public const int RegionBytes = 2 << 20;
    private const int PagesPerRegion = RegionBytes / SizeClasses.PageBytes;
    private const uint AllPages = uint.MaxValue;
    private const long SmallestHalved = 1L << 30;

    // Empty memory that is kept for the next burst: 8 MB and 5 % of what is committed.
    private const long EmptyBytesKept = 8 << 20;
    private const int EmptyShareKept = 20;

    // What stays empty for a window of so many calls of GiveBackIdle is given back, a quarter in each further window. A region takes the
    // kernel 20-50 µs.
    private const int IdleWindow = 40;
    private const int IdleShareGiven = 4;
    private const int RegionsGivenAtOnce = 32;
    private const int RegionsGivenMin = 4;

    private struct Region
    {
        /// <summary>Pages in the pool.</summary>
        public uint FreeMask;

        /// <summary>Free pages whose memory the system has back, though the region as a whole is committed.</summary>
        public uint ReleasedMask;
    }

    private readonly bool hugePages;
    private readonly bool isWritable;
    private readonly long mappedBytes;
    private readonly int regionCount;
    private readonly Region* regions;
    private readonly PreparedFrontier ahead;
    private RegionSet partial;
    private RegionSet empty;
    private RegionSet released;
    private int topRegion;
    private long committedRegions;
    private long releasedPages;
    private int leastEmpty;
    private int toGiveBack;
    private int idleCalls;

    private PagePool(byte* origin, long reserve, long mapped, bool hugePages, bool isWritable)
    {
        this.isWritable = isWritable;
        this.hugePages = hugePages;
        Origin = origin;
        ahead = new PreparedFrontier(origin, hugePages, isWritable);
        ReservedBytes = reserve;
        mappedBytes = mapped;
        regionCount = (int)(reserve / RegionBytes);
        Pages = (PageMeta*)(origin + reserve);
        regions = (Region*)(Pages + reserve / SizeClasses.PageBytes);
        ulong* words = (ulong*)(regions + regionCount);
        long stride = RegionSet.WordsFor(regionCount);
        partial = new RegionSet(words);
        empty = new RegionSet(words + stride);
        released = new RegionSet(words + 2 * stride);
    }

    public byte* Origin { get; private set; }

    public long ReservedBytes { get; }

    public PageMeta* Pages { get; }

    /// <summary>Pages handed out.</summary>
    public long PagesInUse { get; private set; }

    public long CommittedBytes => committedRegions * RegionBytes - releasedPages * SizeClasses.PageBytes;

    /// <summary>Reserves a range, smaller and smaller while the system refuses; null when it refuses 1 GB too.</summary>
    /// <param name="bytes">Address space wanted; rounded up to regions.</param>
    /// <param name="hugePages">See <see cref="MemoryHeapOptions.HugePages"/>.</param>
    public static PagePool? TryCreate(long bytes, bool hugePages)
    {
        for (long wanted = bytes; ; wanted /= 2)
        {
            long reserve = Math.Max(1, (wanted + RegionBytes - 1) / RegionBytes) * RegionBytes;
            long side = reserve / SizeClasses.PageBytes * sizeof(PageMeta) + reserve / RegionBytes * sizeof(Region)
                + 3 * sizeof(ulong) * RegionSet.WordsFor(reserve / RegionBytes);
            side = (side + RegionBytes - 1) / RegionBytes * RegionBytes;
            byte* origin = NativeMemoryMap.Reserve(reserve + side, RegionBytes, out bool isWritable);
            if (origin != null && (isWritable || NativeMemoryMap.Commit(origin + reserve, side, false)))
            {
                if (isWritable && hugePages) NativeMemoryMap.AdviseHugePages(origin + RegionBytes, reserve - RegionBytes, true);
                return new PagePool(origin, reserve, reserve + side, hugePages, isWritable);
            }

            if (origin != null) NativeMemoryMap.Release(origin, reserve + side);
            if (wanted / 2 < SmallestHalved) return null;
        }
    }

    public byte* Address(uint page) => Origin + ((nuint)page << SizeClasses.PageShift);

    /// <summary>Takes a page; its metadata is the caller's to set. False when the range is full or the system refused memory.</summary>
    public bool TryTake(out uint page)
    {
        page = 0;
        int number = partial.Lowest();
        if (number < 0 && (number = empty.Lowest()) < 0 && (number = CommitRegion()) < 0) return false;

        Region* region = regions + number;
        uint resident = region->FreeMask & ~region->ReleasedMask;
        uint bit = resident != 0 ? resident & (0 - resident) : region->FreeMask & (0 - region->FreeMask);
        if ((region->ReleasedMask & bit) != 0) Repossess(number, region, bit);
        if (region->FreeMask == AllPages) RemoveEmpty(number);
        region->FreeMask &= ~bit;
        if (region->FreeMask == 0) partial.Remove(number);
        else partial.Add(number);
        PagesInUse++;
        page = (uint)(number * PagesPerRegion + BitOperations.TrailingZeroCount(bit));
        if (number == topRegion - 1) AskAhead(page);
        return true;
    }

    /// <summary>Puts a page back. A region that becomes empty is kept: what fills and empties in turn must not pay each time.</summary>
    public void Return(uint page)
    {
        int number = (int)(page / PagesPerRegion);
        Region* region = regions + number;
        region->FreeMask |= 1u << (int)(page % PagesPerRegion);
        PagesInUse--;
        if (region->FreeMask != AllPages)
        {
            partial.Add(number);
            return;
        }

        partial.Remove(number);
        empty.Add(number);
    }

    /// <summary>Gives back some of the regions that have been empty for a while. For a timer, about ten times a second.</summary>
    /// <returns>Bytes given back.</returns>
    public long GiveBackIdle()
    {
        if (++idleCalls >= IdleWindow)
        {
            idleCalls = 0;
            long kept = (EmptyBytesKept / RegionBytes) + (committedRegions / EmptyShareKept);
            int idle = (int)Math.Max(0, leastEmpty - kept);
            toGiveBack = Math.Max(idle / IdleShareGiven, Math.Min(idle, RegionsGivenMin));
            leastEmpty = empty.Count;
        }

        // What is in use again meanwhile was not idle after all.
        toGiveBack = Math.Min(toGiveBack, leastEmpty);
        int now = Math.Min(toGiveBack, RegionsGivenAtOnce);
        toGiveBack -= now;
        for (int i = 0; i < now; i++) ReleaseRegion(empty.Highest(topRegion));
        return (long)now * RegionBytes;
    }

    /// <summary>Gives every empty region back; with <paramref name="pagesToo"/> also the free pages of the regions in use.</summary>
    /// <returns>Bytes given back.</returns>
    public long ReleaseEmpty(bool pagesToo)
    {
        long before = CommittedBytes;
        for (int number = empty.Lowest(); number >= 0; number = empty.Lowest()) ReleaseRegion(number);
        if (!pagesToo) return before - CommittedBytes;

        for (int number = partial.Above(-1, topRegion); number >= 0; number = partial.Above(number, topRegion)) ReleasePages(number);
        return before - CommittedBytes;
    }

    /// <summary>Gives the whole range back. Any thread, once; the pool is dead then.</summary>
    public void Dispose()
    {
        if (Origin == null) return;
        ahead.Dispose();
        NativeMemoryMap.Release(Origin, mappedBytes);
        Origin = null;
    }

    private int CommitRegion()
    {
        int number = released.Lowest();
        bool isNew = number < 0;
        if (isNew && topRegion == regionCount) return -1;
        if (isNew) number = topRegion;
        long end = (number + 1L) * RegionBytes;
        bool isReady = isNew && number > 0 && ahead.IsReady(end);
        if (!isReady && !isWritable && !NativeMemoryMap.Commit(Start(number), RegionBytes, HugePagesFor(number))) return -1;
        if (isNew) topRegion++;
        else released.Remove(number);
        regions[number].FreeMask = AllPages;
        regions[number].ReleasedMask = 0;
        empty.Add(number);
        committedRegions++;
        return number;
    }

    // A page of the last region was taken.
    private void AskAhead(uint page)
    {
        long end = (long)topRegion * RegionBytes;
        if (((page + 1L) << SizeClasses.PageShift) > PreparedFrontier.AskAt(end)) ahead.Ask(end, ReservedBytes);
    }

    private void ReleaseRegion(int number)
    {
        NativeMemoryMap.Decommit(Start(number), RegionBytes);
        releasedPages -= BitOperations.PopCount(regions[number].ReleasedMask);
        regions[number].ReleasedMask = 0;
        committedRegions--;
        RemoveEmpty(number);
        released.Add(number);
    }

    private void RemoveEmpty(int number)
    {
        empty.Remove(number);
        if (empty.Count < leastEmpty) leastEmpty = empty.Count;
    }

    // Without the advice against huge pages the kernel would put the holes back in the background.
    private void ReleasePages(int number)
    {
        Region* region = regions + number;
        uint resident = region->FreeMask & ~region->ReleasedMask;
        if (resident == 0) return;

        if (region->ReleasedMask == 0 && HugePagesFor(number)) NativeMemoryMap.AdviseHugePages(Start(number), RegionBytes, false);
        releasedPages += BitOperations.PopCount(resident);
        region->ReleasedMask |= resident;
        while (resident != 0)
        {
            int first = BitOperations.TrailingZeroCount(resident);
            int run = BitOperations.TrailingZeroCount(~(resident >> first));
            byte* start = Start(number) + (long)first * SizeClasses.PageBytes;
            NativeMemoryMap.Decommit(start, (long)run * SizeClasses.PageBytes);
            resident &= (uint)~(((1UL << run) - 1) << first);
        }
    }

    private void Repossess(int number, Region* region, uint bit)
    {
        int page = number * PagesPerRegion + BitOperations.TrailingZeroCount(bit);

        // Where committing is a promise of the system (Windows) a refusal would surface at the first touch; Linux cannot refuse here.
        NativeMemoryMap.Commit(Address((uint)page), SizeClasses.PageBytes, false);
        region->ReleasedMask &= ~bit;
        releasedPages--;
        if (region->ReleasedMask == 0 && HugePagesFor(number)) NativeMemoryMap.AdviseHugePages(Start(number), RegionBytes, true);
    }

    // A heap with a handful of blocks must not cost a huge page.
    private bool HugePagesFor(int number) => hugePages && number > 0;

    private byte* Start(int number) => Origin + (long)number * RegionBytes;
}
