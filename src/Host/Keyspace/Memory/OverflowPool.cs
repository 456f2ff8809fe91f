using System.Numerics;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>The overflow buckets of one key table, in an own range of address space.</summary>
/// <remarks>
/// A page's first bucket holds the bitmap of its free ones. Allocation takes the lowest address: splits and merges allocate every chain
/// anew, so what is left after a shrink gathers at the start of the range, and its end goes back to the system.
/// </remarks>
internal sealed unsafe class OverflowPool(nuint reserveBytes) : IDisposable
{
    private const int PageBytes = 64 * Bucket.Size;
    private const int BucketsPerPage = 63;
    private const ulong AllFree = ~1ul;
    private const nuint TrimFrom = 64 * 1024;

    private ReservedRange? _range;
    private byte* _start;
    private ulong* _openPages;
    private int _openWords;
    private int _firstOpenWord;
    private int _pages;

    /// <summary>Buckets handed out.</summary>
    public long Live { get; private set; }

    /// <summary>Bytes of memory in use, bitmaps included.</summary>
    public long MemoryBytes => (long)(_range?.Committed ?? 0) + (_openWords * 8L);

    /// <summary>Makes sure that the next <paramref name="buckets"/> (63 at most) allocations succeed.</summary>
    /// <returns>False when the system has no memory.</returns>
    public bool TryReserve(int buckets) => ((long)_pages * BucketsPerPage) - Live >= buckets || TryAddPage();

    /// <summary>Hands out a bucket with undefined content.</summary>
    /// <exception cref="OutOfMemoryException">The system has no memory; nothing was changed.</exception>
    public Bucket* Allocate()
    {
        int used = (_pages + 63) >> 6;
        while (_firstOpenWord < used && _openPages[_firstOpenWord] == 0) _firstOpenWord++;
        if (_firstOpenWord >= used || _openPages[_firstOpenWord] == 0)
        {
            if (!TryAddPage()) throw new OutOfMemoryException("No memory left for the key table's overflow buckets.");
        }

        int page = (_firstOpenWord << 6) + BitOperations.TrailingZeroCount(_openPages[_firstOpenWord]);
        ulong* free = FreeBits(page);
        int index = BitOperations.TrailingZeroCount(*free);
        *free &= *free - 1;
        if (*free == 0) _openPages[page >> 6] &= ~(1ul << (page & 63));
        Live++;
        return (Bucket*)free + index;
    }

    /// <summary>Takes a bucket back.</summary>
    public void Free(Bucket* bucket)
    {
        nuint offset = (nuint)((byte*)bucket - _start);
        int page = (int)(offset / PageBytes);
        Invariant.Check(offset < (nuint)_pages * PageBytes, "an overflow bucket returns to the pool it came from");
        ulong* free = FreeBits(page);
        *free |= 1ul << (int)(offset / Bucket.Size % 64);
        _openPages[page >> 6] |= 1ul << (page & 63);
        if (page >> 6 < _firstOpenWord) _firstOpenWord = page >> 6;
        Live--;
        if (*free == AllFree && page == _pages - 1) DropFreePages();
    }

    /// <summary>Unmaps everything; any thread may do it once the table is out of use.</summary>
    public void Dispose()
    {
        _range?.Dispose();
        _range = null;
        NativeMemory.Free(_openPages);
        _openPages = null;
        _openWords = _pages = _firstOpenWord = 0;
    }

    private ulong* FreeBits(int page) => (ulong*)(_start + ((nuint)page * PageBytes));

    private bool TryAddPage()
    {
        if (_range == null)
        {
            _range = ReservedRange.Reserve(reserveBytes);
            _start = _range.Start;
        }

        if (!_range.TryCommit((nuint)(_pages + 1) * PageBytes)) return false;
        int word = _pages >> 6;
        if (word >= _openWords)
        {
            int words = Math.Max(1, _openWords * 2);
            _openPages = (ulong*)NativeMemory.Realloc(_openPages, (nuint)words * 8);
            new Span<ulong>(_openPages + _openWords, words - _openWords).Clear();
            _openWords = words;
        }

        *FreeBits(_pages) = AllFree;
        _openPages[word] |= 1ul << (_pages & 63);
        _firstOpenWord = Math.Min(_firstOpenWord, word);
        _pages++;
        return true;
    }

    private void DropFreePages()
    {
        while (_pages > 0 && *FreeBits(_pages - 1) == AllFree)
        {
            _pages--;
            _openPages[_pages >> 6] &= ~(1ul << (_pages & 63));
        }

        // Half as slack: a chain that comes and goes must not map and unmap its page each time.
        nuint needed = (nuint)_pages * PageBytes;
        if (_range!.Committed > TrimFrom && needed < _range.Committed / 2) _range.Trim(needed + (needed / 4));
    }
}
