using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.SortedSets.Tests;

/// <summary>Commands on a large set of a running server, where chance or time decides about the reply.</summary>
public sealed class LargeSetTests : IDisposable
{
    private const int Members = 3000;

    private readonly ServerProcess _server = ServerProcess.StartOurs();
    private readonly RespClient _client;

    public LargeSetTests() => _client = _server.Connect();

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_scan_misses_no_member_whose_score_changes(int scoresDiffer)
    {
        for (int i = 0; i < Members; i++) Call("ZADD", "z", $"{i * scoresDiffer}", $"member:{i}");
        Assert.Equal("skiplist", Call("OBJECT", "ENCODING", "z").Text);
        HashSet<string> seen = [];
        Random random = new(5);
        string cursor = "0";
        int calls = 0;
        do
        {
            Reply reply = Call("ZSCAN", "z", cursor, "COUNT", "20");
            cursor = reply.Items[0].Text;
            for (int i = 0; i < reply.Items[1].Items.Count; i += 2) seen.Add(reply.Items[1].Items[i].Text);
            for (int i = 0; i < 20; i++) Call("ZADD", "z", $"{random.Next(-Members, Members)}", $"member:{random.Next(Members)}");
            Call("ZADD", "z", "7", $"other:{calls++}");
        }
        while (cursor != "0");
        for (int i = 0; i < Members; i++) Assert.Contains($"member:{i}", seen);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300)]
    public void Random_members_are_evenly_distributed(int members)
    {
        for (int i = 0; i < members; i++) Call("ZADD", "z", $"{i % 10}", $"member:{i}");
        foreach (string count in (string[])["-1000", $"{members / 2}", $"{members / 10}"])
        {
            Dictionary<string, int> hits = [];
            int drawn = 0;
            while (drawn < members * 400)
            {
                Reply reply = Call("ZRANDMEMBER", "z", count);
                foreach (Reply item in reply.Items) hits[item.Text] = hits.GetValueOrDefault(item.Text) + 1;
                drawn += reply.Items.Count;
                if (count[0] != '-') Assert.Equal(reply.Items.Count, reply.Items.Select(item => item.Text).Distinct().Count());
            }

            // 400 each on average; six standard deviations.
            Assert.Equal(members, hits.Count);
            Assert.All(hits.Values, value => Assert.InRange(value, 280, 530));
        }
    }

    [Fact]
    public void A_blocked_client_gets_what_is_added_first()
    {
        using RespClient waiting = _server.Connect();
        waiting.Send("BZPOPMIN", "empty", "z", "0");
        while (!Call("INFO", "clients").Text.Contains("blocked_clients:1", StringComparison.Ordinal)) Thread.Sleep(5);
        Call("ZADD", "z", "2", "b", "1", "a");
        Reply reply = waiting.Read();
        Assert.Equal(["z", "a", "1"], reply.Items.Select(item => item.Text));
        Assert.Equal("1", Call("ZCARD", "z").Integer.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private Reply Call(params string[] words)
    {
        Reply reply = _client.Call(words);
        Assert.False(reply.IsError, reply.Text);
        return reply;
    }
}
