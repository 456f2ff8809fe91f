using ModularKv.TestKit;

namespace ModularKv.Modules.Tests;

/// <summary>A server with the probe loaded by a loadmodule line, and only the built-in modules that are needed.</summary>
public sealed class ProbedServer : IDisposable
{
    private const string Needed = "Strings Connection";

    public ProbedServer() => Server = ServerProcess.StartOurs("--modules", Needed, "--loadmodule", ProbePath, "one", "two");

    /// <summary>The module of tests/Probe.</summary>
    public static string ProbePath { get; } = Built("tests", "Probe", "ModularKv.Probe.dll");

    /// <summary>The example.</summary>
    public static string HelloPath { get; } = Built("examples", "HelloModule", "HelloModule.dll");

    public ServerProcess Server { get; }

    public void Dispose() => Server.Dispose();

    private static string Built(string folder, string project, string file)
        => Repository.PathOf(folder, project, "bin", "Release", "net10.0", file);
}
