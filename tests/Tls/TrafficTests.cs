using ModularKv.TestKit;

namespace ModularKv.Tls.Tests;

/// <summary>Commands of all sizes over TLS, against the server itself.</summary>
public sealed class TrafficTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Pipelined_commands_with_large_values_in_random_pieces(int seed)
    {
        const int steps = 120;
        var random = new Random(seed);
        using var server = new TlsServer();
        using TlsClient client = server.Connect();
        var values = new Dictionary<string, byte[]>();
        using var wire = new MemoryStream();
        var expected = new List<byte[]?>();
        for (int step = 0; step < steps; step++)
        {
            string key = "key:" + random.Next(12);
            if (random.Next(2) == 0 || !values.TryGetValue(key, out byte[]? held))
            {
                int length = random.Next(8) switch { 0 => random.Next(1_000_000, 4_000_000), 1 => 16_384, _ => random.Next(40_000) };
                byte[] value = new byte[length];
                random.NextBytes(value);
                values[key] = value;
                wire.Write(Command.Of("SET", key, value).ToWire());
                expected.Add(null);
            }
            else
            {
                wire.Write(Command.Of("GET", key).ToWire());
                expected.Add(held);
            }
        }

        // One thread speaks while another listens: the answers would fill both sides' buffers.
        byte[] all = wire.ToArray();
        var speaking = new Thread(() =>
        {
            for (int at = 0; at < all.Length;)
            {
                int piece = Math.Min(all.Length - at, random.Next(3) == 0 ? random.Next(1, 20) : random.Next(1, 300_000));
                client.Write(all.AsSpan(at, piece));
                at += piece;
            }
        });
        speaking.Start();
        foreach (byte[]? value in expected)
        {
            Reply reply = client.Read();
            if (value is null) Assert.Equal("OK", reply.Text);
            else Assert.True(value.AsSpan().SequenceEqual(reply.Bytes), $"seed {seed}");
        }

        speaking.Join();
    }

    [Fact]
    public void Many_clients_with_blocks_and_messages()
    {
        using var server = new TlsServer();
        using TlsClient waiting = server.Connect(), listening = server.Connect(), acting = server.Connect();
        waiting.Write(Command.Of("BLPOP", "list", "0").ToWire());
        Assert.Equal("subscribe", listening.Call("SUBSCRIBE", "news").Items[0].Text);
        TlsServer.Until(() => server.Number("blocked_clients") == 1);
        acting.Call("RPUSH", "list", "one");
        acting.Call("PUBLISH", "news", new string('n', 100_000));
        Assert.Equal("one", waiting.Read().Items[1].Text);
        Assert.Equal(100_000, listening.Read().Items[2].Bytes.Length);
    }

    [Fact]
    public void A_request_that_is_none_is_answered_and_cut()
    {
        using var server = new TlsServer();
        using TlsClient client = server.Connect();
        client.Write("*1\r\n!bad\r\n"u8);
        Assert.StartsWith("ERR Protocol error", client.Read().Text);
        Assert.Throws<RespException>(client.Read);
    }
}
