using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>A server killed with -9 under load, at a random moment.</summary>
public sealed class KillTests
{
    private const int Clients = 4;

    /// <summary>Runs; a variable of that name asks for more.</summary>
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("MODULARKV_KILL_RUNS"), out int runs) ? runs : 4;

    /// <summary>What everysec may lose: a second, and until the loop has noticed that it is over.</summary>
    private const long LossMs = 1500;

    private readonly List<(long AtMs, long Count)>[] _progress = [.. Enumerable.Range(0, Clients).Select(_ => new List<(long, long)>())];

    [Theory]
    [InlineData("always", 600)]
    [InlineData("everysec", 2500)]
    public void What_was_acknowledged_is_there(string policy, int lifeMs)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using ServerProcess server = ServerProcess.StartOurs("--appendonly", "yes", "--appendfsync", policy);
        long[] acknowledged = new long[Clients];
        for (int run = 0; run < Runs; run++)
        {
            long killedAtMs = Load(server, acknowledged, random.Next(30, lifeMs), random.Next(4) == 0);
            server.Launch();
            using RespClient client = server.Connect();
            for (int i = 0; i < Clients; i++)
            {
                long found = Number(client.Call("GET", "count:" + i));
                string where = $"seed {seed}, run {run}, client {i}: {found} found, {acknowledged[i]} acknowledged";

                long promised = policy == "always" ? acknowledged[i] : Before(_progress[i], killedAtMs - LossMs);
                Assert.True(found >= promised, $"{where}, {promised} promised");
                Assert.True(found <= acknowledged[i] + 1, where);
                Assert.True(found == Number(client.Call("GET", "twin:" + i)), where + ", half a transaction");
                Assert.True(found == client.Call("LLEN", "list:" + i).Integer, where + ", half a transaction");
                acknowledged[i] = found;
            }
        }
    }

    private static long Before(List<(long AtMs, long Count)> progress, long ms)
    {
        long count = 0;
        foreach ((long at, long reached) in progress) count = at <= ms ? reached : count;
        return count;
    }

    private long Load(ServerProcess server, long[] acknowledged, int lifeMs, bool rewrites)
    {
        Thread[] threads = new Thread[Clients];
        for (int i = 0; i < Clients; i++)
        {
            int me = i;
            _progress[i].Clear();
            _progress[i].Add((long.MinValue, acknowledged[i]));
            threads[i] = new Thread(() => Write(server, acknowledged, me));
            threads[i].Start();
        }

        Thread.Sleep(lifeMs / 2);
        if (rewrites) Rewrite(server);
        Thread.Sleep(lifeMs / 2);
        long killedAtMs = Environment.TickCount64;
        server.Kill();
        foreach (Thread thread in threads) thread.Join();
        return killedAtMs;
    }

    private static void Rewrite(ServerProcess server)
    {
        using RespClient client = server.Connect();
        client.Call("BGREWRITEAOF");
    }

    private void Write(ServerProcess server, long[] acknowledged, int me)
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
                if (acknowledged[me] % 16 == 0) _progress[me].Add((Environment.TickCount64, acknowledged[me]));
            }
        }
        catch (Exception e) when (e is RespException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The server is gone, as it should be.
        }
    }

    private static long Number(Reply reply) => reply.Text.Length == 0 ? 0 : long.Parse(reply.Text, CultureInfo.InvariantCulture);
}
