using System.Numerics;
using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>
/// A range of address space that is reserved at once and gets memory from its start on, in steps: it grows without moving.
/// </summary>
/// <remarks>
/// Steps double from one page to 2 MB and are 2 MB from there, with huge pages. Not thread-safe; <see cref="Dispose"/> may run on any
/// thread
/// once nobody else uses the range.
/// </remarks>
internal sealed unsafe class ReservedRange : IDisposable
{
    /// <summary>Smallest step, and the granularity of everything: the page size that all supported systems accept.</summary>
    public static readonly nuint PageSize = (nuint)Math.Max(4096, Environment.SystemPageSize);

    private const nuint HugePage = 2u << 20;

    private const nuint SmallestReserve = 1u << 20;

    private readonly bool _isWritable;
    private readonly PreparedFrontier _ahead;
    private byte* _start;
    private nuint _askAt = nuint.MaxValue;

    private ReservedRange(byte* start, nuint bytes, bool isWritable)
    {
        _start = start;
        Bytes = bytes;
        _isWritable = isWritable;
        _ahead = new PreparedFrontier(start, hugePages: true, isWritable);
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
            nuint alignment = bytes >= HugePage ? HugePage : PageSize;
            byte* start = NativeMemoryMap.Reserve((long)bytes, (long)alignment, out bool isWritable);
            if (start != null) return new ReservedRange(start, bytes, isWritable);
            if (bytes <= SmallestReserve) throw new OutOfMemoryException("No address space left for a key table.");
        }
    }

    /// <summary>Makes at least the first <paramref name="needed"/> bytes usable; fresh ones are zero.</summary>
    /// <returns>False when the range is too small or the system has no memory; nothing was changed.</returns>
    public bool TryCommit(nuint needed)
    {
        if (needed <= Committed)
        {
            if (needed > _askAt) AskAhead();
            return true;
        }

        if (needed > Bytes) return false;
        nuint target = nuint.Min(Bytes, RoundUpToStep(needed));
        bool isReady = Committed >= HugePage && _ahead.IsReady((long)target);
        bool mustCommit = !isReady && !_isWritable;
        if (mustCommit && !NativeMemoryMap.Commit(_start + Committed, (long)(target - Committed), target > HugePage)) return false;

        // The first 2 MB come page by page while the range is small; what follows comes as huge pages.
        if (_isWritable && Committed < HugePage && target >= HugePage) NativeMemoryMap.AdviseHugePages(_start, (long)Bytes, true);
        // Elsewhere than on Linux pages that were given back may keep their content.
        if (!OperatingSystem.IsLinux()) NativeMemory.Clear(_start + Committed, target - Committed);
        Committed = target;
        _askAt = target < HugePage ? nuint.MaxValue : (nuint)PreparedFrontier.AskAt((long)target);
        if (needed > _askAt) AskAhead();
        return true;
    }

    /// <summary>Gives memory behind the first <paramref name="needed"/> bytes back to the system, in whole steps.</summary>
    public void Trim(nuint needed)
    {
        nuint target = nuint.Min(Bytes, RoundUpToStep(needed));
        if (target >= Committed) return;
        _ahead.Shrink((long)target);
        NativeMemoryMap.Decommit(_start + target, (long)(Committed - target));
        Committed = target;
        _askAt = target < HugePage ? nuint.MaxValue : (nuint)PreparedFrontier.AskAt((long)target);
    }

    /// <summary>Gives everything back. Only unmaps memory, so another thread may do it.</summary>
    public void Dispose()
    {
        if (_start == null) return;
        _ahead.Dispose();
        NativeMemoryMap.Release(_start, (long)Bytes);
        _start = null;
        Committed = 0;
    }

    private void AskAhead()
    {
        _askAt = nuint.MaxValue;
        if (Committed < Bytes) _ahead.Ask((long)Committed, (long)Bytes);
    }

    private static nuint RoundUpToStep(nuint bytes)
    {
        if (bytes <= HugePage) return nuint.Max(PageSize, (nuint)BitOperations.RoundUpToPowerOf2((ulong)bytes));
        return (bytes + HugePage - 1) & ~(HugePage - 1);
    }
}
