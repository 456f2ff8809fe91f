using System.Text;
using ModularKv.TestKit;
using ModularKv.TestKit.Scenarios;

namespace ModularKv.Oracle.Tests;

/// <summary>Subscriptions of one client, byte for byte, and messages among several.</summary>
public sealed class PubSubScenarioTests(ServerPair servers)
{
    public static TheoryData<string> Conversations =>
    [
        "SUBSCRIBE a|SUBSCRIBE a b|UNSUBSCRIBE x y|UNSUBSCRIBE a|UNSUBSCRIBE|UNSUBSCRIBE|GET k",
        "PSUBSCRIBE a*|PSUBSCRIBE a* b*|PUNSUBSCRIBE x|PUNSUBSCRIBE a*|PUNSUBSCRIBE|PUNSUBSCRIBE|GET k",
        "SSUBSCRIBE a|SSUBSCRIBE a b|SUNSUBSCRIBE x|SUNSUBSCRIBE a|SUNSUBSCRIBE|SUNSUBSCRIBE|GET k",
        "SUBSCRIBE a|PSUBSCRIBE p|SSUBSCRIBE s|SUBSCRIBE b|SUNSUBSCRIBE|UNSUBSCRIBE b|PUNSUBSCRIBE p|UNSUBSCRIBE a|GET k",
        "SUBSCRIBE b|GET a|CONFIG GET port|MULTI|NOSUCH|GET|CLIENT LIST|CLIENT foo|HELLO 3|SELECT 1|PUBSUB CHANNELS|PUBLISH b x|QUIT",
        "SUBSCRIBE b|PING|PING hello|PING a b|RESET|PING|GET a",
        "CLIENT REPLY OFF|SUBSCRIBE a|UNSUBSCRIBE a|PING|CLIENT REPLY ON|PING",
        "CLIENT REPLY SKIP|SUBSCRIBE a|PING",
        "PUBSUB|PUBSUB x|PUBSUB CHANNELS a b|PUBSUB CHANNELS|PUBSUB NUMSUB|PUBSUB NUMSUB a b|PUBSUB NUMPAT|PUBSUB NUMPAT a",
        "PUBSUB SHARDCHANNELS|PUBSUB SHARDCHANNELS a b|PUBSUB SHARDNUMSUB|PUBSUB SHARDNUMSUB a|PUBSUB HELP a",
        "PUBLISH a|SPUBLISH a|PUBLISH a b c|SUBSCRIBE|SSUBSCRIBE|PSUBSCRIBE|PUBLISH a b|SPUBLISH a b",
        "SUBSCRIBE \"\"|PSUBSCRIBE \"\"|UNSUBSCRIBE \"\"",
    ];

    [Theory]
    [MemberData(nameof(Conversations))]
    public void A_subscriber_gets_the_same_bytes(string commands)
    {
        ServerProcess theirs = servers.Theirs;
        using SideBySide pair = new(servers.Ours, theirs);
        string? report = pair.CompareRaw(Encoding.Latin1.GetBytes(commands.Replace("|", "\r\n", StringComparison.Ordinal) + "\r\n"));
        Assert.True(report == null, report);
    }

    public static TheoryData<string> Scripts =>
    [
        """
        s> SUBSCRIBE news
        t3> SUBSCRIBE news
        p> PUBLISH news hello
        p> PUBLISH other hello
        p> PUBSUB CHANNELS
        p> PUBSUB NUMSUB news other
        s> UNSUBSCRIBE news
        p> PUBLISH news again
        close t3
        p> PUBSUB CHANNELS
        """,
        """
        # more than one way to reach a client counts
        s> SUBSCRIBE news.art
        s> PSUBSCRIBE news.*
        t> PSUBSCRIBE news.a?t
        p> PUBLISH news.art x
        p> PUBSUB NUMPAT
        u> PSUBSCRIBE news.*
        p> PUBSUB NUMPAT
        t> PUNSUBSCRIBE
        p> PUBLISH news.act y
        """,
        """
        # to oneself, before the answer
        a3> SUBSCRIBE me
        a3> PUBLISH me 1
        a3> PSUBSCRIBE m*
        a3> PUBLISH me 2
        a3> SET k v
        a3> UNSUBSCRIBE me
        a3> PUNSUBSCRIBE m*
        a3> PUBLISH me 3
        """,
        """
        # many subscribers in both protocols
        a> SUBSCRIBE all x
        b> SUBSCRIBE all
        c> SUBSCRIBE all
        d> SUBSCRIBE all
        e> SUBSCRIBE all
        f3> SUBSCRIBE all
        g3> SUBSCRIBE all
        p> PUBLISH all one
        p> PUBLISH x only
        p> PUBLISH all two
        close b
        p> PUBLISH all three
        g3> PING mine
        p> PUBLISH all four
        """,
        """
        # shard channels are channels of their own
        s> SSUBSCRIBE c
        t> SUBSCRIBE c
        p> SPUBLISH c shard
        p> PUBLISH c plain
        p> PUBSUB SHARDCHANNELS
        p> PUBSUB SHARDNUMSUB c d
        p> PUBSUB CHANNELS
        s> SUNSUBSCRIBE
        p> SPUBLISH c nobody
        """,
        """
        # RESET leaves nothing behind
        s> SUBSCRIBE a b
        s> PSUBSCRIBE c
        s> SSUBSCRIBE d
        s> RESET
        p> PUBLISH a x
        p> PUBSUB NUMPAT
        s> GET k
        """,
        """
        # events of keys
        p> CONFIG SET notify-keyspace-events KEA
        s> PSUBSCRIBE __key*__:*
        p> SET k 1
        p> INCR k
        p> APPEND k x
        p> EXPIRE k 100
        p> PERSIST k
        p> RENAME k l
        p> SELECT 3
        p> SET k 1
        p> MOVE k 0
        p> SELECT 0
        p> DEL k l none
        p> GET none
        # the reader notices, and nobody before
        p> DEBUG SET-ACTIVE-EXPIRE 0
        p> SET k 1 PX 10
        sleep 50
        p> GET k
        p> DEBUG SET-ACTIVE-EXPIRE 1
        p> CONFIG SET notify-keyspace-events Kg
        p> SET k 1
        p> DEL k
        p> CONFIG SET notify-keyspace-events Enm
        p> SET k 1
        p> SET k 2
        p> GET none
        p> CONFIG SET notify-keyspace-events KA
        p> MULTI
        p> SET k 3
        p> DEL k
        p> EXEC
        p> CONFIG SET notify-keyspace-events K
        p> SET k 3
        p> CONFIG SET notify-keyspace-events AKEn
        p> SET fresh 3
        p> CONFIG GET notify-keyspace-events
        p> CONFIG SET notify-keyspace-events ""
        p> SET k 3
        """,
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Clients_hear_the_same(string script)
    {
        ServerProcess theirs = servers.Theirs;
        string? report = Scenario.Compare(servers.Ours, theirs, script);
        Assert.True(report == null, report);
    }
}
