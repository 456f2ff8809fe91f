using System.Diagnostics;
using System.Text;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Tests.Protocol.Memory;

public sealed class RequestParserTests
{
    private const int BigBytes = 64 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Streams_cut_anywhere_give_the_same_commands(int seed)
    {
        var random = new Random(seed);
        using var feed = new ParserFeed(4 << 20);
        for (int round = 0; round < 60; round++)
        {
            List<byte[][]> sent = [];
            byte[] stream = Stream(random, sent);
            feed.Restart();
            int pieceMax = random.Next(4) switch { 0 => 3, 1 => 40, 2 => 3000, _ => 200_000 };
            for (int at = 0; at < stream.Length;)
            {
                int count = Math.Min(stream.Length - at, random.Next(1, pieceMax + 1));
                feed.Feed(stream.AsSpan(at, count));
                at += count;
            }

            Assert.Null(feed.Error);
            AssertSame(sent, feed.Commands, $"seed {seed}, round {round}");
            Assert.Equal(0, feed.KeptBytes);
        }

        Assert.True(feed.OwnedSeen > 0);
    }

    private static byte[] Stream(Random random, List<byte[][]> sent)
    {
        var to = new MemoryStream();
        bool hasBig = random.Next(3) == 0;
        for (int i = random.Next(1, 30); i > 0; i--)
        {
            byte[][] command = RequestBytes.RandomCommand(random, random.Next(10) == 0 ? 3000 : 6);
            switch (random.Next(8))
            {
                case 0:
                    RequestBytes.WriteInline(to, command.Length > 6 ? command[..6] : command, random);
                    sent.Add(command.Length > 6 ? command[..6] : command);
                    break;
                case 1:
                    to.Write(random.Next(3) switch { 0 => "\r\n"u8, 1 => "*0\r\n"u8, _ => "*-1\r\n \t\n"u8 });
                    break;
                default:
                    if (hasBig && random.Next(4) == 0) command[random.Next(command.Length)] = Big(random);
                    RequestBytes.Write(to, command);
                    sent.Add(command);
                    break;
            }
        }

        return to.ToArray();
    }

    private static byte[] Big(Random random)
    {
        var bytes = new byte[BigBytes + random.Next(4) switch { 0 => 0, 1 => -1, 2 => 1, _ => random.Next(200_000) }];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void AssertSame(List<byte[][]> expected, List<byte[][]> found, string where)
    {
        Assert.True(expected.Count == found.Count, $"{where}: {expected.Count} commands sent, {found.Count} found");
        for (int i = 0; i < expected.Count; i++)
        {
            string counts = $"{where}, command {i}: {expected[i].Length} arguments sent, {found[i].Length} found";
            Assert.True(expected[i].Length == found[i].Length, counts);
            for (int j = 0; j < expected[i].Length; j++)
            {
                Assert.True(expected[i][j].AsSpan().SequenceEqual(found[i][j]), $"{where}, command {i}, argument {j} differs");
            }
        }
    }

    [Fact]
    public void What_was_read_is_not_read_again()
    {
        using var feed = new ParserFeed(4 << 20) { Garbles = true };
        byte[][] command = [.. Enumerable.Range(0, 3000).Select(i => new byte[i % 50])];
        byte[] stream = RequestBytes.Of(command);
        int offset = 0;
        for (int at = 0; at < stream.Length; at += 100)
        {
            feed.Feed(stream.AsSpan(at, Math.Min(100, stream.Length - at)));
            if (feed.Partial.ArgumentsLeft == 0) continue;
            Assert.True(feed.Partial.Offset >= offset);
            offset = feed.Partial.Offset;
        }

        byte[][] found = Assert.Single(feed.Commands);
        Assert.Equal(command.Select(argument => argument.Length), found.Select(argument => argument.Length));
    }

    [Fact]
    public void A_command_may_break_off_before_its_first_argument()
    {
        using var feed = new ParserFeed(4096);
        feed.Feed("*1\r\n"u8);
        feed.Feed("$4\r\nPING\r\n*1\r\n$4\r\nECHO\r\n"u8);
        Assert.Equal(["PING", "ECHO"], feed.Commands.Select(command => Encoding.ASCII.GetString(command[0])));
    }

    [Fact]
    public void An_empty_line_leaves_no_trace_with_other_connections()
    {
        using var feed = new ParserFeed(4096);
        feed.Feed("\r\n*2\r\n$3\r\nGET\r\n"u8);
        feed.Restart();
        feed.Feed("\r\n*1\r\n$4\r\nPING\r\n"u8);
        Assert.Equal("PING", Encoding.ASCII.GetString(Assert.Single(Assert.Single(feed.Commands))));
    }

    [Fact]
    public void Empty_lines_do_not_pile_up_on_the_stack()
    {
        using var feed = new ParserFeed(8 << 20);
        var lines = new byte[6 << 20];
        lines.AsSpan().Fill((byte)'\n');
        feed.Feed(lines);
        Assert.Null(feed.Error);
        Assert.Empty(feed.Commands);
        Assert.Equal(0, feed.KeptBytes);
    }

    [Fact]
    public void A_hundred_thousand_arguments_arrive_in_linear_time()
    {
        using var feed = new ParserFeed(8 << 20);
        byte[] stream = RequestBytes.Of([.. Enumerable.Range(0, 100_000).Select(_ => "value"u8.ToArray())]);
        long total = 0;
        feed.Sink = (count, bytes) => total += count;
        var watch = Stopwatch.StartNew();
        for (int at = 0; at < stream.Length; at += 16_384) feed.Feed(stream.AsSpan(at, Math.Min(16_384, stream.Length - at)));
        Assert.Equal(100_000, total);
        Assert.True(watch.ElapsedMilliseconds < 5000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void An_announcement_alone_takes_no_memory()
    {
        using var feed = new ParserFeed(4096);
        feed.Feed("*2147483647\r\n"u8);
        Assert.Null(feed.Error);
        feed.Feed("$1\r\na\r\n"u8);
        Assert.Null(feed.Error);
        Assert.Empty(feed.Commands);
        Assert.True(feed.Partial.MemoryBytes < 4096);
    }

    [Theory]
    [InlineData("*11\r\n", "ERR Protocol error: unauthenticated multibulk length")]
    [InlineData("*10\r\n", null)]
    [InlineData("*1\r\n$16385\r\n", "ERR Protocol error: unauthenticated bulk length")]
    [InlineData("*1\r\n$16384\r\n", null)]
    [InlineData("\r\n*11\r\n", "ERR Protocol error: unauthenticated multibulk length")]
    [InlineData("*1\r\n$-1\r\n", "ERR Protocol error: invalid bulk length")]
    public void Who_has_not_authenticated_may_send_little(string request, string? error)
    {
        using var feed = new ParserFeed(32 * 1024) { IsAuthenticated = false };
        feed.Feed(Encoding.Latin1.GetBytes(request));
        Assert.Equal(error, feed.Error);
    }

    [Fact]
    public void Large_arguments_are_given_back()
    {
        byte[] stream = RequestBytes.Of(new byte[200_000], new byte[100], new byte[200_000]);
        using var feed = new ParserFeed(1 << 20);
        long before = Environment.WorkingSet;
        for (int i = 0; i < 1500; i++)
        {
            feed.Restart(); // also what another connection left in the middle
            feed.Feed(stream.AsSpan(0, 150_000));
            if (i % 3 == 0) continue;
            feed.Feed(stream.AsSpan(150_000, 150_000));
            if (i % 3 == 1) continue;
            feed.Feed(stream.AsSpan(300_000));
            Assert.Single(feed.Commands);
        }

        long grown = Environment.WorkingSet - before;
        Assert.True(grown < 150 << 20, $"the process grew by {grown >> 20} MB");
    }

    [Fact]
    public void The_limit_of_a_bulk_never_passes_what_a_block_can_hold()
    {
        var limits = new RequestLimits { BulkMax = long.MaxValue };
        Assert.InRange(limits.BulkMax, 1L << 30, int.MaxValue - 16);
    }
}
