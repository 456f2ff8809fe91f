using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Bitmaps.Memory;

/// <summary>The sources of a BITOP, and the operations on them. Reused by every call; nothing of it is kept between two.</summary>
/// <remarks>
/// Works in blocks that stay in the first cache: each source is read once, the target written once. Loop thread only.
/// </remarks>
internal sealed unsafe class BitSources
{
    /// <summary>Bytes combined at a time; two accumulators and two blocks of sources fit into the first cache.</summary>
    private const int BlockBytes = 8 * 1024;

    private readonly byte* _scratch;
    private Source[] _sources = new Source[8];
    private int _count;

    public BitSources() => _scratch = (byte*)NativeMemory.AlignedAlloc(4 * BlockBytes, 64);

    ~BitSources() => NativeMemory.AlignedFree(_scratch);

    private byte* Any => _scratch;

    private byte* Twice => _scratch + BlockBytes;

    /// <summary>Forgets all sources.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a source.</summary>
    /// <param name="bytes">A value of the keyspace: it lies outside the collected heap and stays until the next write.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_count == _sources.Length) Array.Resize(ref _sources, _count * 2);
        _sources[_count++] = new Source((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), bytes.Length);
    }

    /// <summary>Computes the result of all sources, each followed by zeros.</summary>
    /// <param name="operation">What to compute.</param>
    /// <param name="target">As long as the longest source. May be the very bytes of sources, from their start on.</param>
    public void Combine(BitOperation operation, Span<byte> target)
    {
        fixed (byte* to = target)
        {
            if (operation == BitOperation.Not) new Span<byte>(Any, BlockBytes).Fill(0xFF);
            for (int at = 0; at < target.Length; at += BlockBytes)
            {
                Combine(operation, to + at, at, Math.Min(BlockBytes, target.Length - at));
            }
        }
    }

    private void Combine(BitOperation operation, byte* to, int at, int length)
    {
        switch (operation)
        {
            case BitOperation.Not:
                BitLoop.Run<AndNot>(to, Any, Block(0, at, length, 0), length);
                break;
            case BitOperation.And:
                Fold<And>(to, 0, at, length);
                break;
            case BitOperation.Or:
                Fold<Or>(to, 0, at, length);
                break;
            case BitOperation.Xor:
                Fold<Xor>(to, 0, at, length);
                break;
            case BitOperation.Diff:
                Fold<Or>(Any, 1, at, length);
                BitLoop.Run<AndNot>(to, Block(0, at, length, 0), Any, length);
                break;
            case BitOperation.Diff1:
                Fold<Or>(Any, 1, at, length);
                BitLoop.Run<AndNot>(to, Any, Block(0, at, length, 0), length);
                break;
            case BitOperation.AndOr:
                Fold<Or>(Any, 1, at, length);
                BitLoop.Run<And>(to, Any, Block(0, at, length, 0), length);
                break;
            default:
                One(to, at, length);
                break;
        }
    }

    /// <summary>Combines the sources from <paramref name="first"/> on; the target is written last, when all are read.</summary>
    private void Fold<T>(byte* to, int first, int at, int length) where T : struct, IBitOperator
    {
        byte* sum = Block(first, at, length, 0);
        if (first == _count - 1)
        {
            Buffer.MemoryCopy(sum, to, length, length);
            return;
        }

        for (int i = first + 1; i < _count; i++)
        {
            byte* into = i == _count - 1 ? to : Any;
            BitLoop.Run<T>(into, sum, Block(i, at, length, 1), length);
            sum = into;
        }
    }

    /// <summary>Keeps what is set in any source, and what is set in more than one.</summary>
    private void One(byte* to, int at, int length)
    {
        new Span<byte>(Twice, length).Clear();
        Buffer.MemoryCopy(Block(0, at, length, 0), Any, length, length);
        for (int i = 1; i < _count; i++)
        {
            byte* block = Block(i, at, length, 0);
            BitLoop.Run<OrAnd>(Twice, Any, block, length);
            BitLoop.Run<Or>(Any, Any, block, length);
        }

        BitLoop.Run<AndNot>(to, Any, Twice, length);
    }

    /// <summary>A block of a source where it lies; at the source's end a copy with zeros behind, in one of two places.</summary>
    private byte* Block(int index, int at, int length, int place)
    {
        Source source = _sources[index];
        long left = source.Length - at;
        if (left >= length) return source.Bytes + at;
        byte* copy = _scratch + (2 + place) * BlockBytes;
        Span<byte> block = new(copy, length);
        if (left > 0) new ReadOnlySpan<byte>(source.Bytes + at, (int)left).CopyTo(block);
        block[(int)Math.Max(left, 0)..].Clear();
        return copy;
    }

    private readonly record struct Source(nint Address, int Length)
    {
        public Source(byte* bytes, int length)
            : this((nint)bytes, length)
        {
        }

        public byte* Bytes => (byte*)Address;
    }
}
