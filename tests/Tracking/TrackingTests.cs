using System.Globalization;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Tracking.Tests;

/// <summary>Limits, order and memory, over the wire.</summary>
public sealed class TrackingTests
{
    [Fact]
    public void Messages_come_after_the_reply_to_whoever_receives_them()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener receiver = new(server);
        using RespClient tracker = server.Connect();
        Assert.Equal("OK", tracker.Call("CLIENT", "TRACKING", "ON", "REDIRECT", receiver.Id).Text);
        tracker.Call("MGET", "k", "l");
        receiver.Client.Call("MULTI");
        receiver.Client.Call("SET", "k", "1");
        receiver.Client.Call("SET", "l", "1");
        Assert.Equal(2, receiver.Client.Call("EXEC").Items.Count);
        Assert.Equal("k l", receiver.Told());
        receiver.Client.SendRaw("SET m 1\r\nGET m\r\n"u8);
        Assert.Equal("OK", receiver.Client.Read().Text);
        Assert.Equal("1", receiver.Client.Read().Text);
    }

    [Fact]
    public void A_blocked_client_hears_after_its_reply()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener blocked = new(server);
        using RespClient other = server.Connect();
        blocked.Call("CLIENT", "TRACKING", "ON");
        blocked.Call("LRANGE", "to", "0", "-1");
        blocked.Client.Send("BLMOVE", "from", "to", "LEFT", "LEFT", "0");
        while (!other.Call("INFO", "clients").Text.Contains("blocked_clients:1", StringComparison.Ordinal)) Thread.Sleep(5);
        other.Call("RPUSH", "from", "x");
        Assert.Equal("x", blocked.Client.Read().Text);
        Assert.Equal("to", blocked.Told());
    }

    [Fact]
    public void Databases_that_are_exchanged_make_everything_invalid()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener client = new(server);
        client.Call("CLIENT", "TRACKING", "ON");
        client.Call("GET", "k");
        client.Call("SWAPDB", "0", "1");
        Assert.Equal(Listener.Everything, client.Told());
        client.Call("SET", "k", "1");
        Assert.Equal("", client.Told());
    }

    [Theory]
    [InlineData(100, 5000)]
    [InlineData(1, 250)]
    public void The_limit_of_keys_is_kept_and_the_forgotten_ones_are_told(int max, int read)
    {
        using ServerProcess server = ServerProcess.StartOurs("--tracking-table-max-keys", max.ToString(CultureInfo.InvariantCulture));
        using Listener client = new(server);
        client.Call("CLIENT", "TRACKING", "ON", "NOLOOP");
        for (int i = 0; i < read; i++) client.Call("GET", $"key:{i}");
        string[] told = client.Told().Split(' ');
        Assert.Equal(read - max, told.Length);
        Assert.Equal(told.Length, told.Distinct().Count());
        Assert.Equal(max, Info(client, "tracking_total_keys"));
        Assert.Equal(max, Info(client, "tracking_total_items"));
        client.Call("CONFIG", "SET", "tracking-table-max-keys", "0");
        for (int i = 0; i < read; i++) client.Call("GET", $"key:{i}");
        Assert.Equal("", client.Told());
        Assert.Equal(read, Info(client, "tracking_total_keys"));
    }

    [Fact]
    public void Many_clients_may_read_one_key()
    {
        const int Clients = 300;
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener admin = new(server);
        List<Listener> clients = [.. Enumerable.Range(0, Clients).Select(_ => new Listener(server))];
        foreach (Listener client in Enumerable.Reverse(clients))
        {
            client.Call("CLIENT", "TRACKING", "ON");
            client.Call("GET", "k");
        }

        Assert.Equal((1, Clients), (Info(admin, "tracking_total_keys"), Info(admin, "tracking_total_items")));
        Assert.Equal(Clients, Info(admin, "tracking_clients"));
        admin.Call("SET", "k", "1");
        Assert.All(clients, client => Assert.Equal("k", client.Told()));
        Assert.Equal((0, 0), (Info(admin, "tracking_total_keys"), Info(admin, "tracking_total_items")));
        foreach (Listener client in clients) client.Dispose();
    }

    [Fact]
    public void Long_broadcasts_reach_many_clients_of_both_protocols()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener writer = new(server);
        using RespClient subscriber = server.Connect();
        string id = subscriber.Call("CLIENT", "ID").Text;
        subscriber.Call("SUBSCRIBE", "__redis__:invalidate");
        List<Listener> clients = [.. Enumerable.Range(0, 8).Select(_ => new Listener(server))];
        foreach (Listener client in clients) client.Call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "key:");
        using RespClient old = server.Connect();
        old.Call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "key:", "REDIRECT", id);
        string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"key:{i}").Order(StringComparer.Ordinal)];
        writer.Call(["MSET", .. keys.SelectMany(key => (object[])[key, "v"])]);
        Assert.All(clients, client => Assert.Equal(string.Join(' ', keys), client.Told()));
        Assert.Equal(keys, subscriber.Read().Items[2].Items.Select(key => key.Text));
        foreach (Listener client in clients) client.Dispose();
    }

    [Fact]
    public void Memory_comes_back_with_the_last_client()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener admin = new(server);
        long before = Owned(admin);
        using (Listener client = new(server))
        {
            client.Call("CLIENT", "TRACKING", "ON");
            for (int i = 0; i < 20; i++) client.Call(["EXISTS", .. Enumerable.Range(i * 5000, 5000).Select(n => (object)$"key:{n:d12}")]);
            Assert.InRange(Owned(admin) - before, 100_000 * 20, 100_000 * 32);
        }

        while (Info(admin, "tracking_total_keys") > 0 || Owned(admin) > before) Thread.Sleep(20);
        Assert.Equal(0, Info(admin, "tracking_clients"));
    }

    [Fact]
    public void Client_list_shows_who_tracks()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using Listener client = new(server);
        Listener receiver = new(server);
        Assert.Contains(" flags=N ", client.Call("CLIENT", "INFO").Text);
        client.Call("CLIENT", "TRACKING", "ON", "REDIRECT", receiver.Id);
        Assert.Contains(" flags=t ", client.Call("CLIENT", "INFO").Text);
        Assert.Contains($" redir={receiver.Id} ", client.Call("CLIENT", "INFO").Text);
        client.Call("GET", "k");
        receiver.Dispose();
        while (client.Call("CLIENT", "LIST", "ID", receiver.Id).Text.Contains("id=", StringComparison.Ordinal)) Thread.Sleep(5);
        client.Call("SET", "k", "1");
        Reply push = client.Client.Read();
        Assert.Equal(("tracking-redir-broken", receiver.Id), (push.Items[0].Text, push.Items[1].Text));
        Assert.Contains(" flags=tR ", client.Call("CLIENT", "INFO").Text);
        client.Call("CLIENT", "TRACKING", "OFF");
        Assert.Contains(" redir=-1 ", client.Call("CLIENT", "INFO").Text);
        client.Call("CLIENT", "TRACKING", "ON", "BCAST");
        Assert.Contains(" flags=tB ", client.Call("CLIENT", "INFO").Text);
        Assert.Contains(" redir=0 ", client.Call("CLIENT", "INFO").Text);
        client.Call("RESET");
        Assert.Contains(" flags=N ", client.Call("CLIENT", "INFO").Text);
        Assert.Equal(0, Info(client, "tracking_total_prefixes"));
    }

    private static long Info(Listener client, string field)
    {
        string line = client.Call("INFO").Text.Split("\r\n").Single(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line[(field.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static long Owned(Listener admin)
    {
        Reply stats = admin.Call("MEMORY", "STATS");
        for (int i = 0; i + 1 < stats.Items.Count; i += 2)
        {
            if (Encoding.Latin1.GetString(stats.Items[i].Bytes) == "part.module.tracking") return stats.Items[i + 1].Integer;
        }

        throw new InvalidOperationException($"MEMORY STATS does not tell of the module: {stats}");
    }
}
