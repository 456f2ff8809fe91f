using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Oracle.Tests;

/// <summary>Raw bytes, well formed and not, as no client library would send them.</summary>
public sealed class ProtocolTests(ServerPair servers)
{
    public static TheoryData<string> Conversations =>
    [
        "PING\r\n", "PING\n", "ping hello\r\n", "\r\n\r\nPING\r\n", "   PING   \r\n", "SET ka \"a b\\x41\\n\"\r\nGET ka\r\n",
        "SET ka 'it\\'s'\r\nGET ka\r\n",
        "SET ka \"open\r\nPING\r\n", "SET ka \"a\"b\r\nPING\r\n", "ECHO \"\"\r\n",
        "*1\r\n$4\r\nPING\r\n", "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
        "*0\r\nPING\r\n", "*-1\r\nPING\r\n", "*-10\r\nPING\r\n", "*a\r\nPING\r\n", "*1048577\r\n",
        "*9223372036854775808\r\n", "*\r\nPING\r\n",
        "*1\r\n$-1\r\nPING\r\n", "*1\r\n$a\r\n", "*1\r\n$536870913\r\n", "*1\r\n+PING\r\n", "*1\r\nPING\r\n", "*2\r\n$4\r\nECHO\r\n:1\r\n",
        "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", "*1\r\n$0\r\n\r\nPING\r\n", "*2\r\n$4\r\nECHO\r\n$3\r\na\r\n\r\n",
        "QUIT\r\nPING\r\n", "*1\r\n$4\r\nQUIT\r\nPING\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\n", "NOSUCH a b c\r\nPING\r\n",
        "CLIENT REPLY SKIP\r\nPING\r\nECHO seen\r\n",
        "CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\nECHO seen\r\n", "HELLO 3\r\nGET nothing-here\r\nHELLO 2\r\nGET nothing-here\r\n",
        "*1\r\n$4\r\nPI", "*3\r\n$3\r\nSET\r\n", "*1", "",
    ];

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Bytes_get_the_same_answer(string sent)
    {
        ServerProcess theirs = servers.Theirs;
        using SideBySide pair = new(servers.Ours, theirs);
        string? report = pair.CompareRaw(Encoding.Latin1.GetBytes(sent));
        if (!sent.Contains("HELLO", StringComparison.Ordinal)) Assert.True(report == null, report);
        else if (report != null) Assert.Equal(AfterHello(report, "ours:"), AfterHello(report, "redis:"));
    }

    [Fact]
    public void Too_long_an_inline_request_gets_the_same_answer() => Bytes_get_the_same_answer(new string('a', 70_000));

    [Fact]
    public void Ten_thousand_pipelined_commands_get_the_same_answers()
    {
        StringBuilder sent = new();
        for (int i = 0; i < 10_000; i++) sent.Append($"*2\r\n$4\r\nECHO\r\n$5\r\n{i:D5}\r\n");
        Bytes_get_the_same_answer(sent.ToString());
    }

    /// <summary>Requests of many lengths end at every place of a received chunk: in a count, in a length, within an argument.</summary>
    [Fact]
    public void Pipelined_commands_of_many_lengths_get_the_same_answers()
    {
        StringBuilder sent = new();
        for (int i = 0; i < 5_000; i++)
        {
            string key = $"k{i}";
            sent.Append($"*3\r\n$3\r\nset\r\n${key.Length}\r\n{key}\r\n${i.ToString().Length}\r\n{i}\r\n");
            sent.Append($"*2\r\n$4\r\nincr\r\n${key.Length}\r\n{key}\r\n");
        }
        Bytes_get_the_same_answer(sent.ToString());
    }

    /// <summary>HELLO tells ids and versions; what follows it must be equal.</summary>
    private static string AfterHello(string report, string side)
    {
        string line = report.Split('\n').First(line => line.StartsWith(side, StringComparison.Ordinal));
        return line[line.IndexOf("_\\r\\n", StringComparison.Ordinal)..][..8];
    }
}
