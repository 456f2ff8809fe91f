using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Networking;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Primitives.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Tests.Networking.Memory;

/// <summary>The networking part of a server around an <see cref="EchoSink"/>, without sockets and without a loop.</summary>
internal sealed unsafe class NetworkBench : ILog
{
    private readonly ArgumentArena _arguments = new();
    private int _descriptors;

    public NetworkBench()
    {
        Sink = new EchoSink(Reply, NameOf, (client, first, count) => client.Postpone(new ArgumentList(_arguments.At(first), count)));
        Set = new ConnectionSet(new FakePoller(), Sink, Settings, Clock, this, Statistics);
        Receiver = new Receiver(_arguments, Limits, Sink, Statistics);
        Set.Receiver = Receiver;
    }

    public NetworkSettings Settings { get; } = new();

    public RequestLimits Limits { get; } = new();

    public StillClock Clock { get; } = new();

    public ServerStatistics Statistics { get; } = new();

    public EchoSink Sink { get; }

    public ConnectionSet Set { get; }

    public Receiver Receiver { get; }

    public List<string> Log { get; } = [];

    public (FakeLink Link, Connection Connection) Connect()
    {
        var link = new FakeLink(++_descriptors);
        Set.Accepted(link, link);
        return (link, (Connection)Sink.Open[^1]);
    }

    /// <summary>One event of a link that has something to receive.</summary>
    public void Readable(FakeLink link)
    {
        if (!link.IsClosed && link.HasMore) link.Handler.Readable(link);
    }

    /// <summary>An iteration in which a link has room again: what waits is sent at its end.</summary>
    public void Writable(FakeLink link)
    {
        link.Handler.Writable(link);
        EndOfReading();
    }

    /// <summary>What a loop does after the sockets were read.</summary>
    public void EndOfReading()
    {
        Receiver.Flush();
        Set.ResumeAll();
        Set.FlushAll();
    }

    /// <summary>Delivers everything that a link has, one event per iteration.</summary>
    public void Drain(FakeLink link)
    {
        while (!link.IsClosed && link.HasMore)
        {
            Readable(link);
            EndOfReading();
            if (link.PeerClosed) break;
        }
    }

    /// <summary>Ends a block, as the server does when a key was written.</summary>
    public static void Unblock(Client client)
    {
        client.IsBlocked = false;
        client.ResumeLater();
    }

    private void Reply(Client client, ReplyWriter output, int first, int count)
    {
        output.Array(count);
        for (int i = 0; i < count; i++) output.Bulk(_arguments.At(first + i)->Span);
    }

    private string NameOf(int first)
    {
        ReadOnlySpan<byte> name = _arguments.At(first)->Span;
        return name.Length > 16 ? "" : Encoding.Latin1.GetString(name);
    }

    public void Write(LogLevel level, string text) => Log.Add(text);
}

/// <summary>A clock that the test moves.</summary>
internal sealed class StillClock : IClock
{
    public long UnixMs { get; set; } = 1_700_000_000_000;

    public long UnixMicros() => UnixMs * 1000;

    public long MonotonicMicros() => UnixMs * 1000;
}
