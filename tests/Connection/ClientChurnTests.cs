using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>
/// Many clients that connect, work and are killed at random leave no descriptor, no buffer and no memory behind.
/// MODULARKV_CHURN_CLIENTS and MODULARKV_CHURN_ACTIONS make it larger, MODULARKV_CHURN_SEED another one.
/// </summary>
public sealed class ClientChurnTests(ITestOutputHelper output)
{
    private const int Threads = 4;
    private const int WaitsMax = 600;
    private const int KillEvery = 20;
    private const long LeftBytesMax = 4 << 20;

    [Fact]
    public void Clients_that_come_and_go_leave_nothing_behind()
    {
        int clients = Variables.Integer("MODULARKV_CHURN_CLIENTS", 800), actions = Variables.Integer("MODULARKV_CHURN_ACTIONS", 60_000);
        int seed = Variables.Integer("MODULARKV_CHURN_SEED", Random.Shared.Next());
        using ServerProcess server = ServerProcess.StartOurs("--maxclients", "12000", "--client-output-buffer-limit", "pubsub 1mb 256kb 5");
        using RespClient admin = server.Connect();

        // The first round brings what stays for good: compiled code, pools, the tables' first blocks.
        Round(server, admin, clients, actions / 4, seed);
        (int descriptors, long bytes) = Left(server, admin);
        int opened = Round(server, admin, clients, actions, seed + Threads);
        (int descriptorsAfter, long bytesAfter) = Left(server, admin);

        // What the last clients held is given back in the iterations that follow; what has leaked never is.
        for (int i = 0; i < WaitsMax && bytesAfter - bytes > LeftBytesMax; i++)
        {
            Thread.Sleep(50);
            (descriptorsAfter, bytesAfter) = Left(server, admin);
        }

        output.WriteLine($"seed {seed}: {opened} connections");
        output.WriteLine($"descriptors {descriptors} then {descriptorsAfter}, bytes {bytes} then {bytesAfter}");
        Assert.Equal(descriptors, descriptorsAfter);
        Assert.InRange(bytesAfter - bytes, long.MinValue, LeftBytesMax);
        Assert.Equal("PONG", admin.Call("PING").Text);
        Assert.Equal("0", admin.Info("clients", "blocked_clients"));
        Assert.Equal("0", admin.Info("stats", "pubsub_channels"));
    }

    private static int Round(ServerProcess server, RespClient admin, int clients, int actions, int seed)
    {
        ClientChurn[] parts = [.. Enumerable.Range(0, Threads).Select(i => new ClientChurn(server.Port, clients / Threads, seed + i))];
        try
        {
            Task[] running = [.. parts.Select(part => Task.Run(() => part.Run(actions / Threads)))];
            Random random = new(seed);
            while (!Task.WhenAll(running).IsCompleted)
            {
                Kill(admin, random);
                Task.WaitAny([Task.WhenAll(running)], KillEvery);
            }

            Task.WaitAll(running);
            return parts.Sum(part => part.Opened);
        }
        finally
        {
            foreach (ClientChurn part in parts) part.Dispose();
        }
    }

    // One client that was connected a while ago, or all subscribers.
    private static void Kill(RespClient admin, Random random)
    {
        if (random.Next(100) == 0)
        {
            admin.Call("CLIENT", "KILL", "TYPE", "pubsub");
            return;
        }

        long newest = admin.Call("CLIENT", "ID").Integer + random.Next(5000);
        admin.Call("CLIENT", "KILL", "ID", newest);
    }

    private static (int Descriptors, long Bytes) Left(ServerProcess server, RespClient admin)
    {
        for (int i = 0; admin.Info("clients", "connected_clients") != "1"; i++)
        {
            Assert.True(i < WaitsMax, "clients are still connected: " + admin.Call("CLIENT", "LIST").Text);
            Thread.Sleep(50);
        }

        admin.Call("FLUSHALL", "SYNC");
        admin.Call("MEMORY", "PURGE");
        int descriptors = OperatingSystem.IsLinux() ? Directory.GetFiles($"/proc/{server.Pid}/fd").Length : 0;
        return (descriptors, long.Parse(admin.Info("memory", "used_memory"), CultureInfo.InvariantCulture));
    }
}
