using BenchmarkDotNet.Attributes;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Benchmarks.Memory;

/// <summary>Replies as they are written into a client's output.</summary>
public class ReplyBenchmark
{
    private const int Batch = 64;

    private readonly ReplyWriter _writer = new(new OutputBlocks());
    private readonly byte[] _value = new byte[64];

    /// <summary>+OK</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Ok()
    {
        for (int i = 0; i < Batch; i++) _writer.Ok();
        _writer.Clear();
    }

    /// <summary>A bulk string of 64 bytes.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Bulk()
    {
        for (int i = 0; i < Batch; i++) _writer.Bulk(_value);
        _writer.Clear();
    }

    /// <summary>An integer of 8 digits.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Integer()
    {
        for (int i = 0; i < Batch; i++) _writer.Integer(12_345_678 + i);
        _writer.Clear();
    }

    /// <summary>A double with 17 digits.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Double()
    {
        for (int i = 0; i < Batch; i++) _writer.Double(0.1 + i);
        _writer.Clear();
    }

    /// <summary>An array of two elements whose length is told afterwards.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Deferred()
    {
        for (int i = 0; i < Batch; i++)
        {
            DeferredLength length = _writer.Defer();
            _writer.Integer(1);
            _writer.Integer(2);
            _writer.Finish(length, Aggregate.Array, 2);
        }

        _writer.Clear();
    }
}
