using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Commands.Memory;
using ModularKv.Host.Configuration;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Server;
using StartLine = ModularKv.Host.Configuration.CommandLine;

namespace ModularKv.Benchmarks.Memory;

/// <summary>From a parsed command to its handler and back, with handlers that do next to nothing.</summary>
public unsafe class DispatchBenchmark
{
    private const int Batch = 64;

    private readonly ArgumentArena _arguments = new();
    private RunningServer _server = null!;
    private CommandBatch _batch = null!;
    private VirtualClient _client = null!;
    private byte* _text;

    /// <summary>Makes a kernel without modules.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _server = new RunningServer(ServerStart.Read(StartLine.Parse(["--port", "0"])));
        Kernel kernel = _server.Kernel;
        kernel.Commands.Add(Row("nop", CommandFlags.Fast), "benchmark", true);
        kernel.Commands.Add(Row("slow", CommandFlags.None), "benchmark", true);
        kernel.Commands.Add(Row("find", CommandFlags.Fast | CommandFlags.ReadOnly, KeySpec.At(1, KeyFlags.RO)), "benchmark", true);
        _batch = new CommandBatch(_arguments, kernel.Commands, kernel.Databases, kernel.Executor);
        _client = new VirtualClient(1, "default", 16, false);
        _text = (byte*)NativeMemory.AllocZeroed(64);
        "nop find slow key:000000001234"u8.CopyTo(new Span<byte>(_text, 64));
    }

    private static CommandSpec Row(string name, CommandFlags flags, params KeySpec[] keys)
        => new()
        {
            Name = name,
            Arity = -1,
            Group = "generic",
            Since = "1.0.0",
            Flags = flags,
            Keys = keys,
            Handler = keys.Length > 0 ? Find : Nop,
        };

    private static void Nop(ref CommandContext call) => call.Reply.Ok();

    private static void Find(ref CommandContext call)
    {
        if (call.Keys.Find(call.Key(1)).IsMissing) call.Reply.Null(); else call.Reply.Ok();
    }

    private void Run(int offset, int length, int count)
    {
        for (int i = 0; i < Batch; i++)
        {
            Argument* argument = _arguments.Room(_arguments.Count, count);
            argument[0] = new Argument { Bytes = _text + offset, Length = length };
            if (count == 2) argument[1] = new Argument { Bytes = _text + 14, Length = 16 };
            _batch.Add(_client, _arguments.Count, count);
            _arguments.Count += count;
        }

        _batch.Run();
        _arguments.Reset();
        _client.Output.Clear();
    }

    /// <summary>A fast command without keys.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Fast() => Run(0, 3, 1);

    /// <summary>A command that is timed by itself.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void TimedAlone() => Run(9, 4, 1);

    /// <summary>A fast command that looks for a key in an empty database.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void WithKey() => Run(4, 4, 2);
}
