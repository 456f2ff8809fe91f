using System.Runtime;
using System.Text;
using System.Text.RegularExpressions;
using ModularKv.Host.Configuration;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Server;
using ModularKv.Host.Tests.Protocol;
using ModularKv.TestKit;

namespace ModularKv.Host.Tests.Server;

/// <summary>A whole server on the test's thread, without sockets: in steady state, common commands allocate nothing.</summary>
/// <remarks>
/// Runs beside no other test: each of their first calls would put off the optimising compiler, which waits until nothing new is compiled.
/// </remarks>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int Runs = 10_000;

    /// <summary>Unoptimised code boxes where optimised code does not, and the compiler takes its time on another thread.</summary>
    private const int AttemptsMax = 20;

    private const int CompilerMs = 150;

    // Not among them: INCRBYFLOAT, whose sums in 80-bit precision use big integers, and errors, which are counted by their code's text.
    private static readonly string[] Commands =
    [
        "PING", "ECHO hello", "SET k value", "SET k value EX 100", "GET k", "GET missing", "SETEX e 100 v", "GETSET k v", "APPEND a x",
        "STRLEN k",
        "INCR n", "INCRBY n 7", "DECR n", "GETRANGE k 0 2", "SETRANGE k 1 xx", "MSET m1 1 m2 2 m3 3", "MGET m1 m2 m3 missing",
        "SETNX k v", "GETEX k EX 10", "EXISTS k m1 missing", "DEL missing", "UNLINK missing", "TYPE k", "TTL k", "PTTL e", "EXPIRE k 100",
        "PERSIST k",
        "HSET h f 1", "HGET h f", "HMGET h f g", "HINCRBY h n 1", "HEXISTS h f", "HLEN h", "HGETALL h", "HDEL h missing",
        "PUBLISH nobody hello", "WATCH k a;MULTI;GET k;EXEC", "WATCH k;UNWATCH", "MULTI;INCR n;DISCARD",
        "MULTI;SET a 1;SET b 2;SET c 3;SET d 4;SET e 5;SET f 6;SET g 7;SET h 8;SET i 9;SET j 10;EXEC",
        "TOUCH k", "DBSIZE", "SELECT 0", "RANDOMKEY", "SCAN 0 MATCH m* COUNT 100 TYPE string", "OBJECT ENCODING k",
        "ZADD z 1 a 2.5 b", "ZADD z XX CH 1 a", "ZINCRBY z 1 a", "ZSCORE z a", "ZRANK z b", "ZRANGE z 0 -1 WITHSCORES",
        "ZCOUNT z 0 2", "ZCARD z", "ZRANGEBYSCORE z -inf +inf LIMIT 0 1", "ZPOPMIN missing", "ZREM z missing", "ZSCAN z 0", "ZRANDMEMBER z",
        "LPUSH l aa", "RPUSH l 12", "LLEN l", "LINDEX l 10000", "LRANGE l 0 5", "LRANGE l -600 -590", "LSET l 3 xyz",
        "LMOVE l l LEFT RIGHT", "RPOPLPUSH l l", "LPOS l none MAXLEN 10", "LPOP l", "RPOP l", "LPOP l 2", "LMPOP 1 l RIGHT COUNT 2",
        "RPUSH l a;BLPOP l 0.5", "RPUSH s a b c",
        "LTRIM s 0 4", "LREM s 1 b", "LPUSHX missing a",
    ];

    [Fact]
    public void Common_commands_allocate_nothing()
    {
        string modules = Path.Combine(Path.GetDirectoryName(ServerProcess.ServerUnderTest)!, "modules");
        Assert.SkipUnless(Directory.Exists(modules), $"{modules} does not exist: build src/Host");
        using var server = new RunningServer(ServerStart.Read(CommandLine.Parse(["--port", "0", "--save", "", "--module-dir", modules])));
        Assert.Null(server.Prepare());
        ScriptedLink link = Connect(server.Kernel, 100);
        ScriptedLink subscriber = Connect(server.Kernel, 101);
        List<string> guilty = [.. Commands.Select(command => Guilt(server.Kernel, link, command)).OfType<string>()];
        foreach (string command in SteadyCommands.Preparation.Concat(SteadyScripts.Preparation))
        {
            Run(server.Kernel, link, Request(command), 1);
            if (link.HasErrors) guilty.Add($"{command}: reply {link.LastReply}");
        }

        Run(server.Kernel, subscriber, Request("SUBSCRIBE news news.art;PSUBSCRIBE news.*;SSUBSCRIBE shard"), 1);
        guilty.AddRange(SteadyCommands.Rounds.Concat(SteadyScripts.Rounds).Select(command
            => Guilt(server.Kernel, link, command)).OfType<string>());
        Assert.True(guilty.Count == 0, string.Join("\n", guilty));
    }

    private static ScriptedLink Connect(Kernel kernel, int descriptor)
    {
        ScriptedLink link = new(descriptor);
        kernel.Connections.Accepted(link, link);
        return link;
    }

    private static byte[] Request(string commands) => [.. commands.Split(';').SelectMany(one => RequestBytes.Of(one.Split(' ')))];

    /// <summary>What is wrong with a command, or null.</summary>
    private static string? Guilt(Kernel kernel, ScriptedLink link, string command)
    {
        byte[] request = Request(command);
        long allocated = Measure(kernel, link, request);
        for (int attempt = 1; allocated > 0 && attempt < AttemptsMax;)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            Thread.Sleep(CompilerMs);
            allocated = Measure(kernel, link, request);

            // While the compiler still brings something, the attempt does not count.
            if (compiled == JitInfo.GetCompiledMethodCount()) attempt++;
        }

        // Without a reply the client waits for something, and all that follows measures nothing.
        bool isAnswered = link.LastReply.Length > 0 && !link.HasErrors;
        if (allocated == 0 && isAnswered) return null;
        return $"{command}: {allocated} bytes in {Runs} calls, reply {link.LastReply.ReplaceLineEndings(" ")}";
    }

    private static long Measure(Kernel kernel, ScriptedLink link, byte[] request)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(kernel, link, request, Runs);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Run(Kernel kernel, ScriptedLink link, byte[] request, int times)
    {
        for (int i = 0; i < times; i++)
        {
            link.Arrive(request);
            link.Handler.Readable(link);
            kernel.Loop.EndOfReading();
            kernel.Loop.BeforeSleep();
        }
    }

    /// <summary>Hands the same request out again and again, and takes every reply without keeping it.</summary>
    private sealed class ScriptedLink(int descriptor) : Link
    {
        private static readonly Regex Errors = new("(^|\n)-[A-Z]+ ", RegexOptions.CultureInvariant);
        private readonly byte[] _reply = new byte[256];
        private byte[] _request = [];
        private int _replied;
        private bool _has;

        public string LastReply => Encoding.Latin1.GetString(_reply, 0, _replied);

        /// <summary>Some command was refused: a round that measures nothing.</summary>
        public bool HasErrors => Errors.IsMatch(LastReply);

        public override int Descriptor => descriptor;

        public void Arrive(byte[] request)
        {
            _request = request;
            _has = true;
            _replied = 0;
        }

        public override int Receive(Span<byte> into)
        {
            if (!_has) return WouldBlock;
            _has = false;
            _request.CopyTo(into);
            return _request.Length;
        }

        public override int Send(ReadOnlySpan<byte> bytes)
        {
            _replied = Math.Min(bytes.Length, _reply.Length);
            bytes[.._replied].CopyTo(_reply);
            return bytes.Length;
        }

        public override void WatchWritable(bool on)
        {
            // Everything is taken at once.
        }

        public override void WatchReadable(bool on)
        {
            // The test says when.
        }

        public override void Close()
        {
            // There is nothing to close.
        }

        public override void Tune(int keepAliveSeconds)
        {
            // There is no socket.
        }

        public override (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe() => ("127.0.0.1:1", "127.0.0.1:2", true, false);
    }
}
