using System.Text;

namespace ModularKv.Oracle.Tests;

/// <summary>
/// Random scripts of clients that track in all modes. Left out is where we differ from redis-server 7.0 on purpose: a receiver of
/// redirected messages that writes itself (it would get them before its own reply), a client and a receiver of different protocols when
/// everything is flushed (it would get the other protocol's null), SWAPDB (nobody would be told).
/// </summary>
internal sealed class TrackingScripts(Random random)
{
    private static readonly string[] Trackers = ["a3", "b3", "c", "d", "e3"];
    private static readonly string[] Strings = ["s:1", "s:2", "s:3", "t:1"];
    private static readonly string[] Others = ["h:1", "l:1", "z:1", "u:1", "x:1"];

    private readonly HashSet<string> inMulti = [];
    private readonly StringBuilder script = new();

    /// <summary>A script of about so many lines.</summary>
    public string Make(int lines)
    {
        script.Append("r3> PING\nr> SUBSCRIBE __redis__:invalidate\n");
        for (int i = 0; i < lines; i++)
        {
            string client = random.Next(3) == 0 ? "w" : Pick(Trackers);
            script.Append(client).Append("> ").Append(Line(client)).Append('\n');
        }
        foreach (string client in inMulti) script.Append(client).Append("> EXEC\n");
        return script.ToString();
    }

    private string Line(string client)
    {
        int kind = random.Next(20);
        if (client != "w" && kind < 3) return Mode(client);
        if (client != "w" && kind == 3) return "CLIENT CACHING " + Pick(["YES", "NO"]);
        if (client != "w" && kind == 4) return "CLIENT TRACKINGINFO";
        if (kind == 5) return inMulti.Contains(client) ? Leave(client) : Enter(client);
        if (kind == 6 && random.Next(6) == 0) return Pick(["FLUSHALL", "FLUSHDB", "FLUSHDB ASYNC"]);
        return random.Next(client == "w" ? 4 : 2) == 0 ? Read() : Write();
    }

    private string Enter(string client)
    {
        inMulti.Add(client);
        return "MULTI";
    }

    private string Leave(string client)
    {
        inMulti.Remove(client);
        return random.Next(5) == 0 ? "DISCARD" : "EXEC";
    }

    private string Mode(string client)
    {
        if (random.Next(3) == 0) return "CLIENT TRACKING OFF";
        string line = "CLIENT TRACKING ON";
        bool isNew = client.EndsWith('3');
        if (!isNew || random.Next(4) == 0) line += isNew ? " REDIRECT @r3" : " REDIRECT @r";
        if (random.Next(4) == 0) line += " NOLOOP";
        return line + random.Next(6) switch
        {
            0 => " BCAST",
            1 => " BCAST PREFIX s:",
            2 => " BCAST PREFIX h: PREFIX t",
            3 => " OPTIN",
            4 => " OPTOUT",
            _ => "",
        };
    }

    private string Read() => random.Next(9) switch
    {
        0 => "GET " + Pick(Strings),
        1 => $"MGET {Pick(Strings)} {Pick(Strings)}",
        2 => $"EXISTS {Any()} {Any()}",
        3 => "HGETALL h:1",
        4 => "LRANGE l:1 0 -1",
        5 => "ZRANGE z:1 0 -1",
        6 => $"SINTER u:1 {Any()}",
        7 => "TYPE " + Any(),
        _ => $"SORT_RO {Any()}",
    };

    private string Write() => random.Next(30) switch
    {
        0 => $"SET {Pick(Strings)} {random.Next(3)}",
        1 => $"SET {Pick(Strings)} 1 NX",
        2 => $"SET {Pick(Strings)} 1 XX GET",
        3 => $"MSET {Pick(Strings)} 1 {Pick(Strings)} 2",
        4 => $"INCR {Pick(Strings)}",
        5 => $"APPEND {Pick(Strings)} {Pick(["\"\"", "1"])}",
        6 => $"SETRANGE {Pick(Strings)} 0 {Pick(["\"\"", "1"])}",
        7 => $"GETDEL {Pick(Strings)}",
        8 => $"GETEX {Pick(Strings)} {Pick(["PERSIST", "EX 1000", ""])}",
        9 => $"DEL {Any()} {Any()}",
        10 => $"UNLINK {Any()}",
        11 => $"EXPIRE {Any()} {Pick(["1000", "-1"])} {Pick(["", "XX", "NX"])}",
        12 => $"PERSIST {Any()}",
        13 => $"RENAME {Pick(Strings)} {Pick(Strings)}",
        14 => $"RENAMENX {Pick(Strings)} {Pick(Strings)}",
        15 => $"COPY {Pick(Strings)} {Pick(Strings)} {Pick(["", "REPLACE"])}",
        16 => $"HSET h:1 f {random.Next(3)}",
        17 => $"HDEL h:1 {Pick(["f", "g"])}",
        18 => $"RPUSH l:1 {random.Next(3)}",
        19 => "LPOP l:1",
        20 => $"LREM l:1 0 {random.Next(4)}",
        21 => "LTRIM l:1 0 1",
        22 => $"ZADD z:1 {random.Next(3)} m{random.Next(3)}",
        23 => $"ZREM z:1 m{random.Next(3)}",
        24 => $"SADD u:1 {random.Next(3)}",
        25 => $"SREM u:1 {random.Next(3)}",
        26 => $"SUNIONSTORE {Pick(["u:1", "x:1"])} u:1 u:2",
        27 => $"SETBIT {Pick(Strings)} 1 {random.Next(2)}",
        28 => $"SMOVE u:1 u:2 {random.Next(3)}",
        _ => $"MOVE {Pick(Strings)} 1",
    };

    private string Any() => Pick(random.Next(2) == 0 ? Strings : Others);

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
