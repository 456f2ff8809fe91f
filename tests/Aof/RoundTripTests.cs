using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>A log of redis-server is loaded here, and ours there.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public void Redis_loads_what_is_written_here(string preamble)
    {
        using ServerProcess ours = ServerProcess.StartOurs("--appendonly", "yes", "--aof-use-rdb-preamble", preamble);
        using ServerProcess redis = ServerProcess.StartRedis();
        Assert.Equal(Move(ours, redis, preamble), LoadedDigest(redis));
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public void What_Redis_has_written_is_loaded_here(string preamble)
    {
        using ServerProcess redis = ServerProcess.StartRedis("--appendonly", "yes", "--aof-use-rdb-preamble", preamble);
        using ServerProcess ours = ServerProcess.StartOurs();
        Assert.Equal(Move(redis, ours, preamble), LoadedDigest(ours));
    }

    // Fills, rewrites, writes more; the other server gets the files. Returns the digest that they stand for.
    private static string Move(ServerProcess from, ServerProcess to, string preamble)
    {
        using RespClient client = from.Connect();
        DataSet.Write(client, seed: 7, commands: 3000);
        client.Call("CONFIG", "SET", "aof-use-rdb-preamble", preamble);
        client.Call("BGREWRITEAOF");
        Wait(() => client.Info("persistence", "aof_rewrite_in_progress") == "0");
        DataSet.Write(client, seed: 8, commands: 2000);
        string digest = client.Call("DEBUG", "DIGEST").Text!;
        from.Kill();
        string folder = Path.Combine(from.Directory, "appendonlydir");
        Check(folder);
        Directory.CreateDirectory(Path.Combine(to.Directory, "appendonlydir"));
        foreach (string file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(to.Directory, "appendonlydir", Path.GetFileName(file)));
        }

        return digest;
    }

    private static void Check(string folder)
    {
        string manifest = Directory.GetFiles(folder, "*.manifest")[0];
        using Process check = Process.Start(new ProcessStartInfo("redis-check-aof", [manifest]) { RedirectStandardOutput = true })!;
        string said = check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        Assert.True(check.ExitCode == 0, said);
    }

    private static string LoadedDigest(ServerProcess server)
    {
        using RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("DEBUG", "LOADAOF").Text);
        return client.Call("DEBUG", "DIGEST").Text!;
    }

    internal static void Wait(Func<bool> until)
    {
        while (!until()) Thread.Sleep(10);
    }
}
