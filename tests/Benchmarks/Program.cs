using BenchmarkDotNet.Running;
using ModularKv.Benchmarks.Memory;

BenchmarkSwitcher.FromAssembly(typeof(ParserBenchmark).Assembly).Run(args);
