using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Benchmarks.Memory;

/// <summary>Commands found in received bytes.</summary>
public unsafe class ParserBenchmark
{
    private const int Commands = 64;
    private const int Slack = 16;

    private readonly ArgumentArena _arena = new();
    private readonly PartialRequest _partial = new();
    private RequestParser _parser = null!;
    private byte* _get;
    private byte* _getEnd;
    private byte* _set;
    private byte* _setEnd;
    private byte* _inline;
    private byte* _inlineEnd;

    /// <summary>Writes the requests.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _parser = new RequestParser(_arena, new RequestLimits());
        _get = Repeat("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000001234\r\n", out _getEnd);
        _set = Repeat($"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000001234\r\n$64\r\n{new string('x', 64)}\r\n", out _setEnd);
        _inline = Repeat("GET key:000000001234\r\n", out _inlineEnd);
    }

    private static byte* Repeat(string text, out byte* end)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, Commands)));
        byte* start = (byte*)NativeMemory.Alloc((nuint)(bytes.Length + Slack));
        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        end = start + bytes.Length;
        return start;
    }

    private int Parse(byte* at, byte* end)
    {
        int count = 0;
        while (at < end && _parser.Next(ref at, end, _partial, true) == ParseOutcome.Command) count += _parser.Count;
        _arena.Reset();
        return count;
    }

    /// <summary>GET key</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int Get() => Parse(_get, _getEnd);

    /// <summary>SET key value of 64 bytes</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int Set() => Parse(_set, _setEnd);

    /// <summary>GET key as a line</summary>
    [Benchmark(OperationsPerInvoke = Commands)]
    public int Inline() => Parse(_inline, _inlineEnd);
}
