using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>Rewrites that fail, and files that are broken.</summary>
public sealed class RewriteTests
{
    private static string Folder(ServerProcess server) => Path.Combine(server.Directory, "appendonlydir");

    private static string[] Manifest(ServerProcess server) => File.ReadAllLines(Path.Combine(Folder(server), "appendonly.aof.manifest"));

    private static void Rewrite(RespClient client)
    {
        Assert.Contains("started", client.Call("BGREWRITEAOF").Text, StringComparison.Ordinal);
        RoundTripTests.Wait(() => client.Info("persistence", "aof_rewrite_in_progress") == "0");
    }

    [Theory]
    [InlineData("no", "aof")]
    [InlineData("yes", "rdb")]
    public void A_rewrite_that_fails_keeps_all_files(string preamble, string suffix)
    {
        using ServerProcess server = ServerProcess.StartOurs(
            "--appendonly", "yes", "--aof-use-rdb-preamble", preamble, "--auto-aof-rewrite-percentage", "0");
        using RespClient client = server.Connect();
        DataSet.Write(client, seed: 3, commands: 1000);

        // A folder stands where the base should go: the rename is refused.
        string obstacle = Path.Combine(Folder(server), $"appendonly.aof.2.base.{suffix}", "x");
        Directory.CreateDirectory(obstacle);
        for (int i = 0; i < 2; i++)
        {
            Rewrite(client);
            Assert.Equal("err", client.Info("persistence", "aof_last_bgrewrite_status"));
            DataSet.Write(client, seed: 4 + i, commands: 500);
        }

        Assert.Equal(
            [
                $"file appendonly.aof.1.base.{suffix} seq 1 type b", "file appendonly.aof.1.incr.aof seq 1 type i",
                "file appendonly.aof.2.incr.aof seq 2 type i", "file appendonly.aof.3.incr.aof seq 3 type i",
            ],
            Manifest(server));
        string digest = client.Call("DEBUG", "DIGEST").Text!;
        server.Restart();
        using RespClient again = server.Connect();
        Assert.Equal(digest, again.Call("DEBUG", "DIGEST").Text);
        Directory.Delete(Path.GetDirectoryName(obstacle)!, recursive: true);
        Rewrite(again);
        Assert.Equal("ok", again.Info("persistence", "aof_last_bgrewrite_status"));
        Assert.Equal(
            [$"file appendonly.aof.2.base.{suffix} seq 2 type b", "file appendonly.aof.4.incr.aof seq 4 type i"], Manifest(server));
        Assert.Equal("OK", again.Call("DEBUG", "LOADAOF").Text);
        Assert.Equal(digest, again.Call("DEBUG", "DIGEST").Text);
    }

    [Fact]
    public void It_can_be_switched_on_and_off_while_clients_write()
    {
        using ServerProcess server = ServerProcess.StartOurs("--auto-aof-rewrite-percentage", "0");
        using RespClient client = server.Connect();
        DataSet.Write(client, seed: 1, commands: 2000);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("OK", client.Call("CONFIG", "SET", "appendonly", "yes").Text);
            DataSet.Write(client, seed: 10 + i, commands: 2000);
            RoundTripTests.Wait(() => client.Info("persistence", "aof_rewrite_in_progress") == "0");
            DataSet.Write(client, seed: 20 + i, commands: 500);
            string digest = client.Call("DEBUG", "DIGEST").Text!;
            Assert.Equal("OK", client.Call("DEBUG", "LOADAOF").Text);
            Assert.Equal(digest, client.Call("DEBUG", "DIGEST").Text);
            Assert.Equal("OK", client.Call("CONFIG", "SET", "appendonly", "no").Text);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_broken_log_ends_in_an_error_or_a_load(int seed)
    {
        int runs = int.TryParse(Environment.GetEnvironmentVariable("MODULARKV_AOF_MUTATIONS"), out int more) ? more : 300;
        var random = new Random(seed);
        using ServerProcess server = ServerProcess.StartOurs("--appendonly", "yes", "--aof-use-rdb-preamble", "no");
        using RespClient client = server.Connect();
        DataSet.Write(client, seed, commands: 500);
        client.Send("MULTI");
        client.Send("SET", "a", "1");
        client.Send("EXEC");
        client.ReadMany(3);
        Rewrite(client);
        client.Call("CONFIG", "SET", "appendonly", "no");
        string path = Path.Combine(Folder(server), "appendonly.aof.2.base.aof");
        byte[] good = File.ReadAllBytes(path);
        int failed = 0;
        for (int run = 0; run < runs; run++)
        {
            byte[] bad = [.. good];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                bad[random.Next(bad.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"*$\r\n0159#"[random.Next(9)];
            }

            File.WriteAllBytes(path, random.Next(3) == 0 ? bad[..random.Next(1, bad.Length)] : bad);
            Reply reply = client.Call("DEBUG", "LOADAOF");
            if (reply.IsError) failed++; else Assert.Equal("OK", reply.Text);
            Assert.Equal("PONG", client.Call("PING").Text);
        }

        Assert.InRange(failed, 1, runs - 1);
    }
}
