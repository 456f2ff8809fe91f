using BenchmarkDotNet.Attributes;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Primitives;

namespace ModularKv.Benchmarks.Memory;

/// <summary>The table of large sets and hashes, in cache and beyond it; 16-byte members in random order.</summary>
public class PackedTableBenchmark
{
    private const int Batch = 64;

    private readonly FastRandom _random = new(7);
    private readonly byte[] _keys = new byte[Batch * 16];
    private MemoryHeap _heap = null!;
    private MemoryOwner _owner = null!;
    private PackedTable _table;

    /// <summary>Members in the table.</summary>
    [Params(1000, 1_000_000)]
    public int Members { get; set; }

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _heap = new MemoryHeap("benchmark", new MemoryHeapOptions());
        _owner = new MemoryOwner("benchmark", _heap);
        _table = PackedTable.Create();
        for (int i = 0; i < Members; i++) _table.Add(_owner, Key(0, i));
    }

    private ReadOnlySpan<byte> Key(int slot, long number)
    {
        Span<byte> key = _keys.AsSpan(slot * 16, 16);
        "member:"u8.CopyTo(key);
        for (int i = 15; i >= 7; i--, number /= 10) key[i] = (byte)('0' + (number % 10));
        return key;
    }

    /// <summary>Looks members up one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int Find()
    {
        int found = 0;
        for (int i = 0; i < Batch; i++) found += _table.Find(Key(i, _random.Next(Members))).Key.Length;
        return found;
    }

    /// <summary>Looks members up in two stages.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int FindPrefetched()
    {
        int found = 0;
        for (int i = 0; i < Batch; i++) _table.Prefetch(KeyHash.Compute(Key(i, _random.Next(Members))));
        for (int i = 0; i < Batch; i++) found += _table.Find(_keys.AsSpan(i * 16, 16)).Key.Length;
        return found;
    }

    /// <summary>Takes random members out and puts them back.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void RemoveAndAdd()
    {
        for (int i = 0; i < Batch; i++)
        {
            ReadOnlySpan<byte> key = Key(i, _random.Next(Members));
            _table.Remove(_owner, key);
            _table.Add(_owner, key);
        }
    }

    /// <summary>Members chosen evenly.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int Random()
    {
        int found = 0;
        for (int i = 0; i < Batch; i++) found += _table.Random(_random).Key.Length;
        return found;
    }

    /// <summary>All members.</summary>
    [Benchmark]
    public long Walk()
    {
        long bytes = 0;
        TableWalk walk = default;
        while (_table.Next(ref walk, out TableItem item)) bytes += item.Key.Length;
        return bytes;
    }
}
