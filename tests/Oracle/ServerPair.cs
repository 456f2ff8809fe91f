using ModularKv.TestKit;

namespace ModularKv.Oracle.Tests;

/// <summary>The server under test and redis-server, started by the first test that asks; shared, as tests run one after another.</summary>
public sealed class ServerPair : IDisposable
{
    // What redis-server 7.0 calls otherwise than we do by default.
    private static string[] AsBefore72 =>
        Path.GetFileName(ServerProcess.ServerUnderTest) == "redis-server"
            ? [] : ["--list-small-listpack", "no", "--set-max-listpack-entries", "0"];

    private readonly Lock starting = new();
    private ServerProcess? ours;
    private ServerProcess? theirs;

    /// <summary>The server under test. A test that killed it gets a new one next time.</summary>
    public ServerProcess Ours
    {
        get
        {
            lock (starting)
            {
                if (ours is { IsRunning: false })
                {
                    ours.Dispose();
                    ours = null;
                }
                return ours ??= ServerProcess.StartOurs(AsBefore72);
            }
        }
    }

    /// <summary>redis-server; skips the calling test when it is not installed.</summary>
    public ServerProcess Theirs
    {
        get
        {
            lock (starting) return theirs ??= ServerProcess.StartRedis();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ours?.Dispose();
        theirs?.Dispose();
    }
}
