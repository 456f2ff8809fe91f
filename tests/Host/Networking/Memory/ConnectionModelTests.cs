using ModularKv.Host.Networking;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Networking.Memory;

/// <summary>Many connections with random commands, pieces, blocks and pauses of sending: each gets exactly its replies, in order.</summary>
public sealed class ConnectionModelTests
{
    private sealed class Peer(FakeLink link, Connection connection)
    {
        public FakeLink Link => link;

        public Connection Connection => connection;

        public MemoryStream Expected { get; } = new();

        public Queue<byte[]> ToSend { get; } = new();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    public void Every_connection_gets_its_replies_in_order(int seed)
    {
        var random = new Random(seed);
        var bench = new NetworkBench();
        List<Peer> peers = [];
        for (int i = 0; i < 40; i++)
        {
            (FakeLink link, Connection connection) = bench.Connect();
            var peer = new Peer(link, connection);
            peers.Add(peer);
            Script(random, peer);
        }

        for (int step = 0; peers.Any(peer => peer.ToSend.Count > 0 || peer.Link.HasMore || peer.Connection.IsHeld); step++)
        {
            Assert.True(step < 1_000_000, $"seed {seed}: no progress");
            for (int i = random.Next(1, 8); i > 0; i--) Happen(random, bench, peers[random.Next(peers.Count)]);
            bench.EndOfReading();
        }

        foreach (Peer peer in peers)
        {
            peer.Link.SendRoom = long.MaxValue;
            bench.Writable(peer.Link);
            bool isSame = peer.Expected.ToArray().AsSpan().SequenceEqual(peer.Link.Sent.ToArray());
            Assert.True(isSame, $"seed {seed}, {peer.Connection.Address}");
            Assert.Equal(0, peer.Connection.QueryBufferBytes);
            Assert.False(peer.Link.IsClosed);
        }
    }

    private static void Happen(Random random, NetworkBench bench, Peer peer)
    {
        switch (random.Next(6))
        {
            case 0 when peer.ToSend.TryDequeue(out byte[]? piece):
                peer.Link.Arrive(piece);
                break;
            case 1 when peer.Connection.IsBlocked:
                NetworkBench.Unblock(peer.Connection);
                if (random.Next(2) == 0) bench.Readable(peer.Link);
                break;
            case 2:
                peer.Link.SendRoom = random.Next(3) == 0 ? long.MaxValue : random.Next(2000);
                peer.Link.SendPiece = random.Next(2) == 0 ? int.MaxValue : random.Next(1, 100);
                if (peer.Link.WatchesWritable) peer.Link.Handler.Writable(peer.Link);
                break;
            default:
                bench.Readable(peer.Link);
                break;
        }
    }

    private static void Script(Random random, Peer peer)
    {
        var stream = new MemoryStream();
        for (int i = random.Next(1, 60); i > 0; i--)
        {
            byte[][] command = RequestBytes.RandomCommand(random);
            int kind = random.Next(30);
            if (kind < 3) command[0] = "BLOCK"u8.ToArray();
            if (kind is 3 or 4)
            {
                command[random.Next(command.Length)] = new byte[random.Next(60_000, 300_000)];
            }

            if (kind is 5 or 6)
            {
                RequestBytes.WriteInline(stream, command, random);
                stream.Write("\r\n"u8);
            }
            else
            {
                RequestBytes.Write(stream, command);
            }

            peer.Expected.Write(EchoSink.ReplyTo(command));
            if (kind != 7) continue;

            // Many small commands, so that one connection's bytes hold more than a batch.
            for (int j = 0; j < 2500; j++)
            {
                byte[][] small = ["P"u8.ToArray(), [(byte)j]];
                RequestBytes.Write(stream, small);
                peer.Expected.Write(EchoSink.ReplyTo(small));
            }
        }

        byte[] bytes = stream.ToArray();
        int pieceMax = random.Next(3) switch { 0 => 3000, 1 => 20_000, _ => 200_000 };
        for (int at = 0; at < bytes.Length;)
        {
            int count = Math.Min(bytes.Length - at, random.Next(1, pieceMax));
            peer.ToSend.Enqueue(bytes[at..(at + count)]);
            at += count;
        }
    }
}
