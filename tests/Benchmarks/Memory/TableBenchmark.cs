using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Benchmarks.Memory;

/// <summary>The key table, in cache and beyond it.</summary>
public unsafe class TableBenchmark
{
    private const int Batch = 64;
    private const int KeyBytes = 16;
    private const int ValueBytes = 64;

    private KeyTable _table = null!;
    private Record*[] _records = null!;
    private ulong[] _hashes = null!;
    private uint _at;

    /// <summary>Keys in the table.</summary>
    [Params(1000, 1_000_000)]
    public int Keys { get; set; }

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _table = new KeyTable(1L << 30);
        _records = new Record*[Keys];
        _hashes = new ulong[Keys];
        int size = Record.TotalSize(KeyBytes, ValueBytes, false, false);
        for (int i = 0; i < Keys; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key:{i:d12}"));
            fixed (byte* p = key)
            {
                _records[i] = Record.Initialize((byte*)NativeMemory.Alloc((nuint)size), p, KeyBytes, 0, 0, ValueBytes, false, false, 0);
                _hashes[i] = KeyHash.Compute(p, KeyBytes);
            }

            _table.Insert(_hashes[i], _records[i]);
        }
    }

    private int Next()
    {
        _at = (_at * 1664525) + 1013904223;
        return (int)(((ulong)_at * (uint)Keys) >> 32);
    }

    /// <summary>Looks keys up one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public nint Find()
    {
        nint sum = 0;
        for (int i = 0; i < Batch; i++)
        {
            int n = Next();
            sum += (nint)_table.Find(_hashes[n], _records[n]->KeyPointer, KeyBytes);
        }

        return sum;
    }

    /// <summary>Looks keys up in three stages, as a batch of commands does.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public nint FindPrefetched()
    {
        int* wanted = stackalloc int[Batch];
        nint sum = 0;
        for (int i = 0; i < Batch; i++)
        {
            wanted[i] = Next();
            _table.PrefetchBucket(_hashes[wanted[i]]);
        }

        for (int i = 0; i < Batch; i++) _table.PrefetchRecord(_hashes[wanted[i]]);
        for (int i = 0; i < Batch; i++) sum += (nint)_table.Find(_hashes[wanted[i]], _records[wanted[i]]->KeyPointer, KeyBytes);
        return sum;
    }

    /// <summary>Takes keys out and puts them back.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void RemoveAndInsert()
    {
        for (int i = 0; i < Batch; i++)
        {
            int n = Next();
            TableSlot slot = _table.FindSlot(_hashes[n], _records[n]->KeyPointer, KeyBytes);
            _table.Insert(_hashes[n], _table.Remove(slot));
        }
    }
}
