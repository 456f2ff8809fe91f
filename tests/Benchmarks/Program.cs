using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ModularKv.Benchmarks.Beside;
using ModularKv.Benchmarks.Memory;

if (args is ["beside", ..]) return BesideProgram.Run(args);

// In this process: a generated project of its own would be built under the rules of this tree, and does not see internals.
Job inProcess = Job.Default.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromMinutes(2), logOutput: false)).AsMutator();
BenchmarkSwitcher.FromAssembly(typeof(ParserBenchmark).Assembly).Run(args, DefaultConfig.Instance.AddJob(inProcess));
return 0;
