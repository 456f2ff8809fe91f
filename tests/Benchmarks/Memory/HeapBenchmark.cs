using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Benchmarks.Memory;

/// <summary>The slab heap beside the C library's.</summary>
public unsafe class HeapBenchmark
{
    private const int Batch = 64;
    private const int LiveBlocks = 100_000;

    private readonly byte*[] _blocks = new byte*[LiveBlocks];
    private MemoryHeap _heap = null!;
    private uint _at;

    /// <summary>Bytes of a block.</summary>
    [Params(32, 100, 1000)]
    public int Size { get; set; }

    /// <summary>Fills the heap.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _heap = new MemoryHeap("benchmark", new MemoryHeapOptions());
        for (int i = 0; i < LiveBlocks; i++) _blocks[i] = _heap.Allocate(Size);
    }

    /// <summary>Fills the C library's.</summary>
    [GlobalSetup(Target = nameof(CLibrary))]
    public void SetupCLibrary()
    {
        for (int i = 0; i < LiveBlocks; i++) _blocks[i] = (byte*)NativeMemory.Alloc((nuint)Size);
    }

    private int Next()
    {
        _at = (_at * 1664525) + 1013904223;
        return (int)(((ulong)_at * LiveBlocks) >> 32);
    }

    /// <summary>Frees a random block and allocates another.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void FreeAndAllocate()
    {
        for (int i = 0; i < Batch; i++)
        {
            int n = Next();
            _heap.Free(_blocks[n], Size);
            _blocks[n] = _heap.Allocate(Size);
        }
    }

    /// <summary>The same with malloc.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void CLibrary()
    {
        for (int i = 0; i < Batch; i++)
        {
            int n = Next();
            NativeMemory.Free(_blocks[n]);
            _blocks[n] = (byte*)NativeMemory.Alloc((nuint)Size);
        }
    }
}
