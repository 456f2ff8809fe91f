using System.Globalization;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Transactions.Tests;

/// <summary>Large and many transactions: what is queued comes out as it went in, and its memory comes back.</summary>
public sealed class QueueTests
{
    [Fact]
    public void Ten_thousand_commands_of_all_sizes_run_in_order()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        client.Call("MULTI");
        for (int i = 0; i < 10_000; i++) client.Send("ECHO", new string((char)('a' + (i % 26)), i * 7 % 3000));
        Assert.All(client.ReadMany(10_000), reply => Assert.Equal("QUEUED", reply.Text));
        Reply exec = client.Call("EXEC");
        Assert.Equal(10_000, exec.Items.Count);
        for (int i = 0; i < 10_000; i++) Assert.Equal(new string((char)('a' + (i % 26)), i * 7 % 3000), exec.Items[i].Text);
    }

    [Fact]
    public void Large_arguments_are_taken_over_and_given_back()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        string large = new('x', 5 << 20);
        for (int round = 0; round < 20; round++)
        {
            client.Call("MULTI");
            Assert.Equal("QUEUED", client.Call("SET", "large", large).Text);
            Assert.Equal("QUEUED", client.Call("GET", large).Text);
            Reply reply = client.Call(round % 2 == 0 ? "EXEC" : "DISCARD");
            Assert.False(reply.IsError, reply.ToString());
        }

        Assert.Equal(5 << 20, client.Call("STRLEN", "large").Integer);
        client.Call("DEL", "large");
        long resident = long.Parse(
            File.ReadLines($"/proc/{server.Pid}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        Assert.True(resident < 200 * 1024, $"{resident} KB after 20 transactions of 10 MB");
    }

    [Fact]
    public void The_memory_of_queues_comes_back_with_their_clients()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        long before = Owned(admin);
        List<RespClient> clients = [];
        for (int i = 0; i < 200; i++)
        {
            RespClient client = server.Connect();
            clients.Add(client);
            client.Call("MULTI");
            for (int j = 0; j < 20; j++) client.Call("SET", $"k{j}", new string('v', 1000));
        }

        Assert.True(Owned(admin) > before + (200 * 20 * 1000));
        foreach (RespClient client in clients) client.Dispose();
        for (int i = 0; i < 100 && admin.Call("CLIENT", "LIST").Text.Count(c => c == '\n') > 1; i++) Thread.Sleep(20);
        const long Pooled = 64 * 5000; // the queues kept for reuse, a chunk each
        Assert.InRange(Owned(admin), 0, before + Pooled);
    }

    [Fact]
    public void Client_list_tells_what_is_queued()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        using RespClient admin = server.Connect();
        client.Call("CLIENT", "SETNAME", "queuing");
        client.Call("MULTI");
        client.Call("SET", "k", new string('v', 500));
        string line = Line(admin);
        Assert.Contains(" multi=1 ", line, StringComparison.Ordinal);
        Assert.Contains(" flags=x ", line, StringComparison.Ordinal);
        client.Call("DISCARD");
        line = Line(admin);
        Assert.Contains(" multi=-1 ", line, StringComparison.Ordinal);
        Assert.Contains(" multi-mem=0 ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_count_what_ran_and_not_what_was_queued()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        client.Call("CONFIG", "RESETSTAT");
        client.Call("MULTI");
        client.Call("SET", "k", "x");
        client.Call("INCR", "k");
        client.Call("SET", "k");
        client.Call("DISCARD");
        client.Call("MULTI");
        client.Call("SET", "k", "x");
        client.Call("INCR", "k");
        client.Call("EXEC");
        string stats = client.Call("INFO", "commandstats").Text;
        Assert.Matches("cmdstat_set:calls=1,.*rejected_calls=1,failed_calls=0", stats);
        Assert.Matches("cmdstat_incr:calls=1,.*rejected_calls=0,failed_calls=1", stats);
        Assert.Matches("cmdstat_exec:calls=1,.*rejected_calls=0,failed_calls=0", stats);
        Assert.Matches("cmdstat_multi:calls=2,", stats);
    }

    private static string Line(RespClient admin)
        => admin.Call("CLIENT", "LIST").Text.Split('\n').Single(line => line.Contains("name=queuing", StringComparison.Ordinal));

    private static long Owned(RespClient admin)
    {
        Reply stats = admin.Call("MEMORY", "STATS");
        for (int i = 0; i + 1 < stats.Items.Count; i += 2)
        {
            if (Encoding.Latin1.GetString(stats.Items[i].Bytes) == "part.module.transactions") return stats.Items[i + 1].Integer;
        }

        throw new InvalidOperationException($"MEMORY STATS does not tell of the module: {stats}");
    }
}
