using System.Text.RegularExpressions;
using ModularKv.TestKit;

namespace ModularKv.Aof.Tests;

/// <summary>The same commands to redis-server and to ours: the logs are compared command by command.</summary>
public sealed partial class PropagationTests
{
    /// <summary>Times differ between two servers by what passes between them.</summary>
    [GeneratedRegex(@"\b1[6-9]\d{11}\b")]
    private static partial Regex Times();

    [GeneratedRegex(@"\b1[6-9]\d{11}-\d+\b")]
    private static partial Regex StreamIds();

    private static readonly string[] Stream =
    [
        "SET a 1", "SET a 1 EX 1000", "SET a 1 PX 100000", "SET a 1 EXAT 4102444800", "SET a 1 PXAT 4102444800000", "SET a 2 KEEPTTL",
        "SET a 3 GET", "SET a 4 NX", "SET n 4 NX EX 100", "SETEX e 100 v", "PSETEX e 100000 v", "SETNX e w", "GETEX e", "GETEX e EX 50",
        "GETEX e PXAT 4102444800000", "GETEX e PERSIST", "GETEX e PERSIST", "GETDEL e", "GETDEL e", "GETSET a 9", "INCR a", "INCRBY a 4",
        "DECR a", "INCRBYFLOAT a 1.5", "INCRBYFLOAT f 1.25", "APPEND a xx", "SETRANGE a 1 zz", "SETBIT b 7 1", "MSET x 1 y 2",
        "MSETNX x 1 q 2", "MSETNX q 1 r 2", "EXPIRE a 100", "PEXPIRE a 100000", "EXPIREAT a 4102444800", "PEXPIREAT a 4102444800000",
        "PERSIST a", "PERSIST a", "EXPIRE a -1", "EXPIRE missing 10", "RENAME x x2", "RENAMENX x2 y", "COPY y z", "COPY y z REPLACE",
        "DEL y missing", "UNLINK z", "DEL missing", "LPUSH l a b c d e f", "RPUSHX l g", "RPUSHX nol g", "LPOP l", "RPOP l 2", "LPOP nol",
        "LINSERT l BEFORE c z", "LSET l 0 y", "LREM l 0 z", "LTRIM l 0 5", "LTRIM l 0 5", "RPOPLPUSH l l2", "LMOVE l l2 LEFT RIGHT",
        "LMPOP 2 nol l LEFT COUNT 2", "LMPOP 1 nol LEFT", "BLPOP l2 0", "BLMOVE l2 l 0 0", "RPUSH l 1 2 3", "BLMOVE l l2 LEFT LEFT 0",
        "BRPOPLPUSH l l2 0", "BLMPOP 0 1 l LEFT COUNT 5", "BLPOP l2 l 0", "SADD s a b c d", "SADD s a", "SREM s a zz", "SREM s zz",
        "SMOVE s s2 b", "SMOVE s s2 nob", "SUNIONSTORE s3 s s2", "SDIFFSTORE s3 nos", "SPOP s2", "SPOP s 10", "SADD i 1", "SPOP i",
        "HSET h f 1 g 2", "HSET h f 1", "HSETNX h f 2", "HINCRBY h f 2", "HINCRBYFLOAT h g 1.5", "HDEL h f nof", "HDEL h nof", "HDEL h g",
        "ZADD z 1 a 2 b 3 c", "ZADD z 1 a", "ZADD z GT 0 a", "ZADD z INCR 2 a", "ZINCRBY z 1 a", "ZREM z nom", "ZREM z a", "ZPOPMIN z",
        "ZADD z 1 a 2 b 3 c 4 d 5 e", "ZPOPMAX z 2", "ZMPOP 1 z MIN COUNT 2", "ZMPOP 1 noz MIN", "BZPOPMIN z 0", "ZADD z 1 a 2 b",
        "BZMPOP 0 1 z MIN COUNT 5", "ZADD z 1 a 2 b", "ZRANGESTORE z2 z 0 -1", "ZUNIONSTORE z3 2 z z2", "ZREMRANGEBYSCORE z 0 10",
        "ZREMRANGEBYRANK z 0 10", "GEOADD g 13.361389 38.115556 P 15.087269 37.502669 C", "GEORADIUS g 15 37 200 km STORE gs",
        "GEOSEARCHSTORE gs2 g FROMLONLAT 15 37 BYRADIUS 200 km", "PFADD p a b c", "PFADD p a", "PFCOUNT p", "PFMERGE p2 p",
        "RPUSH so 3 1 2",
        "SORT so STORE sorted", "SORT nos STORE sorted", "XADD st 1-1 f v", "XADD st 2-* f v", "XADD st MAXLEN 2 3-1 f v",
        "XADD st NOMKSTREAM 4-1 f v", "XADD nost NOMKSTREAM 4-1 f v", "XGROUP CREATE st gr 0",
        "XREADGROUP GROUP gr c1 COUNT 1 STREAMS st >",
        "XREADGROUP GROUP gr c2 STREAMS st >", "XREADGROUP GROUP gr c2 STREAMS st >", "XACK st gr 2-0", "XACK st gr 9-9",
        "XCLAIM st gr c1 0 3-1", "XAUTOCLAIM st gr c2 0 0 COUNT 1", "XDEL st 3-1", "XTRIM st MAXLEN 1", "XTRIM st MAXLEN 1",
        "XSETID st 9-9",
        "XGROUP CREATECONSUMER st gr c9", "XGROUP DELCONSUMER st gr c9", "XGROUP SETID st gr $", "XGROUP DESTROY st gr", "MULTI", "SET m 1",
        "INCR m", "GET m", "EXEC", "MULTI", "SET m 3", "EXEC", "MULTI", "GET m", "EXEC", "MULTI", "SPOP none", "EXPIRE m 100", "EXEC",
        "SELECT 3", "SET db3 1", "MOVE db3 4", "SWAPDB 3 4", "SELECT 0", "BITOP AND d b b", "BITFIELD b SET u8 0 5", "BITFIELD b GET u8 0",
        "TOUCH m", "PUBLISH ch m", "FLUSHDB", "FLUSHALL", "FLUSHDB ASYNC", "SET last 1",
    ];

    [Fact]
    public void The_log_holds_what_that_of_Redis_holds()
    {
        string[] options = ["--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no"];
        using ServerProcess redis = ServerProcess.StartRedis(options);
        using ServerProcess ours = ServerProcess.StartOurs(options);
        List<string> expected = Fill(redis);
        List<string> actual = Fill(ours);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
    }

    private static List<string> Fill(ServerProcess server)
    {
        using RespClient client = server.Connect();
        foreach (string command in Stream) client.Call(command.Split(' ').Cast<object>().ToArray());
        Serve(server, client);
        Expire(client);
        return [.. AofFiles.Commands(server.Directory).Select(Plain)];
    }

    // Clients that wait are served by a write: what they took follows it.
    private static void Serve(ServerProcess server, RespClient client)
    {
        foreach ((string waiting, string write) in (ReadOnlySpan<(string, string)>)[
            ("BLPOP w1 w2 0", "RPUSH w2 a b"), ("BRPOPLPUSH w3 w4 0", "RPUSH w3 a"), ("BLMOVE w3 w4 LEFT RIGHT 0", "RPUSH w3 a b"),
            ("BLMPOP 0 2 w5 w6 LEFT COUNT 2", "RPUSH w6 a b c"), ("BZPOPMIN w7 0", "ZADD w7 1 a 2 b"),
            ("BZMPOP 0 1 w8 MAX COUNT 2", "ZADD w8 1 a 2 b 3 c"), ("XREAD BLOCK 0 STREAMS w9 $", "XADD w9 1-1 f v")])
        {
            using RespClient blocked = server.Connect();
            blocked.Send(waiting.Split(' ').Cast<object>().ToArray());
            RoundTripTests.Wait(() => client.Info("clients", "blocked_clients") == "1");
            client.Call(write.Split(' ').Cast<object>().ToArray());
            blocked.Read();
        }
    }

    private static void Expire(RespClient client)
    {
        client.Call("SET", "short", "1", "PX", "1");
        RoundTripTests.Wait(() => client.Call("EXISTS", "short").Integer == 0);
        client.Call("SET", "lazy", "1");
        client.Call("UNLINK", "lazy");
    }

    // Times as a word; and where the servers differ by design: RESP keeps the case of option words that clients wrote.
    private static string Plain(string command)
        => Times().Replace(StreamIds().Replace(command, "<id>"), "<ms>").ToUpperInvariant();
}
