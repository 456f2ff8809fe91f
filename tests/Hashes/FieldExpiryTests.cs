using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Hashes.Tests;

/// <summary>
/// Fields that expire, on a whole server. What redis-server 7.4 and 8.0 document is written down here: 7.0 knows none of it.
/// </summary>
public sealed class FieldExpiryTests : IDisposable
{
    private readonly ServerProcess _server = ServerProcess.StartOurs("--enable-debug-command", "yes", "--notify-keyspace-events", "KEA");
    private readonly RespClient _client;

    public FieldExpiryTests() => _client = _server.Connect();

    public static TheoryData<int> Limits => [512, 0];

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Conditions_and_reply_codes(int entries)
    {
        Start(entries);
        Is("3", "HSET h a 1 b 2 c 3");
        Is("1 -2", "HEXPIRE h 100 FIELDS 2 a x");
        Is(entries == 0 ? "hashtable" : "listpackex", "OBJECT ENCODING h");
        Is("0 1", "HPEXPIRE h 300000 NX FIELDS 2 a b");
        Is("1 0", "HEXPIRE h 200 XX FIELDS 2 a c");
        Is("0 0 0", "HEXPIRE h 150 GT FIELDS 3 a b c");
        Is("1 1 1", "HEXPIRE h 150 LT FIELDS 3 a b c");
        Is("150 150 -2", "HTTL h FIELDS 3 a c x");
        Is("1 -1 -2", "HPERSIST h FIELDS 3 a a x");
        Is("2 -2", "HEXPIREAT h 1 FIELDS 2 a x");
        Is("2", "HLEN h");
        Is("2 2", "HPEXPIRE h 0 FIELDS 2 b c");
        Is("0", "EXISTS h");
        Is("-2 -2", "HEXPIRE h 10 FIELDS 2 a b");
        Is("-2", "HTTL h FIELDS 1 a");
        Is("-2", "HPERSIST h FIELDS 1 a");
        Is("2", "HSET h a 1 b 2");
        Is("1", "HPEXPIREAT h 9000000000000 FIELDS 1 a");
        Is("9000000000 -1", "HEXPIRETIME h FIELDS 2 a b");
        Is("9000000000000 -1", "HPEXPIRETIME h FIELDS 2 a b");
    }

    [Fact]
    public void Malformed_commands_are_refused_as_redis_refuses_them()
    {
        Is("1", "HSET h a 1");
        Is("OK", "SET s 1");
        string[] wrong =
        [
            "HEXPIRE s 1 FIELDS 1 a|WRONGTYPE Operation against a key holding the wrong kind of value",
            "HEXPIRE h x FIELDS 1 a|ERR value is not an integer or out of range",
            "HEXPIRE h -1 FIELDS 1 a|ERR invalid expire time, must be >= 0",
            "HEXPIRE h 9223372036854775807 FIELDS 1 a|ERR invalid expire time in 'hexpire' command",
            "HPEXPIREAT h 70368744177664 FIELDS 1 a|ERR invalid expire time in 'hpexpireat' command",
            "HEXPIRE h 1 NX FELDS 1 a|ERR Mandatory argument FIELDS is missing or not at the right position",
            "HEXPIRE h 1 FIELDS 0 a|ERR Parameter `numFields` should be greater than 0",
            "HEXPIRE h 1 FIELDS 2 a|ERR The `numfields` parameter must match the number of arguments",
            "HTTL h FIELDS 0 a|ERR Number of fields must be a positive integer",
            "HTTL h FIELDS 2 a|ERR The `numfields` parameter must match the number of arguments",
            "HPERSIST h 1 a b|ERR Mandatory argument FIELDS is missing or not at the right position",
            "HGETEX h PXAT 1 1|ERR Mandatory argument FIELDS is missing or not at the right position",
            "HGETEX h EX 10 FIELDS|ERR Number of fields must be a positive integer",
            "HGETEX s FIELDS 1 a|WRONGTYPE Operation against a key holding the wrong kind of value",
            "HGETDEL h FIELDS 2 a|ERR The `numfields` parameter must match the number of arguments",
            "HSETEX h FIELDS 2 a b c|ERR wrong number of arguments for 'hsetex' command",
            "HSETEX h FIELDS x a b|ERR invalid number of fields",
            "HSETEX h NX FIELDS 1 a b|ERR unknown argument: NX",
            "HSETEX h FXX FNX FIELDS 1 a b|ERR Only one of FXX or FNX arguments can be specified",
            "HSETEX h EX 1 KEEPTTL FIELDS 1 a b|ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
            "HSETEX h EX FIELDS 1 a b|ERR value is not an integer or out of range",
            "HSETEX s FIELDS 1 a b|WRONGTYPE Operation against a key holding the wrong kind of value",
        ];
        foreach (string[] line in wrong.Select(line => line.Split('|'))) Is(line[1], line[0]);
        Is("a 1", "HGETALL h");
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void What_has_expired_is_seen_by_nobody_and_removed_on_sight(int entries)
    {
        Start(entries);
        Is("OK", "DEBUG SET-ACTIVE-EXPIRE 0");
        Is("6", "HSET h a 1 b 2 c 3 d 4 e 5 f 6");
        Is("1 1 1 1 1", "HPEXPIRE h 1 FIELDS 5 a b c d e");
        Thread.Sleep(10);
        Is("6", "HLEN h");
        Is("f 6", "HGETALL h");
        Is("f", "HKEYS h");
        Is("6", "HVALS h");
        Is("0 f 6", "HSCAN h 0 COUNT 100");
        Is("-2", "HTTL h FIELDS 1 a");
        Is("", "HGET h a");
        Is("0", "HEXISTS h b");
        Is("0", "HSTRLEN h c");
        Is("3", "HLEN h");
        Is(" 6", "HMGET h d f");
        Is("7", "HINCRBY h e 7");
        Is("-1", "HTTL h FIELDS 1 e");
        Is("2", "HLEN h");
        Assert.Equal("5", Statistic("expired_subkeys"));
        Is("3", "HSET g a 1 b 2 c 3");
        Is("1 1", "HPEXPIRE g 1 FIELDS 2 a b");
        Thread.Sleep(10);
        Is("c", "HRANDFIELD g 5");
        Is("1", "HLEN g");
        Is("1", "HPEXPIRE g 1 FIELDS 1 c");
        Thread.Sleep(10);
        Is("", "HRANDFIELD g");
        Is("0", "EXISTS g");
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Setting_a_field_takes_its_time_away_counting_keeps_it(int entries)
    {
        Start(entries);
        Is("2", "HSET h a 1 b 2");
        Is("1 1", "HEXPIRE h 100 FIELDS 2 a b");
        Is("0", "HSET h a 5");
        Is("3", "HINCRBY h b 1");
        Is("3.5", "HINCRBYFLOAT h b 0.5");
        Is("-1 100", "HTTL h FIELDS 2 a b");
        Is("1", "HSETEX h KEEPTTL FIELDS 1 b 9");
        Is("100", "HTTL h FIELDS 1 b");
        Is("1", "HSETEX h FIELDS 1 b 9");
        Is("-1", "HTTL h FIELDS 1 b");
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void The_commands_of_version_8(int entries)
    {
        Start(entries);
        Is("0", "HSETEX h FXX EX 10 FIELDS 1 a 1");
        Is("0", "EXISTS h");
        Is("1", "HSETEX h FNX EX 10 FIELDS 2 a 1 b 2");
        Is("0", "HSETEX h FNX FIELDS 2 b 3 c 3");
        Is("1", "HSETEX h FXX PX 20000 FIELDS 1 b 3");
        Is("10 20", "HTTL h FIELDS 2 a b");
        Is("1 3 ", "HGETEX h FIELDS 3 a b x");
        Is("1", "HGETEX h PERSIST FIELDS 1 a");
        Is("3", "HGETEX h EX 30 FIELDS 1 b");
        Is("-1 30", "HTTL h FIELDS 2 a b");
        Is("1 ", "HGETDEL h FIELDS 2 a x");
        Is("3", "HGETEX h PXAT 1 FIELDS 1 b");
        Is("0", "EXISTS h");
        Is("1", "HSETEX h PXAT 1 FIELDS 1 a 1");
        Is("0", "EXISTS h");
        Is("1", "HSET h a 1");
        Is("1", "HGETDEL h FIELDS 1 a");
        Is("0", "EXISTS h");
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Fields_that_nobody_asks_for_go_too_wherever_the_key_went(int entries)
    {
        Start(entries);
        foreach (string name in (string[])["stays", "from", "moves", "original", "swaps"])
        {
            Is("2", $"HSET {name} a 1 b 2");
            Is("1 1", $"HPEXPIRE {name} 300 FIELDS 2 a b");
        }

        Is("OK", "RENAME from to");
        Is("1", "MOVE moves 1");
        Is("1", "COPY original copied");
        Assert.Contains("subexpiry=", Info("keyspace"), StringComparison.Ordinal);
        Is("OK", "SELECT 2");
        Is("OK", "SWAPDB 0 2");
        Eventually("0", "DBSIZE");
        Is("OK", "SELECT 1");
        Eventually("0", "DBSIZE");
        Assert.Equal("12", Statistic("expired_subkeys"));
    }

    [Fact]
    public void Many_fields_and_many_hashes_go_in_slices()
    {
        Is("OK", "CONFIG SET hash-max-listpack-entries 16");
        for (int i = 0; i < 20_000; i++) _client.Send("HSETEX", "large", "PX", 200, "FIELDS", 1, "field" + i, "v");
        for (int i = 0; i < 5_000; i++) _client.Send("HSETEX", "small" + i, "PX", 200, "FIELDS", 1, "f", "v");
        Assert.All(_client.ReadMany(25_000), reply => Assert.Equal("1", Show(reply)));
        Eventually("0", "DBSIZE", 200);
        Assert.Equal("25000", Statistic("expired_subkeys"));
    }

    [Fact]
    public void A_flush_forgets_and_loading_remembers()
    {
        Is("2", "HSET h a 1 b 2");
        Is("1", "HPEXPIRE h 300 FIELDS 1 a");
        Is("OK", "DEBUG RELOAD");
        Assert.Contains("subexpiry=1", Info("keyspace"), StringComparison.Ordinal);
        Eventually("1", "HLEN h");
        Is("1", "HEXPIRE h 100 FIELDS 1 b");
        Is("OK", "FLUSHALL");
        Is("1", "HSET h a 1");
        Assert.Contains("subexpiry=0", Info("keyspace"), StringComparison.Ordinal);
    }

    [Fact]
    public void Deleted_hashes_do_not_stay_in_the_queue()
    {
        for (int i = 0; i < 3000; i++)
        {
            Is("1", $"HSETEX h PX {1_000_000 + i} FIELDS 1 f v");
            Is("1", "DEL h");
        }

        Is("1", "HSETEX h EX 1000 FIELDS 1 f v");
        Thread.Sleep(300);
        string line = Info("keyspace");
        int at = line.IndexOf("subexpiry=", StringComparison.Ordinal) + "subexpiry=".Length;
        int count = int.Parse(string.Concat(line[at..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
        Assert.InRange(count, 1, 200);
    }

    [Fact]
    public void Events_follow_each_other_as_in_redis()
    {
        using RespClient listener = _server.Connect();
        Assert.SkipUnless(Show(_client.Call("COMMAND", "INFO", "PSUBSCRIBE")) != "", "needs the module of channels");
        listener.Call("PSUBSCRIBE", "__keyspace@*");
        Is("2", "HSET h a 1 b 2");
        Is("1", "HEXPIRE h 100 FIELDS 1 a");
        Is("1", "HPERSIST h FIELDS 1 a");
        Is("1", "HPEXPIRE h 1 FIELDS 1 a");
        Eventually("1", "HLEN h");
        Is("2", "HGETEX h PX 0 FIELDS 1 b");
        List<string> events = [.. listener.ReadMany(7).Select(message => message.Items[3].Text)];
        Assert.Equal(["hset", "hexpire", "hpersist", "hexpire", "hexpired", "hdel", "del"], events);
    }

    private static string Show(Reply reply) =>
        reply.Items.Count > 0 ? string.Join(' ', reply.Items.Select(Show)) : reply.IsNull ? "" : reply.Text;

    private void Start(int entries) => Is("OK", "CONFIG SET hash-max-listpack-entries " + entries);

    private string Call(string command) => Show(_client.Call([.. command.Split(' ')]));

    private void Is(string expected, string command) => Assert.Equal(expected, Call(command));

    private void Eventually(string expected, string command, int tries = 60)
    {
        while (tries-- > 0 && Call(command) != expected) Thread.Sleep(50);
        Is(expected, command);
    }

    private string Info(string section) => _client.Call("INFO", section).Text;

    private string Statistic(string name) => _client.Info("stats", name);
}
