using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>A server killed with -9 under load, at a random moment.</summary>
public sealed class KillTests
{
    private const int Clients = 4;

    /// <summary>Runs; a variable of that name asks for more.</summary>
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("MODULARKV_KILL_RUNS"), out int runs) ? runs : 4;

    [Theory]
    [InlineData("always")]
    [InlineData("everysec")]
    public void What_was_acknowledged_is_there(string policy)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using ServerProcess server = ServerProcess.StartOurs("--appendonly", "yes", "--appendfsync", policy);
        long[] acknowledged = new long[Clients];
        for (int run = 0; run < Runs; run++)
        {
            Load(server, acknowledged, random.Next(30, 600), random.Next(4) == 0);
            server.Launch();
            using RespClient client = server.Connect();
            for (int i = 0; i < Clients; i++)
            {
                long found = Number(client.Call("GET", "count:" + i));
                string where = $"seed {seed}, run {run}, client {i}: {found} found, {acknowledged[i]} acknowledged";

                // Writes reach the system before replies go out, whatever the policy: a killed process loses nothing.
                Assert.True(found >= acknowledged[i], where);
                Assert.True(found <= acknowledged[i] + 1, where);
                Assert.True(found == Number(client.Call("GET", "twin:" + i)), where + ", half a transaction");
                Assert.True(found == client.Call("LLEN", "list:" + i).Integer, where + ", half a transaction");
                acknowledged[i] = found;
            }
        }
    }

    private static void Load(ServerProcess server, long[] acknowledged, int lifeMs, bool rewrites)
    {
        Thread[] threads = new Thread[Clients];
        for (int i = 0; i < Clients; i++)
        {
            int me = i;
            threads[i] = new Thread(() => Write(server, acknowledged, me));
            threads[i].Start();
        }

        Thread.Sleep(lifeMs / 2);
        if (rewrites) Rewrite(server);
        Thread.Sleep(lifeMs / 2);
        server.Kill();
        foreach (Thread thread in threads) thread.Join();
    }

    private static void Rewrite(ServerProcess server)
    {
        using RespClient client = server.Connect();
        client.Call("BGREWRITEAOF");
    }

    private static void Write(ServerProcess server, long[] acknowledged, int me)
    {
        try
        {
            using RespClient client = server.Connect();
            while (true)
            {
                client.Send("MULTI");
                client.Send("INCR", "count:" + me);
                client.Send("INCR", "twin:" + me);
                client.Send("RPUSH", "list:" + me, "x");
                client.Send("EXEC");
                client.ReadMany(5);
                acknowledged[me]++;
            }
        }
        catch (Exception e) when (e is RespException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The server is gone, as it should be.
        }
    }

    private static long Number(Reply reply) => reply.Text.Length == 0 ? 0 : long.Parse(reply.Text, CultureInfo.InvariantCulture);
}
