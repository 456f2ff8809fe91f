using System.Net;
using System.Net.Sockets;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Host.Tests.Protocol.Memory;

/// <summary>Malformed requests, sent to redis-server too: the same words, or the same silence.</summary>
public sealed class MalformedRequestTests
{
    private static readonly string[] Requests =
    [
        "*a\r\n", "*\r\n", "*3000000000\r\n", "*2147483647\r\n", "*2147483648\r\n", "*1048577\r\n", "*-5\r\n*x\r\n",
        "*0\r\n*x\r\n", "*01\r\n",
        "*1\r\n$\r\n", "*1\r\n\r\n", "*1\r\n\r", "*1\r\nfoo", "*1\r\nfoo\r\n", "*1\r\n\xe4\r\n", "*1\r\n$-1\r\n",
        "*1\r\n$abc\r\n", "*1\r\n$01\r\n",
        "*1\r\n$536870913\r\n", "*1\r\n$4\r", "*1 \r\n", "*1\r\n$4 \r\n", "*+1\r\n", "*1\r\n$+4\r\n", "*-\r\n", "*--1\r\n", "*1\r\n$-\r\n",
        "*1\r\n$9223372036854775808\r\n", "*9223372036854775808\r\n", "*-9223372036854775809\r\n",
        "*1\0\r\n$4\r\nPING\r\n", "*1\r\n$4\0\r\nPING\r\n",
        "*1\r\n\0\r\n", "\0\r\n", "PING\0\r\n", "PING \"a\r\n", "PING 'a\r\n", "PING \"a\"b\r\n", "PING 'a'b\r\n", "PING \\\"a\r\n",
        "PING \"a\\\r\n", "PING 'a\\'\r\n", "PING \"\r\n", "PING \"a\"\"b\"\r\n", "\r\n\n \t\v\r\n", "\"\n",
        "*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n",
        "*1\r\n$2\r\nx\r\n", "*2\r\n$4\r\nPING\r\nxx$1\r\n",
        new('x', 65600), "*" + new string('1', 65600), "*1\r\n$" + new string('1', 65600), "*1\r\n" + new string('A', 65600),
        "\0" + new string('x', 65600), "*\0" + new string('x', 65600), "*1\r\n$\0" + new string('x', 65600),
        "*1\r\n\0" + new string('x', 65600),
    ];

    [Fact]
    public void Malformed_requests_are_refused_in_the_same_words()
    {
        using var redis = ServerProcess.StartRedis();
        var differences = new List<string>();
        var sockets = Requests.Select(request => Send(redis.Port, request)).ToList();
        Thread.Sleep(100);
        foreach ((int i, string request) in Requests.Index())
        {
            using Socket socket = sockets[i];
            string expected = Reply(socket);
            string ours = Ours(request);
            if (ours != expected) differences.Add($"{Escape.Bytes(Encoding.Latin1.GetBytes(request), 60)}: redis {expected} ours {ours}");
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static Socket Send(int port, string request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(Encoding.Latin1.GetBytes(request));
        return socket;
    }

    private static string Reply(Socket socket)
    {
        if (!socket.Poll(20_000, SelectMode.SelectRead)) return "";
        var buffer = new byte[1024];
        int count;
        try
        {
            count = socket.Receive(buffer);
        }
        catch (SocketException)
        {
            return "reset";
        }

        return Encoding.Latin1.GetString(buffer, 0, count);
    }

    private static string Ours(string request)
    {
        using var feed = new ParserFeed(256 * 1024);
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        for (int at = 0; at < bytes.Length; at += 16 * 1024) feed.Feed(bytes.AsSpan(at, Math.Min(16 * 1024, bytes.Length - at)));
        Assert.Empty(feed.Commands);
        return feed.Error is null ? "" : $"-{feed.Error.Replace('\r', ' ')}\r\n";
    }
}
