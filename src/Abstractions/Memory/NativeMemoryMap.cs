using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>Address space straight from the operating system: reserved first, then given memory and handed back piece by piece.</summary>
/// <remarks>
/// Thread-safe: no state. Linux and macOS go through mmap, Windows through VirtualAlloc. Advice the kernel does not follow is not an error.
/// The C library is looked up in the running program itself, so its file name (glibc, musl, libSystem) does not matter.
/// </remarks>
internal static unsafe class NativeMemoryMap
{
    private const int ProtNone = 0;
    private const int ProtReadWrite = 3;
    private const int AdviseDontNeed = 4;
    private const int AdviseFreeMac = 5;
    private const int AdviseHugePage = 14;
    private const int AdviseNoHugePage = 15;
    private const int AdvisePopulateWrite = 23;
    private const uint WindowsCommit = 0x1000;
    private const uint WindowsReserve = 0x2000;
    private const uint WindowsDecommit = 0x4000;
    private const uint WindowsRelease = 0x8000;
    private const uint WindowsReadWrite = 0x04;
    private const uint WindowsNoAccess = 0x01;
    private const int WindowsReserveTries = 8;

    private static readonly bool Windows = OperatingSystem.IsWindows();
    private static readonly bool Linux = OperatingSystem.IsLinux();

    // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE; the last two bits differ between the systems.
    private static readonly int MapFlags = Linux ? 0x02 | 0x20 | 0x4000 : 0x02 | 0x1000 | 0x40;

    private static readonly nint Library = Windows ? NativeLibrary.Load("kernel32.dll") : NativeLibrary.GetMainProgramHandle();

    private static readonly delegate* unmanaged<void*, nuint, int, int, int, long, byte*> Map =
        (delegate* unmanaged<void*, nuint, int, int, int, long, byte*>)Find(!Windows, "mmap");

    private static readonly delegate* unmanaged<void*, nuint, int> Unmap = (delegate* unmanaged<void*, nuint, int>)Find(!Windows, "munmap");

    private static readonly delegate* unmanaged<void*, nuint, int, int> Protect =
        (delegate* unmanaged<void*, nuint, int, int>)Find(!Windows, "mprotect");

    private static readonly delegate* unmanaged<void*, nuint, int, int> Advise =
        (delegate* unmanaged<void*, nuint, int, int>)Find(!Windows, "madvise");

    private static readonly delegate* unmanaged<void*, nuint, uint, uint, byte*> VirtualAlloc =
        (delegate* unmanaged<void*, nuint, uint, uint, byte*>)Find(Windows, "VirtualAlloc");

    private static readonly delegate* unmanaged<void*, nuint, uint, int> VirtualFree =
        (delegate* unmanaged<void*, nuint, uint, int>)Find(Windows, "VirtualFree");

    /// <summary>Reserves address space that no access may touch before <see cref="Commit"/>.</summary>
    /// <param name="bytes">A multiple of <paramref name="alignment"/>.</param>
    /// <param name="alignment">A power of two of at least the system's allocation granularity (64 KB is enough everywhere).</param>
    /// <returns>The aligned start, to be given back by <see cref="Release"/>; null when the system refuses.</returns>
    public static byte* Reserve(long bytes, long alignment)
    {
        if (bytes > long.MaxValue - alignment) return null;
        return Windows ? ReserveWindows(bytes, alignment) : ReserveMapped(bytes, alignment, ProtNone);
    }

    private static byte* ReserveMapped(long bytes, long alignment, int protection)
    {
        if (bytes > long.MaxValue - alignment) return null;
        byte* start = Map(null, (nuint)(bytes + alignment), protection, MapFlags, -1, 0);
        if (start == (byte*)-1) return null;

        byte* aligned = Align(start, alignment);
        long head = aligned - start;
        if (head > 0) Unmap(start, (nuint)head);
        if (alignment - head > 0) Unmap(aligned + bytes, (nuint)(alignment - head));
        return aligned;
    }

    /// <summary>
    /// As <see cref="Reserve(long, long)"/>, but readable and writable at once where the system promises memory only when it is
    /// touched: later
    /// steps then need no system call, which would wait for whatever another thread is doing to the address space.
    /// </summary>
    /// <param name="bytes">A multiple of <paramref name="alignment"/>.</param>
    /// <param name="alignment">As above.</param>
    /// <param name="isWritable">Whether no part of it needs to be committed.</param>
    public static byte* Reserve(long bytes, long alignment, out bool isWritable)
    {
        isWritable = false;
        if (!Linux) return Reserve(bytes, alignment);
        byte* start = ReserveMapped(bytes, alignment, ProtReadWrite);
        isWritable = start != null;
        return isWritable ? start : Reserve(bytes, alignment);
    }

    /// <summary>Makes a part of a reserved range readable and writable. Untouched memory costs nothing yet and reads as zero.</summary>
    /// <param name="start">Aligned to the system's page.</param>
    /// <param name="bytes">A multiple of the system's page.</param>
    /// <param name="hugePages">Ask for huge pages; where the system has none, nothing changes.</param>
    /// <returns>False when the system refuses. Committing committed memory changes nothing.</returns>
    public static bool Commit(byte* start, long bytes, bool hugePages)
    {
        if (Windows) return VirtualAlloc(start, (nuint)bytes, WindowsCommit, WindowsReadWrite) != null;
        if (Protect(start, (nuint)bytes, ProtReadWrite) != 0) return false;
        if (hugePages) AdviseHugePages(start, bytes, true);
        return true;
    }

    /// <summary>Gives the memory of a committed part back; its content is lost. <see cref="Commit"/> precedes the next access.</summary>
    public static void Decommit(byte* start, long bytes)
    {
        if (Windows) VirtualFree(start, (nuint)bytes, WindowsDecommit);
        else Advise(start, (nuint)bytes, Linux ? AdviseDontNeed : AdviseFreeMac);
    }

    /// <summary>Turns huge pages on or off for a committed part. Linux only; elsewhere nothing happens.</summary>
    public static void AdviseHugePages(byte* start, long bytes, bool wanted)
    {
        if (Linux) Advise(start, (nuint)bytes, wanted ? AdviseHugePage : AdviseNoHugePage);
    }

    /// <summary>Touches a committed part, keeping its content. Kernels before 5.14 do not know it and touch on first use.</summary>
    public static void Populate(byte* start, long bytes)
    {
        if (Linux) Advise(start, (nuint)bytes, AdvisePopulateWrite);
    }

    /// <summary>Gives a whole range from <c>Reserve</c> back.</summary>
    public static void Release(byte* start, long bytes)
    {
        if (Windows) VirtualFree(start, 0, WindowsRelease);
        else Unmap(start, (nuint)bytes);
    }

    // Windows cannot give back the ends of a reservation: find an aligned hole, let go of it and reserve exactly that.
    private static byte* ReserveWindows(long bytes, long alignment)
    {
        for (int attempt = 0; attempt < WindowsReserveTries; attempt++)
        {
            byte* hole = VirtualAlloc(null, (nuint)(bytes + alignment), WindowsReserve, WindowsNoAccess);
            if (hole == null) return null;
            VirtualFree(hole, 0, WindowsRelease);

            byte* start = VirtualAlloc(Align(hole, alignment), (nuint)bytes, WindowsReserve, WindowsNoAccess);
            if (start != null) return start;
        }

        return null;
    }

    private static byte* Align(byte* start, long alignment) => (byte*)(((long)start + alignment - 1) & -alignment);

    private static nint Find(bool present, string name) => present ? NativeLibrary.GetExport(Library, name) : 0;
}
