using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Configuration;
using ModularKv.Host.Networking;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Networking.Memory;

public sealed class ConnectionTests
{
    private static byte[] Concat(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private static string Text(FakeLink link) => Encoding.Latin1.GetString(link.Sent.ToArray());

    private static string Echo(params string[] words)
        => Encoding.Latin1.GetString(EchoSink.ReplyTo([.. words.Select(Encoding.Latin1.GetBytes)]));

    [Fact]
    public void A_pipeline_is_answered_in_order_through_a_narrow_pipe()
    {
        var bench = new NetworkBench();
        (FakeLink link, _) = bench.Connect();
        List<byte[][]> commands = [];
        for (int i = 0; i < 5000; i++) commands.Add(["ECHO"u8.ToArray(), Encoding.ASCII.GetBytes($"value-{i}")]);
        link.SendRoom = 0;
        link.SendPiece = 7;
        link.Arrive(Concat(commands.Select(RequestBytes.Of)));
        bench.Drain(link);
        Assert.Equal(5000, bench.Sink.Executed);
        Assert.True(link.WatchesWritable);
        while (link.WatchesWritable)
        {
            link.SendRoom = 1000;
            bench.Writable(link);
        }

        Assert.Equal(Concat(commands.Select(EchoSink.ReplyTo)), link.Sent.ToArray());
        Assert.False(link.IsClosed);
    }

    [Fact]
    public void What_arrives_while_a_client_is_blocked_waits_its_turn()
    {
        var bench = new NetworkBench();
        (FakeLink link, Connection connection) = bench.Connect();
        link.Arrive(
            [.. RequestBytes.Of("BLOCK"), .. RequestBytes.Of("A", "1"), .. "*2\r\n$1\r\nB\r\n"u8],
            [.. "$1\r\n2\r\n"u8, .. RequestBytes.Of("C")]);
        bench.Drain(link);
        Assert.Equal(Echo("BLOCK"), Text(link));
        NetworkBench.Unblock(connection);
        bench.EndOfReading();
        Assert.Equal(Echo("BLOCK") + Echo("A", "1") + Echo("B", "2") + Echo("C"), Text(link));
    }

    [Fact]
    public void A_large_argument_that_ends_during_a_block_is_followed_by_what_came_behind_it()
    {
        var bench = new NetworkBench();
        (FakeLink link, Connection connection) = bench.Connect();
        var big = new string('x', 100_000);
        byte[] set = RequestBytes.Of("SET", "k", big);
        link.Arrive([.. RequestBytes.Of("BLOCK"), .. set[..5000]], set[5000..], RequestBytes.Of("D"));
        bench.Drain(link);
        Assert.Equal(1, bench.Sink.Executed);
        NetworkBench.Unblock(connection);
        bench.EndOfReading();
        Assert.Equal(Echo("BLOCK") + Echo("SET", "k", big) + Echo("D"), Text(link));
    }

    [Fact]
    public void Bytes_that_come_between_the_end_of_a_block_and_its_resumption_keep_their_place()
    {
        var bench = new NetworkBench();
        (FakeLink link, Connection connection) = bench.Connect();
        byte[] set = RequestBytes.Of("SET", "k", new string('x', 70_000));
        link.Arrive([.. RequestBytes.Of("BLOCK"), .. set[..100]], set[100..]);
        bench.Drain(link);
        link.Arrive(RequestBytes.Of("E"));
        NetworkBench.Unblock(connection);
        bench.Readable(link);
        bench.EndOfReading();
        Assert.Equal(Echo("BLOCK") + Echo("SET", "k", new string('x', 70_000)) + Echo("E"), Text(link));
    }

    [Fact]
    public void A_malformed_request_is_answered_after_the_commands_before_it_and_closes()
    {
        var bench = new NetworkBench();
        (FakeLink link, _) = bench.Connect();
        link.SendRoom = 10;
        link.Arrive([.. RequestBytes.Of("A"), .. "*1\r\n!x\r\n"u8], "*z\r\n"u8.ToArray(), RequestBytes.Of("B"));
        bench.Drain(link);
        Assert.False(link.IsClosed);
        link.SendRoom = long.MaxValue;
        bench.Writable(link);
        Assert.Equal(Echo("A") + "-ERR Protocol error: expected '$', got '!'\r\n", Text(link));
        Assert.True(link.IsClosed);
        Assert.Single(bench.Sink.Closed);
    }

    [Fact]
    public void A_byte_beyond_ascii_comes_back_as_it_is()
    {
        var bench = new NetworkBench();
        (FakeLink other, _) = bench.Connect();
        other.Arrive([(byte)'*', (byte)'1', 13, 10, 0xE4, 13, 10]);
        bench.Readable(other);
        bench.EndOfReading();
        Assert.Equal("-ERR Protocol error: expected '$', got '\xe4'\r\n", Text(other));
    }

    [Fact]
    public void A_blocked_client_is_not_refused_before_its_turn()
    {
        var bench = new NetworkBench();
        (FakeLink link, Connection connection) = bench.Connect();
        link.Arrive([.. RequestBytes.Of("BLOCK"), .. "*x\r\n"u8]);
        bench.Drain(link);
        Assert.Equal(Echo("BLOCK"), Text(link));
        NetworkBench.Unblock(connection);
        bench.EndOfReading();
        Assert.Equal(Echo("BLOCK") + "-ERR Protocol error: invalid multibulk length\r\n", Text(link));
        Assert.True(link.IsClosed);
    }

    [Fact]
    public void A_blocked_client_that_sends_too_much_is_closed()
    {
        var bench = new NetworkBench();
        bench.Settings.QueryBufferBytesMax = 1 << 20;
        (FakeLink link, _) = bench.Connect();
        link.Arrive(RequestBytes.Of("BLOCK"), new byte[2 << 20]);
        bench.Drain(link);
        Assert.True(link.IsClosed);
        Assert.Equal(1, bench.Statistics.QueryBufferLimitDisconnections);
    }

    [Fact]
    public void Unsent_replies_are_limited_at_once_and_in_time()
    {
        var bench = new NetworkBench();
        bench.Settings.OutputLimits[(int)ClientClass.Normal] = new OutputBufferLimit(100_000, 10_000, 5);
        (FakeLink hard, _) = bench.Connect();
        hard.SendRoom = 0;
        hard.Arrive(RequestBytes.Of("A", new string('x', 110_000)));
        bench.Drain(hard);
        Assert.True(hard.IsClosed);

        (FakeLink soft, _) = bench.Connect();
        soft.SendRoom = 0;
        soft.Arrive(RequestBytes.Of("A", new string('x', 20_000)));
        bench.Drain(soft);
        bench.Clock.UnixMs += 5000; // not yet: in whole seconds, as Redis counts
        bench.Set.CloseIdle();
        Assert.False(soft.IsClosed);
        bench.Clock.UnixMs += 1000;
        bench.Set.CloseIdle();
        Assert.True(soft.IsClosed);
        Assert.Equal(2, bench.Statistics.OutputBufferLimitDisconnections);
    }

    [Fact]
    public void A_client_may_close_itself_after_its_reply_or_be_cut_off()
    {
        var bench = new NetworkBench();
        (FakeLink polite, _) = bench.Connect();
        polite.Arrive([.. RequestBytes.Of("QUIT"), .. RequestBytes.Of("A")]);
        bench.Drain(polite);
        Assert.True(polite.IsClosed);
        Assert.Equal(Echo("QUIT"), Text(polite));

        (FakeLink killed, _) = bench.Connect();
        killed.Arrive(RequestBytes.Of("KILL"));
        bench.Drain(killed);
        Assert.True(killed.IsClosed);

        (FakeLink broken, _) = bench.Connect();
        broken.Broken = true;
        broken.Arrive(RequestBytes.Of("A"));
        bench.Drain(broken);
        Assert.True(broken.IsClosed);
        Assert.Equal(0, bench.Set.Count);
    }

    [Fact]
    public void Commands_before_the_peers_end_are_executed()
    {
        var bench = new NetworkBench();
        (FakeLink link, _) = bench.Connect();
        link.Arrive([.. RequestBytes.Of("A"), .. "*2\r\n$1"u8]);
        link.PeerClosed = true;
        bench.Drain(link);
        bench.Readable(link);
        Assert.Equal(1, bench.Sink.Executed);
        Assert.Equal(Echo("A"), Text(link));
        bench.Drain(link);
        Assert.True(link.IsClosed);
    }

    [Fact]
    public void Too_many_clients_are_told_so()
    {
        var bench = new NetworkBench();
        bench.Settings.ClientsMax = 1;
        bench.Connect();
        var link = new FakeLink(99);
        bench.Set.Accepted(link, link);
        Assert.Equal("-ERR max number of clients reached\r\n", Text(link));
        Assert.True(link.IsClosed);
    }
}
