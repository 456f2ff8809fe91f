using System.Globalization;

namespace ModularKv.Host.Tests.Server;

/// <summary>
/// Commands of every collection in its small and its large encoding, for <see cref="AllocationTests"/>: rounds that leave everything as it
/// was. A round's commands are separated by a semicolon and arrive together.
/// </summary>
internal static class SteadyCommands
{
    private const int Large = 1000;
    private const int PerCommand = 50;

    /// <summary>Sent once before: the small values in lower case, the large ones in upper case.</summary>
    public static IEnumerable<string> Preparation =>
    [
        "FLUSHALL",
        "HSET h f 1 g 2 i 3", "RPUSH l a b c 1 2 3", "SADD s a b c", "SADD i 1 2 3", "ZADD z 1 a 2 b 2.5 c", "XADD x 1-1 f v",
        "XADD x 1-2 f v",
        "XGROUP CREATE x g 0", "XREADGROUP GROUP g c STREAMS x >", "SETBIT b 100 1", "PFADD p a b c",
        "GEOADD geo 13.361389 38.115556 pa 15.087269 37.502669 ca",
        .. Many("HSET H", i => $"f{i} {i}"), .. Many("RPUSH L", i => $"element-of-a-long-list-{i}"), .. Many("SADD S", i => $"m{i}"),
        .. Many("SADD I", i => $"{i}"),
        .. Many("ZADD Z", i => $"{i} m{i}"), .. Enumerable.Range(1, Large).Select(i => $"XADD X {i}-1 f v g w"), "XGROUP CREATE X g 0",
        "XREADGROUP GROUP g c COUNT 200 STREAMS X >", "SETBIT B 1000000 1", .. Many("PFADD P", i => $"{i}"),
        .. Many("GEOADD GEO", i => string.Create(CultureInfo.InvariantCulture, $"{13 + (i / 1000.0)} {38 + (i / 1000.0)} m{i}")),
    ];

    /// <summary>The rounds.</summary>
    public static IEnumerable<string> Rounds =>
    [
        .. Hashes, .. Lists, .. Sets, .. SortedSets, .. Streams, .. Strings, .. Places, .. Others,
    ];

    private static string[] Hashes =>
    [
        "HSET h f 2", "HSET H f5 2", "HSET h new v;HDEL h new", "HSET H new v;HDEL H new", "HGET h f", "HGET H f5",
        "HMGET H f1 f2 none", "HGETALL h", "HGETALL H",
        "HKEYS h", "HVALS H", "HINCRBY h f 1", "HINCRBY H f7 1", "HEXISTS H f1", "HLEN H", "HSTRLEN H f1", "HSETNX h f 1",
        "HRANDFIELD h 2", "HRANDFIELD H 3 WITHVALUES",
        "HRANDFIELD H -3", "HSCAN h 0", "HSCAN H 0 COUNT 20", "HSCAN H 0 MATCH f1* NOVALUES", "HSET t f v;DEL t",
        "HEXPIRE h 100 FIELDS 1 f", "HTTL h FIELDS 1 f",
        "HPERSIST h FIELDS 1 f", "HEXPIRE H 100 FIELDS 1 f5", "HTTL H FIELDS 1 f5", "HPERSIST H FIELDS 1 f5",
        "HGETEX h EX 10 FIELDS 1 f", "HSETEX h EX 10 FIELDS 1 f v",
        "HSETEX h FIELDS 1 q v;HGETDEL h FIELDS 1 q", "OBJECT ENCODING H",
    ];

    private static string[] Lists =>
    [
        "LPUSH l x;LPOP l", "RPUSH l x;RPOP l", "LPUSH L x;LPOP L", "RPUSH L x;RPOP L", "RPUSH t a b c;LPOP t 3", "LRANGE l 0 -1",
        "LRANGE L 0 -1", "LRANGE L 400 420",
        "LINDEX l 2", "LINDEX L 500", "LSET l 0 a", "LSET L 500 element", "LINSERT l BEFORE b x;LREM l 1 x",
        "LINSERT L BEFORE element-of-a-long-list-20 x;LREM L 1 x",
        "LLEN L", "LPOS L element-of-a-long-list-30", "LMOVE l l LEFT RIGHT", "RPUSH L x;LMOVE L t RIGHT LEFT;LPOP t",
        "RPOPLPUSH L L", "LMPOP 1 missing LEFT",
        "RPUSH t a b c;LTRIM t 1 -1;DEL t", "RPUSH t 1 3 2;DEL t",
    ];

    private static string[] Sets =>
    [
        "SADD s d;SREM s d", "SADD S new;SREM S new", "SADD i 4;SREM i 4", "SADD I 5000;SREM I 5000", "SADD t a;SPOP t",
        "SADD t 1;SPOP t", "SADD t a b c;SPOP t 3",
        "SADD t 1 2 3;SPOP t 2;DEL t", "SISMEMBER s a", "SISMEMBER S m5", "SISMEMBER I 5", "SMISMEMBER S m1 m2 none",
        "SRANDMEMBER s", "SRANDMEMBER S", "SRANDMEMBER I",
        "SRANDMEMBER s 2", "SRANDMEMBER S 5", "SRANDMEMBER S -5", "SRANDMEMBER I 5", "SMEMBERS s", "SMEMBERS S", "SMEMBERS i",
        "SMEMBERS I", "SCARD S", "SINTER s S",
        "SINTER i I", "SINTER s s", "SINTERCARD 2 i I", "SUNION s i", "SDIFF s i", "SDIFF i I", "SINTERSTORE t i I;DEL t",
        "SUNIONSTORE t s i;DEL t", "SDIFFSTORE t s i;DEL t",
        "SADD t q;SMOVE t s q;SREM s q", "SSCAN s 0", "SSCAN S 0 COUNT 20", "SSCAN I 0 COUNT 20",
    ];

    private static string[] SortedSets =>
    [
        "ZADD z 3 n;ZREM z n", "ZADD Z 3.5 n;ZREM Z n", "ZADD z XX 1 a", "ZADD Z XX GT CH 5 m5", "ZSCORE z a", "ZSCORE Z m5",
        "ZMSCORE Z m1 m2 none", "ZRANK z b", "ZRANK Z m500",
        "ZREVRANK Z m5", "ZRANGE z 0 -1", "ZRANGE Z 0 20 WITHSCORES", "ZRANGE Z 5 20 BYSCORE", "ZRANGE Z 0 5 REV",
        "ZRANGEBYSCORE z 1 2", "ZRANGEBYSCORE Z 10 30 WITHSCORES LIMIT 1 10",
        "ZREVRANGEBYSCORE Z (30 10", "ZRANGEBYLEX z - +", "ZREVRANGE Z 0 10", "ZCOUNT Z 10 500", "ZLEXCOUNT z - +", "ZCARD Z",
        "ZADD t 1 a;ZPOPMIN t", "ZADD t 1 a 2 b;ZPOPMAX t 2",
        "ZADD Z -1 first;ZPOPMIN Z", "ZADD Z 9999 last;ZPOPMAX Z", "ZADD t 1 a;ZMPOP 1 t MIN", "ZADD t 1 a;BZPOPMIN t 1",
        "ZINCRBY z 1 a;ZINCRBY z -1 a", "ZINCRBY Z 1.5 m5;ZINCRBY Z -1.5 m5",
        "ZUNION 2 z Z", "ZINTER 2 z Z", "ZDIFF 2 z Z", "ZINTERCARD 2 z Z", "ZUNIONSTORE t 1 z;DEL t", "ZRANGESTORE t z 0 -1;DEL t",
        "ZADD t 1 a 2 b;ZREMRANGEBYRANK t 0 -1",
        "ZADD t 1 a 2 b;ZREMRANGEBYSCORE t 1 2", "ZRANDMEMBER z 2", "ZRANDMEMBER Z 3 WITHSCORES", "ZSCAN z 0", "ZSCAN Z 0 COUNT 20",
    ];

    private static string[] Streams =>
    [
        "XADD x MAXLEN 2 * f v;XLEN x", "XADD X MAXLEN ~ 1000 * f v g w", "XADD t 1-1 f v;XDEL t 1-1;DEL t", "XRANGE x - +",
        "XRANGE X - + COUNT 10", "XREVRANGE X + - COUNT 10", "XLEN X",
        "XREAD COUNT 2 STREAMS x 0", "XREAD COUNT 10 STREAMS X 0", "XREAD STREAMS x $", "XTRIM X MAXLEN 100000", "XPENDING x g",
        "XPENDING X g - + 10", "XREADGROUP GROUP g c COUNT 5 STREAMS X 0",
        "XGROUP SETID X g 0;XREADGROUP GROUP g c COUNT 1 NOACK STREAMS X >",
        "XGROUP SETID x g 0;XREADGROUP GROUP g c STREAMS x >;XACK x g 1-1 1-2",
        "XADD t 1-1 f v;XGROUP CREATE t g 0;XREADGROUP GROUP g c STREAMS t >;XACK t g 1-1;DEL t",
        "XADD t 1-1 f v;XADD t 1-2 f v;XTRIM t MAXLEN 1;DEL t", "XACK X g 9-9",
        "XCLAIM X g c 0 5-1", "XAUTOCLAIM X g c 0 0 COUNT 5", "XINFO STREAM X", "XINFO GROUPS X", "XINFO CONSUMERS X g",
    ];

    private static string[] Strings =>
    [
        "SETBIT b 7 1", "SETBIT B 77 1", "GETBIT b 7", "GETBIT B 77", "BITCOUNT b", "BITCOUNT B", "BITCOUNT B 5 90 BIT",
        "BITPOS B 0", "BITFIELD b SET u8 0 5 GET u8 8 INCRBY i5 20 1",
        "BITFIELD_RO B GET u8 100", "BITOP AND t b B", "BITOP NOT t b", "PFADD p a b c", "PFADD P 1 2 3", "PFCOUNT p", "PFCOUNT P",
        "PFCOUNT p P", "PFADD p x;PFMERGE t p;DEL t",
    ];

    private static string[] Places =>
    [
        "GEOADD geo 13.361389 38.115556 pa", "GEOADD GEO 13.5 38.5 m500", "GEODIST geo pa ca km", "GEOPOS GEO m1 none",
        "GEOHASH GEO m1 m2",
        "GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC", "GEOSEARCH GEO FROMMEMBER m500 BYRADIUS 20 km",
        "GEOSEARCH GEO FROMMEMBER m500 BYBOX 20 20 km ASC COUNT 5 WITHCOORD WITHDIST",
        "GEORADIUS_RO GEO 13.5 38.5 10 km COUNT 3",
    ];

    private static string[] Others =>
    [
        "MULTI;SET k v;INCR n;HSET h f 1;LPUSH l x;LPOP l;EXEC", "WATCH k h H;MULTI;GET k;EXEC", "PUBLISH news hello",
        "SPUBLISH shard hello", "PUBLISH news.art hello", "TYPE H", "COPY h t;DEL t",
        "SCAN 0 COUNT 100 TYPE hash", "EXPIRE H 1000", "PERSIST H", "MEMORY USAGE H",
        "RENAME z zz;RENAME zz z",
    ];

    private static IEnumerable<string> Many(string command, Func<int, string> argument) =>
        Enumerable.Range(0, Large).Chunk(PerCommand).Select(part => command + " " + string.Join(' ', part.Select(argument)));
}
