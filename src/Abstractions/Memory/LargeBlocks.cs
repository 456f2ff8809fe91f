using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>Blocks from the C library, listed through their headers: a heap can be dropped without knowing who holds them.</summary>
internal sealed unsafe class LargeBlocks : IDisposable
{
    // A multiple of 16, so that blocks keep the alignment of malloc.
    private const int HeaderBytes = 32;
    private const long Mark = 0x6C61726765426C6B;

    [StructLayout(LayoutKind.Sequential, Size = HeaderBytes)]
    private struct Header
    {
        public Header* Previous;
        public Header* Next;
        public long Bytes;
        public long Mark;
    }

    private Header* first;

    /// <summary>Sum of the sizes of the live blocks, headers not counted.</summary>
    public long Bytes { get; private set; }

    public long Count { get; private set; }

    public long BytesWithHeaders => Bytes + Count * HeaderBytes;

    /// <exception cref="OutOfMemoryException">The system refused.</exception>
    public byte* Allocate(long bytes)
    {
        Header* header = (Header*)NativeMemory.Alloc(checked((nuint)(bytes + HeaderBytes)));
        header->Bytes = bytes;
        Link(header);
        return (byte*)(header + 1);
    }

    /// <summary>Resizes a block, content kept; the old address is dead.</summary>
    /// <exception cref="OutOfMemoryException">The system refused; the block is as it was.</exception>
    public byte* Reallocate(byte* block, long bytes)
    {
        Header* header = Verify(block);
        Unlink(header);
        Header* moved;
        try
        {
            moved = (Header*)NativeMemory.Realloc(header, checked((nuint)(bytes + HeaderBytes)));
        }
        catch (OutOfMemoryException)
        {
            Link(header);
            throw;
        }

        moved->Bytes = bytes;
        Link(moved);
        return (byte*)(moved + 1);
    }

    public void Free(byte* block)
    {
        Header* header = Verify(block);
        Unlink(header);
        header->Mark = 0;
        NativeMemory.Free(header);
    }

    public static long SizeOf(byte* block) => Verify(block)->Bytes;

    public void Dispose()
    {
        for (Header* header = first; header != null;)
        {
            Header* next = header->Next;
            NativeMemory.Free(header);
            header = next;
        }

        first = null;
        Bytes = Count = 0;
    }

    private static Header* Verify(byte* block)
    {
        Invariant.Check(block != null, "A null block was freed or resized.");
        Header* header = (Header*)block - 1;
        Invariant.Check(header->Mark == Mark, "A block was freed or resized that this heap never allocated or freed before.");
        return header;
    }

    private void Link(Header* header)
    {
        header->Mark = Mark;
        header->Previous = null;
        header->Next = first;
        if (first != null) first->Previous = header;
        first = header;
        Bytes += header->Bytes;
        Count++;
    }

    private void Unlink(Header* header)
    {
        if (header->Next != null) header->Next->Previous = header->Previous;
        if (header->Previous != null) header->Previous->Next = header->Next;
        else first = header->Next;
        Bytes -= header->Bytes;
        Count--;
    }
}
