using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Tls.Tests;

/// <summary>Both ends of a session in memory: pieces, ends, and what a command costs.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData(1, "TLSv1.3")]
    [InlineData(2, "TLSv1.2")]
    [InlineData(3, "TLSv1.3")]
    public void Megabytes_pass_both_ways_in_random_pieces(int seed, string protocols)
    {
        var random = new Random(seed);
        using var ends = new Ends(random, protocols);
        ends.Shake();
        byte[][] sent = [Bytes(random, 3_000_000), Bytes(random, 2_000_000)];
        byte[][] received = [new byte[sent[1].Length], new byte[sent[0].Length]];
        int[] outAt = [0, 0], inAt = [0, 0];
        TransportSession[] sessions = [ends.Server, ends.Client];
        while (inAt[0] < received[0].Length || inAt[1] < received[1].Length)
        {
            int i = random.Next(2);
            int left = sent[i].Length - outAt[i];
            if (left > 0)
            {
                // The contract: what was not taken comes again, at least as long.
                int length = ends.Offered[i] = Math.Min(left, Math.Max(ends.Offered[i], random.Next(1, 100_000)));
                int taken = sessions[i].Send(sent[i].AsSpan(outAt[i], length));
                bool isFine = taken is > 0 or TransportSession.NeedsInput or TransportSession.NeedsOutput;
                Assert.True(isFine, $"seed {seed}: {sessions[i].Error}");
                if (taken > 0)
                {
                    outAt[i] += taken;
                    ends.Offered[i] = 0;
                }
            }

            int room = Math.Min(received[i].Length - inAt[i], random.Next(1, 50_000));
            if (room == 0) continue;
            int got = sessions[i].Receive(received[i].AsSpan(inAt[i], room));
            Assert.True(got is > 0 or TransportSession.NeedsInput or TransportSession.NeedsOutput, $"seed {seed}: {sessions[i].Error}");
            if (got > 0) inAt[i] += got;
            else if (got == TransportSession.NeedsInput) Assert.False(sessions[i].HasBuffered);
        }

        Assert.Equal(sent[0], received[1]);
        Assert.Equal(sent[1], received[0]);
    }

    [Fact]
    public void A_goodbye_is_an_end_and_a_cut_is_an_error()
    {
        using (var ends = new Ends(null, "TLSv1.3"))
        {
            ends.Shake();
            ends.Client.Send("last words"u8);
            ends.Client.Dispose();
            byte[] room = new byte[64];
            Assert.Equal(10, ends.Server.Receive(room));
            Assert.True(ends.Server.HasBuffered);
            Assert.Equal(0, ends.Server.Receive(room));
            Assert.Equal(0, ends.Server.Receive(room));
        }

        using (var ends = new Ends(null, "TLSv1.3"))
        {
            ends.Shake();
            ends.ServerWire.IsClosed = true;
            Assert.Equal(TransportSession.Broken, ends.Server.Receive(new byte[64]));
            Assert.Contains("unexpected eof", ends.Server.Error);
        }
    }

    [Fact]
    public void A_command_allocates_nothing()
    {
        using var ends = new Ends(null, "TLSv1.3");
        ends.Shake();
        byte[] room = new byte[16 * 1024];
        Exchange(ends, room, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(ends, room, 10_000);

        // The runtime itself allocates a little when it replaces code by better code.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_999);
    }

    private static void Exchange(Ends ends, byte[] room, int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (ends.Client.Send("*1\r\n$4\r\nPING\r\n"u8) != 14) throw new InvalidOperationException();
            if (ends.Server.Receive(room) != 14) throw new InvalidOperationException();
            if (ends.Server.Receive(room) != TransportSession.NeedsInput) throw new InvalidOperationException();
            if (ends.Server.Send("+PONG\r\n"u8) != 7) throw new InvalidOperationException();
            if (ends.Client.Receive(room) != 7) throw new InvalidOperationException();
        }
    }

    [Fact]
    public void Sessions_are_counted_and_outlive_their_contexts()
    {
        using var ends = new Ends(null, "TLSv1.3");
        Assert.Equal(2, ends.Transport.Count.Open);
        ends.Transport.Dispose();
        ends.Shake();
        ends.Client.Dispose();
        ends.Server.Dispose();
        Assert.Equal(0, ends.Transport.Count.Open);
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private sealed class Ends : IDisposable
    {
        private readonly TestCertificates _certificates = new();

        public Ends(Random? random, string protocols)
        {
            _certificates.Make("server").Dispose();
            var settings = new TlsSettings(new FreeConfiguration());
            Set(settings.Port, "1");
            Set(settings.CertFile, _certificates.CertFile("server"));
            Set(settings.KeyFile, _certificates.KeyFile("server"));
            Set(settings.CaCertFile, _certificates.AuthorityFile);
            Set(settings.Protocols, protocols);
            Transport = new TlsTransport(settings, new SilentLog());
            Assert.Null(Transport.Configure());
            (ServerWire, MemoryWire clientWire) = MemoryWire.Pair(random);
            Server = Transport.Accept(ServerWire)!;
            Client = Transport.Connect(clientWire)!;
        }

        public TlsTransport Transport { get; }

        public MemoryWire ServerWire { get; }

        public TransportSession Server { get; }

        public TransportSession Client { get; }

        public int[] Offered { get; } = [0, 0];

        public void Shake()
        {
            int client = -1, server = -1;
            while (client != 0 || server != 0)
            {
                if (client != 0) client = Client.Handshake();
                if (server != 0) server = Server.Handshake();
                Assert.NotEqual(TransportSession.Broken, client);
                Assert.True(server != TransportSession.Broken, Server.Error);
            }
        }

        private static void Set(Parameter parameter, string value)
            => Assert.NotEqual(SetOutcome.Refused, parameter.Set([value], ParameterSource.Command, out _));

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
            Transport.Dispose();
            _certificates.Dispose();
        }
    }

    private sealed class FreeConfiguration : IConfiguration
    {
        public event Action<IReadOnlyList<Parameter>>? Changed
        {
            add { }
            remove { }
        }

        public T Register<T>(T parameter)
            where T : Parameter => parameter;

        public bool Revoke(Parameter parameter) => true;

        public Parameter? Find(string name) => null;
    }
}
