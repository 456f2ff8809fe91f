using System.Numerics;
using System.Runtime.InteropServices;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>A range of address space that is reserved at once and gets memory from its start on, in steps: it grows without moving.</summary>
/// <remarks>
/// Steps double from one page to 2 MB and are 2 MB from there, with huge pages. Not thread-safe; <see cref="Dispose"/> may run on any thread
/// once nobody else uses the range.
/// </remarks>
internal sealed unsafe class ReservedRange : IDisposable
{
    /// <summary>Smallest step, and the granularity of everything: the page size that all supported systems accept.</summary>
    public static readonly nuint PageSize = (nuint)Math.Max(4096, Environment.SystemPageSize);

    private const nuint HugePage = 2u << 20;

    // Below this, the whole range is one writable mapping: 16384 small tables would otherwise need two kernel mappings for each range
    // and meet the default vm.max_map_count of 65530. Untouched pages cost nothing either way.
    private const nuint WholeMappingMax = 64u << 20;

    private const nuint SmallestReserve = 1u << 20;

    private readonly bool _wholeMapping;
    private byte* _start;

    private ReservedRange(byte* start, nuint bytes, bool wholeMapping)
    {
        _start = start;
        Bytes = bytes;
        _wholeMapping = wholeMapping;
    }

    /// <summary>First byte; 2 MB aligned when the range has 2 MB or more.</summary>
    public byte* Start => _start;

    /// <summary>Reserved bytes, a power of two.</summary>
    public nuint Bytes { get; }

    /// <summary>Bytes that have memory behind them, from the start on.</summary>
    public nuint Committed { get; private set; }

    /// <summary>Reserves address space; where the system refuses (a limit on it, a container), half as much, and so on.</summary>
    /// <exception cref="OutOfMemoryException">Not even 1 MB of address space was left.</exception>
    public static ReservedRange Reserve(nuint bytes)
    {
        for (bytes = (nuint)BitOperations.RoundUpToPowerOf2((ulong)bytes); ; bytes /= 2)
        {
            bool whole = bytes <= WholeMappingMax;
            byte* start = VirtualMemory.Reserve(bytes, bytes >= HugePage ? HugePage : PageSize, writable: whole);
            if (start != null) return new ReservedRange(start, bytes, whole && !OperatingSystem.IsWindows());
            if (bytes <= SmallestReserve) throw new OutOfMemoryException("No address space left for a key table.");
        }
    }

    /// <summary>Makes at least the first <paramref name="needed"/> bytes usable; fresh ones are zero.</summary>
    /// <returns>False when the range is too small or the system has no memory; nothing was changed.</returns>
    public bool TryCommit(nuint needed)
    {
        if (needed <= Committed) return true;
        if (needed > Bytes) return false;
        nuint target = nuint.Min(Bytes, RoundUpToStep(needed));
        if (!_wholeMapping && !VirtualMemory.Commit(_start + Committed, target - Committed)) return false;
        if (target >= HugePage)
        {
            // Pages below the first 2 MB came one by one while the range was small: ask for them as one.
            bool crossing = Committed < HugePage;
            byte* from = crossing ? _start : _start + Committed;
            VirtualMemory.AdviseHugePages(from, (nuint)(_start + target - from));
            if (!crossing && Committed == HugePage) VirtualMemory.CollapseToHugePage(_start, HugePage);
        }

        Committed = target;
        return true;
    }

    /// <summary>Gives memory behind the first <paramref name="needed"/> bytes back to the system, in whole steps.</summary>
    public void Trim(nuint needed)
    {
        nuint target = nuint.Min(Bytes, RoundUpToStep(needed));
        if (target >= Committed) return;
        VirtualMemory.Decommit(_start + target, Committed - target, keepWritable: _wholeMapping);
        Committed = target;
    }

    /// <summary>Gives everything back. Only unmaps memory, so another thread may do it.</summary>
    public void Dispose()
    {
        if (_start == null) return;
        VirtualMemory.Release(_start, Bytes);
        _start = null;
        Committed = 0;
    }

    private static nuint RoundUpToStep(nuint bytes)
    {
        if (bytes <= HugePage) return nuint.Max(PageSize, (nuint)BitOperations.RoundUpToPowerOf2((ulong)bytes));
        return (bytes + HugePage - 1) & ~(HugePage - 1);
    }
}

/// <summary>The operating system's calls behind <see cref="ReservedRange"/>.</summary>
internal static unsafe class VirtualMemory
{
    private const int ReadWrite = 3, Private = 2, Fixed = 0x10;
    private const int AdviceHugePage = 14, AdviceCollapse = 25;
    private const uint WinCommit = 0x1000, WinReserve = 0x2000, WinDecommit = 0x4000, WinRelease = 0x8000;
    private const uint WinNoAccess = 1, WinReadWrite = 4;

    // MAP_ANONYMOUS and MAP_NORESERVE: the two flags whose values differ between the systems.
    private static readonly int s_anonymous = OperatingSystem.IsLinux() ? 0x20 | 0x4000 : 0x1000 | 0x40;
    private static readonly byte* s_failed = (byte*)-1;

    /// <summary>Reserves aligned address space; null when the system refuses.</summary>
    public static byte* Reserve(nuint bytes, nuint alignment, bool writable)
    {
        // Windows aligns to 64 KB and has no transparent huge pages, so more alignment would buy nothing there.
        if (OperatingSystem.IsWindows()) return (byte*)VirtualAlloc(null, bytes, WinReserve, WinNoAccess);
        nuint slack = alignment > ReservedRange.PageSize ? alignment : 0;
        byte* got = (byte*)mmap(null, bytes + slack, writable ? ReadWrite : 0, Private | s_anonymous, -1, 0);
        if (got == s_failed) return null;
        byte* start = (byte*)(((nuint)got + alignment - 1) & ~(alignment - 1));
        nuint before = (nuint)(start - got);
        if (before > 0) munmap(got, before);
        if (slack > before) munmap(start + bytes, slack - before);
        return start;
    }

    public static bool Commit(byte* from, nuint bytes) => OperatingSystem.IsWindows()
        ? VirtualAlloc(from, bytes, WinCommit, WinReadWrite) != null
        : mprotect(from, bytes, ReadWrite) == 0;

    public static void Decommit(byte* from, nuint bytes, bool keepWritable)
    {
        if (OperatingSystem.IsWindows()) VirtualFree(from, bytes, WinDecommit);

        // A fresh mapping over the old one returns the memory and reads as zero later, on every Unix alike.
        else mmap(from, bytes, keepWritable ? ReadWrite : 0, Private | Fixed | s_anonymous, -1, 0);
    }

    public static void Release(byte* start, nuint bytes)
    {
        if (OperatingSystem.IsWindows()) VirtualFree(start, 0, WinRelease);
        else munmap(start, bytes);
    }

    public static void AdviseHugePages(byte* from, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) madvise(from, bytes, AdviceHugePage);
    }

    /// <summary>Best effort: kernels before 6.1 do not know it and leave the small pages to khugepaged.</summary>
    public static void CollapseToHugePage(byte* from, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) madvise(from, bytes, AdviceCollapse);
    }

    [DllImport("libc")]
    private static extern void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint length);

    [DllImport("libc")]
    private static extern int mprotect(void* address, nuint length, int protection);

    [DllImport("libc")]
    private static extern int madvise(void* address, nuint length, int advice);

    [DllImport("kernel32")]
    private static extern void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [DllImport("kernel32")]
    private static extern int VirtualFree(void* address, nuint size, uint type);
}
