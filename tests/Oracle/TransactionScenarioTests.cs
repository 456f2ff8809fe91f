using System.Text;
using ModularKv.TestKit;
using ModularKv.TestKit.Scenarios;

namespace ModularKv.Oracle.Tests;

/// <summary>Transactions of one client, byte for byte, and of several clients that come in each other's way.</summary>
public sealed class TransactionScenarioTests(ServerPair servers)
{
    public static TheoryData<string> Conversations =>
    [
        "EXEC|DISCARD|EXEC a|DISCARD a|MULTI a|UNWATCH a|WATCH",
        "MULTI|MULTI|SET ka 1|EXEC|GET ka",
        "MULTI|WATCH ka|SET ka 2|EXEC",
        "MULTI|SET ka 3|EXEC a|EXEC|GET ka",
        "MULTI|SET ka 3|DISCARD a|EXEC|GET ka",
        "MULTI|EXEC|MULTI|DISCARD|EXEC",
        "MULTI|NOSUCH a b|SET ka 4|EXEC|GET ka",
        "MULTI|SET ka|EXEC|MULTI|SET ka 5|EXEC",
        "MULTI|SHUTDOWN a b|EXEC",
        "MULTI|SET ka 6|QUIT|GET ka",
        "MULTI|SET ka 7|RESET|GET ka|EXEC",
        "MULTI|SELECT 1|SET kq 5|EXEC|EXISTS kq|SELECT 0|EXISTS kq",
        "MULTI|SET ka x|INCR ka|SET ka 2|INCR ka|EXEC",
        "MULTI|SET ka x|CLIENT REPLY OFF|GET ka|EXEC|GET ka|CLIENT REPLY ON",
        "CLIENT REPLY OFF|MULTI|SET ka x|EXEC|CLIENT REPLY ON|GET ka",
        "CLIENT REPLY OFF|MULTI|GET ka|CLIENT REPLY ON|GET ka|EXEC",
        "MULTI|SET ka x|CLIENT REPLY SKIP|GET ka|EXEC|GET ka|PING",
        "CLIENT REPLY SKIP|MULTI|CLIENT REPLY SKIP|GET ka|EXEC|GET ka|PING",
        "SET kw 1|WATCH kw|SET kw 2|MULTI|UNWATCH|EXEC|MULTI|EXEC",
        "SET kw 1|WATCH kw kw|SET kw 2|MULTI|GET kw|EXEC|MULTI|GET kw|EXEC",
        "SET kw 1|WATCH kw|SET kw 2|MULTI|NOSUCH|EXEC",
        "SET kw 1|WATCH kw|SET kw 2|WATCH ka|UNWATCH|MULTI|GET kw|EXEC",
        "WATCH kw|SET kw 1|DISCARD|MULTI|EXEC",
        "WATCH kw|GET kw|EXISTS kw|TTL kw|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|EXPIRE kw 100|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|PERSIST kw|DEL none|SETNX kw 1|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|RENAME kw kx|MULTI|PING|EXEC",
        "SET kx 1|WATCH kw|RENAME kx kw|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|MOVE kw 1|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|COPY kw kx REPLACE|MULTI|PING|EXEC",
        "DEL kx|WATCH kx|COPY kw kx REPLACE|MULTI|PING|EXEC",
        "SELECT 1|SET kw 1|WATCH kw|SELECT 0|SET kw 2|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|FLUSHALL|MULTI|PING|EXEC",
        "FLUSHALL|WATCH kw|FLUSHDB|MULTI|PING|EXEC",
        "FLUSHALL|SET kw 1|WATCH kw|SWAPDB 0 1|MULTI|PING|EXEC",
        "FLUSHALL|SELECT 1|SET kw 1|SELECT 0|WATCH kw|SWAPDB 0 1|MULTI|PING|EXEC",
        "FLUSHALL|WATCH kw|SWAPDB 0 1|MULTI|PING|EXEC",
        "SET kw 1|WATCH kw|SWAPDB 2 3|MULTI|PING|EXEC",
        "CLIENT nosuch|MULTI|CLIENT nosuch|EXEC|MULTI|CLIENT|EXEC",
        "MULTI|AUTH a b|HELLO 9|PING|ECHO hi|EXEC|PING",
        "MULTI|SUBSCRIBE ch|GET ka|SSUBSCRIBE s|PSUBSCRIBE p*|UNSUBSCRIBE|EXEC|GET ka|PING|UNSUBSCRIBE|PUNSUBSCRIBE|GET ka",
        "MULTI|PUBLISH a b|SPUBLISH a b|PUBSUB NUMSUB a|EXEC",
        "SUBSCRIBE a|MULTI|EXEC|WATCH a|UNSUBSCRIBE|MULTI|EXEC",
        "MULTI|OBJECT ENCODING ka|CONFIG GET databases|CONFIG SET maxmemory bla|EXEC",
    ];

    [Theory]
    [MemberData(nameof(Conversations))]
    public void A_transaction_gets_the_same_bytes(string commands)
    {
        ServerProcess theirs = servers.Theirs;
        using SideBySide pair = new(servers.Ours, theirs);
        using (RespClient left = servers.Ours.Connect(), right = theirs.Connect())
        {
            left.Call("FLUSHALL");
            right.Call("FLUSHALL");
        }

        string? report = pair.CompareRaw(Encoding.Latin1.GetBytes(commands.Replace("|", "\r\n", StringComparison.Ordinal) + "\r\n"));
        Assert.True(report == null, report);
    }

    public static TheoryData<string> Scripts =>
    [
        """
        a> WATCH x
        b> SET x 1
        a> MULTI
        a> SET y 1
        a> EXEC
        a> GET y
        """,
        """
        # the flag goes with the transaction that it failed
        a> SET x 1
        a> WATCH x y z
        b> DEL nothing x
        a> MULTI
        a> EXEC
        b> SET x 2
        a> MULTI
        a> PING
        a> EXEC
        """,
        """
        # two clients watch, one is too late
        a> WATCH x
        b> WATCH x
        a> MULTI
        a> INCR x
        b> MULTI
        b> INCR x
        a> EXEC
        b> EXEC
        a> GET x
        """,
        """
        # a watcher that goes, and one that forgets
        a> WATCH x
        b> WATCH x
        close a
        b> UNWATCH
        c> SET x 1
        b> MULTI
        b> GET x
        b> EXEC
        """,
        """
        # the database counts
        a> SELECT 2
        a> WATCH x
        b> SET x 1
        a> MULTI
        a> PING
        a> EXEC
        a> WATCH x
        b> SELECT 2
        b> SET x 2
        a> MULTI
        a> PING
        a> EXEC
        """,
        """
        # expired before WATCH: its removal is no change
        a> DEBUG SET-ACTIVE-EXPIRE 0
        a> SET x 1 PX 1
        sleep 20
        a> WATCH x
        b> EXISTS x
        a> MULTI
        a> PING
        a> EXEC
        a> SET x 1 PX 1
        sleep 20
        a> WATCH x
        b> SET x 2
        a> MULTI
        a> PING
        a> EXEC
        a> SET x 1 PX 1
        sleep 20
        a> WATCH x
        b> FLUSHDB
        a> MULTI
        a> PING
        a> EXEC
        a> SET x 1 PX 1
        sleep 20
        a> WATCH x
        b> SWAPDB 0 1
        b> SET x 3
        a> MULTI
        a> PING
        a> EXEC
        a> DEBUG SET-ACTIVE-EXPIRE 1
        """,
        """
        # expires between WATCH and EXEC
        a> DEBUG SET-ACTIVE-EXPIRE 0
        a> SET x 1 PX 30
        a> WATCH x
        sleep 60
        a> MULTI
        a> PING
        a> EXEC
        a> DEBUG SET-ACTIVE-EXPIRE 1
        """,
        """
        # a key that does not exist, replaced by one that has expired
        a> DEBUG SET-ACTIVE-EXPIRE 0
        a> SELECT 1
        a> SET x 1 PX 1
        sleep 20
        a> SELECT 0
        a> WATCH x
        b> SWAPDB 0 1
        a> MULTI
        a> PING
        a> EXEC
        a> DEBUG SET-ACTIVE-EXPIRE 1
        """,
        """
        # what is queued runs with the value of the moment
        a> MULTI
        a> INCR x
        b> SET x 41
        a> GET x
        a> EXEC
        """,
        """
        # subscribers hear what is published inside
        s> SUBSCRIBE ch
        s3> SUBSCRIBE ch
        a> MULTI
        a> PUBLISH ch one
        a> SET x 1
        a> PUBLISH ch two
        a> EXEC
        """,
        """
        # no memory: nothing is queued, EXEC and DISCARD still answer
        a> MULTI
        b> CONFIG SET maxmemory 1
        a> GET x
        a> EXEC
        a> MULTI
        a> DISCARD
        b> CONFIG SET maxmemory 0
        a> MULTI
        a> SET x 1
        b> CONFIG SET maxmemory 1
        a> EXEC
        a> PING
        b> CONFIG SET maxmemory 0
        a> MULTI
        a> GET x
        b> CONFIG SET maxmemory 1
        a> EXEC
        b> CONFIG SET maxmemory 0
        """,
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Clients_see_the_same(string script)
    {
        ServerProcess theirs = servers.Theirs;
        string? report = Scenario.Compare(servers.Ours, theirs, script);
        Assert.True(report == null, report);
    }
}
