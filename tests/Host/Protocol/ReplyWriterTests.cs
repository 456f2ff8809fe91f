using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Tests.Protocol;

public sealed class ReplyWriterTests
{
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

    private static readonly (string Name, Action<ReplyWriter> Write, string Resp2, string Resp3)[] Shapes =
    [
        ("ok", w => w.Ok(), "+OK\r\n", "+OK\r\n"),
        ("simple", w => w.Simple("PONG"u8), "+PONG\r\n", "+PONG\r\n"),
        ("integer 0", w => w.Integer(0), ":0\r\n", ":0\r\n"),
        ("integer 9", w => w.Integer(9), ":9\r\n", ":9\r\n"),
        ("integer 10", w => w.Integer(10), ":10\r\n", ":10\r\n"),
        ("integer -1", w => w.Integer(-1), ":-1\r\n", ":-1\r\n"),
        ("integer min", w => w.Integer(long.MinValue), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"),
        ("bulk", w => w.Bulk("a\r\nb"u8), "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n"),
        ("empty bulk", w => w.Bulk(default), "$0\r\n\r\n", "$0\r\n\r\n"),
        ("bulk integer", w => w.BulkInteger(-42), "$3\r\n-42\r\n", "$3\r\n-42\r\n"),
        ("null", w => w.Null(), "$-1\r\n", "_\r\n"),
        ("null array", w => w.NullArray(), "*-1\r\n", "_\r\n"),
        ("array", w => w.Array(3), "*3\r\n", "*3\r\n"),
        ("map", w => w.Map(3), "*6\r\n", "%3\r\n"),
        ("set", w => w.Set(3), "*3\r\n", "~3\r\n"),
        ("push", w => w.Push(3), "*3\r\n", ">3\r\n"),
        ("true", w => w.Boolean(true), ":1\r\n", "#t\r\n"),
        ("false", w => w.Boolean(false), ":0\r\n", "#f\r\n"),
        ("double", w => w.Double(3.25), "$4\r\n3.25\r\n", ",3.25\r\n"),
        ("infinity", w => w.Double(double.PositiveInfinity), "$3\r\ninf\r\n", ",inf\r\n"),
        ("-infinity", w => w.Double(double.NegativeInfinity), "$4\r\n-inf\r\n", ",-inf\r\n"),
        ("nan", w => w.Double(double.NaN), "$3\r\nnan\r\n", ",nan\r\n"),
        ("big number", w => w.BigNumber("12345679999999999999999"u8), "$23\r\n12345679999999999999999\r\n", "(12345679999999999999999\r\n"),
        ("verbatim", w => w.Verbatim("txt"u8, "This is\na text"u8), "$14\r\nThis is\na text\r\n", "=18\r\ntxt:This is\na text\r\n"),
        ("error", w => w.Error("ERR a\r\nb"u8), "-ERR a  b\r\n", "-ERR a  b\r\n"),
        ("error text", w => w.Error("ERR c"), "-ERR c\r\n", "-ERR c\r\n"),
        ("wrong type", w => w.WrongType(), WrongType, WrongType),
        ("syntax error", w => w.SyntaxError(), "-ERR syntax error\r\n", "-ERR syntax error\r\n"),
        ("no integer", w => w.NotAnInteger(), "-ERR value is not an integer or out of range\r\n",
            "-ERR value is not an integer or out of range\r\n"),
        ("raw", w => w.Raw("+x\r\n"u8), "+x\r\n", "+x\r\n"),
        ("deferred array", w => w.Finish(Filled(w), Aggregate.Array, 2), "*2\r\n:1\r\n:2\r\n", "*2\r\n:1\r\n:2\r\n"),
        ("deferred map", w => w.Finish(Filled(w), Aggregate.Map, 1), "*2\r\n:1\r\n:2\r\n", "%1\r\n:1\r\n:2\r\n"),
        ("deferred set", w => w.Finish(Filled(w), Aggregate.Set, 2), "*2\r\n:1\r\n:2\r\n", "~2\r\n:1\r\n:2\r\n"),
        ("deferred push", w => w.Finish(Filled(w), Aggregate.Push, 2), "*2\r\n:1\r\n:2\r\n", ">2\r\n:1\r\n:2\r\n"),
    ];

    private static DeferredLength Filled(ReplyWriter writer)
    {
        DeferredLength deferred = writer.Defer();
        writer.Integer(1);
        writer.Integer(2);
        return deferred;
    }

    [Fact]
    public void Every_shape_in_both_protocols()
    {
        foreach ((string name, Action<ReplyWriter> write, string resp2, string resp3) in Shapes)
        {
            foreach ((int protocol, string expected) in new[] { (2, resp2), (3, resp3) })
            {
                ReplyWriter writer = Replies.Writer(protocol);
                write(writer);
                Assert.Equal(expected.Length, writer.PendingBytes);
                Assert.True(expected == Encoding.Latin1.GetString(Replies.Take(writer)), $"{name}, RESP{protocol}");
            }
        }

        ReplyWriter attributes = Replies.Writer(3);
        attributes.Attribute(1);
        Assert.Equal("|1\r\n", Encoding.Latin1.GetString(Replies.Take(attributes)));
        Assert.Throws<InvariantException>(() => Replies.Writer().Attribute(1));
    }

    [Fact]
    public void Errors_are_counted_and_told_by_their_code()
    {
        List<string> codes = [];
        ReplyWriter writer = Replies.Writer();
        writer.ErrorWritten = (_, code) => codes.Add(code);
        writer.WrongType();
        writer.Error("LOADING"u8);
        Assert.Equal(2, writer.Errors);
        Assert.Equal(["WRONGTYPE", "LOADING"], codes);
    }

    [Fact]
    public void Bulks_of_every_length_around_the_borders()
    {
        int[] around = [0, 9, 10, 99, 100, 999, 1000, 8192, 16 * 1024, 16 * 1024 - 32, 1 << 20, 2 << 20];
        foreach (int length in around.SelectMany(n => Enumerable.Range(Math.Max(0, n - 20), 40)).Distinct())
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            ReplyWriter writer = Replies.Writer();
            writer.Simple(new byte[length % 97]);
            writer.Bulk(bytes);
            byte[] expected = [(byte)'+', .. new byte[length % 97], 13, 10, .. Encoding.ASCII.GetBytes($"${length}\r\n"), .. bytes, 13, 10];
            Assert.True(expected.AsSpan().SequenceEqual(Replies.Take(writer, 5000)), $"length {length}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_trees_with_lengths_told_afterwards(int seed)
    {
        var random = new Random(seed);
        var blocks = new OutputBlocks();
        for (int round = 0; round < 80; round++)
        {
            ReplyWriter writer = Replies.Writer(random.Next(2, 4), blocks);
            using var expected = new MemoryStream();
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                Grow(random, writer, expected, 0);
                Assert.Equal(expected.Length, writer.PendingBytes);
            }

            byte[] taken = Replies.Take(writer, random.Next(2) == 0 ? int.MaxValue : random.Next(1, 20_000));
            Assert.True(expected.ToArray().AsSpan().SequenceEqual(taken), $"seed {seed}, round {round}");
        }
    }

    private static void Grow(Random random, ReplyWriter writer, MemoryStream expected, int depth)
    {
        if (depth > 4 || random.Next(3) == 0)
        {
            int length = random.Next(8) switch
            {
                0 when random.Next(4) == 0 => random.Next(40_000),
                1 => random.Next(7000, 9000),
                _ => random.Next(300),
            };
            var bytes = new byte[length];
            random.NextBytes(bytes);
            writer.Bulk(bytes);
            expected.Write(Encoding.ASCII.GetBytes($"${bytes.Length}\r\n"));
            expected.Write(bytes);
            expected.Write("\r\n"u8);
            return;
        }

        int count = random.Next(0, random.Next(6) == 0 ? 100 : 6);
        var content = new MemoryStream();
        DeferredLength deferred = writer.Defer();
        for (int i = 0; i < count; i++) Grow(random, writer, content, depth + 1 + (count / 20));
        var kind = (Aggregate)random.Next(4);
        long told = kind == Aggregate.Map ? count / 2 : count;
        writer.Finish(deferred, kind, told);
        char mark = writer.Protocol == 2 ? '*' : "*~%>"[(int)kind];
        expected.Write(Encoding.ASCII.GetBytes($"{mark}{(writer.Protocol == 2 && kind == Aggregate.Map ? told * 2 : told)}\r\n"));
        content.WriteTo(expected);
    }

    [Fact]
    public void Blocks_are_reused_and_given_back()
    {
        var blocks = new OutputBlocks();
        ReplyWriter writer = Replies.Writer(2, blocks);
        for (int i = 0; i < 100; i++)
        {
            writer.Bulk(new byte[3_000_000]);
            if (i % 2 == 0) Replies.Take(writer); else writer.Clear();
            Assert.Equal(0, writer.PendingBytes);
            Assert.Equal(0, writer.BlockCount);
            Assert.InRange(blocks.AllocatedBytes, 0, 4 * OutputBlocks.BlockBytes);
        }

        for (int i = 0; i < 3000; i++) writer.Bulk(new byte[8000]);
        writer.Clear();
        Assert.InRange(blocks.AllocatedBytes, 0, 1024L * OutputBlocks.BlockBytes);
    }
}
