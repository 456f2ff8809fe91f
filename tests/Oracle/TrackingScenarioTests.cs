using System.Text;
using ModularKv.TestKit;
using ModularKv.TestKit.Scenarios;

namespace ModularKv.Oracle.Tests;

/// <summary>Client-side caching: what each of several clients is told, beside redis-server.</summary>
public sealed class TrackingScenarioTests(ServerPair servers)
{
    private const int RandomLines = 150;

    public static TheoryData<string> Conversations =>
    [
        "CLIENT TRACKING|CLIENT TRACKING maybe|CLIENT TRACKING ON x|CLIENT TRACKING ON BCAST PREFIX|CLIENT TRACKING ON REDIRECT",
        "CLIENT TRACKING ON PREFIX a|CLIENT TRACKING ON OPTIN OPTOUT|CLIENT TRACKING ON BCAST OPTIN|CLIENT TRACKING ON OPTOUT BCAST",
        "CLIENT TRACKING ON REDIRECT x|CLIENT TRACKING ON REDIRECT 0|CLIENT TRACKING ON REDIRECT 999999|CLIENT TRACKING OFF REDIRECT -1",
        "CLIENT TRACKING ON BCAST|CLIENT TRACKING ON|CLIENT TRACKING OFF|CLIENT TRACKING ON|CLIENT TRACKING ON BCAST",
        "CLIENT TRACKING ON OPTIN|CLIENT TRACKING ON OPTOUT|CLIENT TRACKING OFF|CLIENT TRACKING ON OPTOUT|CLIENT TRACKING ON OPTIN",
        "CLIENT TRACKING ON BCAST PREFIX foobar PREFIX foo|CLIENT TRACKING ON BCAST PREFIX foo PREFIX foo|CLIENT TRACKINGINFO",
        "CLIENT TRACKING ON BCAST PREFIX foo PREFIX bar|CLIENT TRACKING ON BCAST PREFIX fo|CLIENT TRACKING ON BCAST PREFIX barb|"
            + "CLIENT TRACKING ON BCAST PREFIX foo|CLIENT TRACKING ON BCAST PREFIX c|CLIENT TRACKING ON BCAST|CLIENT TRACKINGINFO",
        "CLIENT TRACKING ON BCAST PREFIX \"\"|CLIENT TRACKING ON BCAST PREFIX a|CLIENT TRACKINGINFO|CLIENT TRACKING OFF",
        "CLIENT CACHING YES|CLIENT CACHING maybe|CLIENT TRACKING ON|CLIENT CACHING YES|CLIENT CACHING NO|CLIENT CACHING maybe",
        "CLIENT TRACKING ON OPTIN NOLOOP|CLIENT CACHING NO|CLIENT CACHING YES|CLIENT TRACKINGINFO|CLIENT ID x|CLIENT TRACKINGINFO|PING|"
            + "CLIENT TRACKINGINFO|CLIENT CACHING YES|NOSUCH|CLIENT TRACKINGINFO|CLIENT CACHING YES|GET|CLIENT TRACKINGINFO",
        "CLIENT TRACKING ON OPTOUT|CLIENT CACHING YES|CLIENT CACHING NO|CLIENT TRACKINGINFO|MULTI|PING|EXEC|CLIENT TRACKINGINFO",
        "CLIENT TRACKING ON OPTOUT|CLIENT CACHING NO|MULTI|CLIENT TRACKINGINFO|PING|CLIENT TRACKINGINFO|EXEC|CLIENT TRACKINGINFO",
        "CLIENT TRACKING ON OPTIN|MULTI|CLIENT CACHING YES|CLIENT TRACKINGINFO|PING|CLIENT TRACKINGINFO|EXEC|CLIENT TRACKINGINFO",
        "CLIENT GETREDIR|CLIENT TRACKING ON NOLOOP|CLIENT GETREDIR|RESET|CLIENT GETREDIR|CLIENT TRACKINGINFO|CLIENT TRACKINGINFO x",
        "CONFIG SET tracking-table-max-keys -1|CONFIG SET tracking-table-max-keys x|CONFIG GET tracking-table-max-keys",
    ];

    [Theory]
    [MemberData(nameof(Conversations))]
    public void One_client_gets_the_same_bytes(string commands)
    {
        ServerProcess theirs = servers.Theirs;
        using SideBySide pair = new(servers.Ours, theirs);
        string? report = pair.CompareRaw(Encoding.Latin1.GetBytes(commands.Replace("|", "\r\n", StringComparison.Ordinal) + "\r\n"));
        Assert.True(report == null, report);
    }

    public static TheoryData<string> Scripts =>
    [
        """
        # RESP3, to oneself and to others
        a3> CLIENT TRACKING ON
        b3> CLIENT TRACKING ON NOLOOP
        a3> MGET k l
        b3> GET k
        w> SET k 1
        w> SET k 2
        a3> GET k
        a3> SET k 3
        b3> GET k
        b3> SET k 4
        b3> GET k
        b3> GET l
        w> MSET k 1 l 2 m 3
        a3> CLIENT TRACKING OFF
        w> SET k 1
        """,
        """
        # RESP2 by redirection; the receiver goes
        s> SUBSCRIBE __redis__:invalidate
        a> CLIENT TRACKING ON REDIRECT @s
        b3> CLIENT TRACKING ON REDIRECT @s
        a> CLIENT TRACKINGINFO
        a> GET k
        b3> MGET k l
        w> SET k 1
        w> RENAME k l
        a> GET k
        b3> GET k
        close s
        w> SET k 1
        a> CLIENT TRACKINGINFO
        b3> CLIENT TRACKINGINFO
        b3> GET k
        w> DEL k
        b3> CLIENT TRACKING ON
        b3> CLIENT TRACKINGINFO
        """,
        """
        # nobody hears where RESP2 has no way
        s> PING
        a> CLIENT TRACKING ON
        b> CLIENT TRACKING ON REDIRECT @s
        a> GET k
        b> GET k
        w> SET k 1
        w> FLUSHDB
        """,
        """
        # RESP3 forms, and RESET
        a3> CLIENT TRACKINGINFO
        a3> CLIENT TRACKING ON BCAST PREFIX b PREFIX a NOLOOP
        a3> CLIENT TRACKINGINFO
        a3> CLIENT GETREDIR
        a3> RESET
        a3> CLIENT TRACKINGINFO
        w> MSET a 1 b 2
        """,
        """
        # transactions and flushes: after the reply
        a3> CLIENT TRACKING ON
        a3> MGET k l m
        a3> MULTI
        a3> SET k 1
        a3> GET l
        a3> SET m 1
        a3> GET k
        a3> EXEC
        w> SET k 2
        w> SET l 2
        a3> MULTI
        a3> FLUSHALL
        a3> GET k
        a3> EXEC
        w> SET k 1
        a3> FLUSHDB ASYNC
        a3> GET k
        w> SELECT 5
        w> FLUSHDB
        w> SET k 1
        a3> GET k
        w> SET k 2
        """,
        """
        # OPTIN and OPTOUT
        a3> CLIENT TRACKING ON OPTIN
        b3> CLIENT TRACKING ON OPTOUT
        a3> GET k
        b3> GET k
        w> SET k 1
        a3> CLIENT CACHING YES
        b3> CLIENT CACHING NO
        a3> GET k
        b3> GET k
        a3> GET l
        b3> GET l
        w> MSET k 1 l 1
        a3> MULTI
        a3> GET m
        a3> CLIENT CACHING YES
        a3> GET k
        a3> GET l
        a3> EXEC
        b3> MULTI
        b3> GET l
        b3> CLIENT CACHING NO
        b3> GET k
        b3> EXEC
        a3> GET n
        w> MSET k 1 l 1 m 1 n 1
        """,
        """
        # broadcast: prefixes, several clients, NOLOOP
        a3> CLIENT TRACKING ON BCAST PREFIX a: PREFIX b:
        b3> CLIENT TRACKING ON BCAST NOLOOP
        s> SUBSCRIBE __redis__:invalidate
        c> CLIENT TRACKING ON BCAST REDIRECT @s PREFIX a
        w> MSET b:2 1 a:1 2 c:3 4 a:0 1 a 1
        b3> MSET a:1 2 b:3 4
        w> MULTI
        w> SET a:1 1
        w> SET a:1 2
        w> DEL a:0
        w> EXEC
        a3> CLIENT TRACKING ON BCAST PREFIX c
        w> SET c:1 1
        a3> CLIENT TRACKING OFF
        w> FLUSHALL
        w> SET a:1 1
        """,
        """
        # expiry and what else removes keys
        a3> CLIENT TRACKING ON
        w> SET k 1
        w> SET l 1
        a3> MGET k l
        w> DEBUG SET-ACTIVE-EXPIRE 0
        w> PEXPIRE k 300
        a3> MGET k l
        sleep 400
        w> GET k
        w> DEBUG SET-ACTIVE-EXPIRE 1
        w> PEXPIRE l 300
        a3> GET l
        sleep 1000
        w> RPUSH list 1 2 3
        a3> LRANGE list 0 -1
        w> LPOP list
        a3> LRANGE list 0 -1
        w> DEL list none
        a3> EXISTS list
        w> SADD list x
        a3> SMEMBERS list
        w> SADD list x
        w> SREM list y
        w> SREM list x
        """,
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Several_clients_are_told_the_same(string script)
    {
        ServerProcess theirs = servers.Theirs;
        string? report = Scenario.Compare(servers.Ours, theirs, script);
        Assert.True(report == null, report);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(27)]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(30)]
    public void Random_clients_are_told_the_same(int seed)
    {
        ServerProcess theirs = servers.Theirs;
        string? report = Scenario.Compare(servers.Ours, theirs, new TrackingScripts(new Random(seed)).Make(RandomLines));
        Assert.True(report == null, $"seed {seed}: {report}");
    }
}
