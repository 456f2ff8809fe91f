using ModularKv.Abstractions;
using ModularKv.Host.Configuration;
using ModularKv.Host.Server;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>
/// A whole server within the test's process, its data files on a disk that the test chooses; driven by the test's thread.
/// </summary>
internal sealed class LocalServer : IDisposable
{
    private readonly RunningServer _server;

    public LocalServer(IFiles files, params string[] directives)
    {
        string modules = Path.Combine(Path.GetDirectoryName(ServerProcess.ServerUnderTest)!, "modules");
        Assert.SkipUnless(Directory.Exists(modules), $"{modules} does not exist: build src/Host");
        string[] own = ["--port", "0", "--save", "", "--module-dir", modules];
        _server = new RunningServer(ServerStart.Read(CommandLine.Parse([.. own, .. directives]), files));
        Assert.Null(_server.Prepare());
    }

    /// <summary>The server as modules see it.</summary>
    public IServer Server => _server.Kernel.Services;

    /// <summary>What its modules do when it loads its data set.</summary>
    public bool LoadDataset() => _server.Kernel.Observers.LoadDataset();

    /// <summary>Runs a command as the server itself; its reply as text.</summary>
    public string Call(params string[] arguments)
    {
        byte[][] bytes = [.. arguments.Select(System.Text.Encoding.Latin1.GetBytes)];
        string reply = System.Text.Encoding.Latin1.GetString(Server.Call(null, 0, bytes));
        return reply.TrimEnd();
    }

    /// <summary>Runs what other threads have posted, and slices of work between, until a condition holds.</summary>
    public void RunUntil(Func<bool> condition)
    {
        while (!condition()) _server.Kernel.Loop.RunOnce();
    }

    /// <summary>A field of INFO persistence.</summary>
    public string Info(string field)
        => Server.Info.Render(["persistence"]).Split("\r\n")
            .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..];

    public void Dispose() => _server.Dispose();
}
