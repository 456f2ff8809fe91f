using System.Net;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Tests.Networking;

/// <summary>A connection without a socket: the test puts bytes in and says how much is taken out.</summary>
internal sealed class FakeLink(int descriptor) : Link
{
    private readonly Queue<byte[]> _arriving = new();
    private byte[] _piece = [];
    private int _at;

    /// <summary>What the server sent.</summary>
    public MemoryStream Sent { get; } = new();

    /// <summary>Bytes that the system takes before it would block.</summary>
    public long SendRoom { get; set; } = long.MaxValue;

    /// <summary>Bytes that it takes at a time.</summary>
    public int SendPiece { get; set; } = int.MaxValue;

    public bool PeerClosed { get; set; }

    public bool Broken { get; set; }

    public bool IsClosed { get; private set; }

    public bool WatchesWritable { get; private set; }

    public bool HasMore => _at < _piece.Length || _arriving.Count > 0 || PeerClosed;

    public override int Descriptor => descriptor;

    public void Arrive(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces) _arriving.Enqueue(piece);
    }

    public override int Receive(Span<byte> into)
    {
        Assert.False(IsClosed);
        Assert.True(into.Length > 0, "a receive without room looks like the peer's end");
        if (Broken) return Failed;
        if (_at == _piece.Length)
        {
            if (!_arriving.TryDequeue(out byte[]? next)) return PeerClosed ? 0 : WouldBlock;
            _piece = next;
            _at = 0;
        }

        int count = Math.Min(into.Length, _piece.Length - _at);
        _piece.AsSpan(_at, count).CopyTo(into);
        _at += count;
        return count;
    }

    public override int Send(ReadOnlySpan<byte> bytes)
    {
        Assert.False(IsClosed);
        if (Broken) return Failed;
        int count = (int)Math.Min(Math.Min(bytes.Length, SendPiece), SendRoom);
        if (count == 0) return WouldBlock;
        Sent.Write(bytes[..count]);
        SendRoom -= count;
        return count;
    }

    public override void WatchWritable(bool on) => WatchesWritable = on;

    public override void WatchReadable(bool on)
    {
        // The test decides what is readable.
    }

    public override void Close() => IsClosed = true;

    public override void Tune(int keepAliveSeconds)
    {
        // There is no socket.
    }

    public override (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe()
        => ($"127.0.0.1:{descriptor}", "127.0.0.1:6379", true, false);
}

/// <summary>A poller that never has events.</summary>
internal sealed class FakePoller : Poller
{
    public override Link Listen(EndPoint address, int backlog, int unixPermissions, LinkHandler handler)
        => new FakeLink(0) { Handler = handler };

    public override void Wait(int timeoutMs, Action awake) => awake();

    public override void Wake()
    {
        // Nobody waits.
    }

    public override void Dispose()
    {
        // Nothing is held.
    }
}
