using System.Net;
using System.Net.Sockets;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Tests.EventLoop;

/// <summary>Both pollers do the same.</summary>
public sealed class PollerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("poller");

    private sealed class Recorder : LinkHandler
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        public List<Link> Links { get; } = [];

        public List<byte> Received { get; } = [];

        public int Ends { get; private set; }

        public int Writables { get; private set; }

        public bool Echoes { get; set; } = true;

        public Action<Link>? OnReadable { get; set; }

        public override void Accepted(Link listener, Link link) => Links.Add(link);

        public override void Readable(Link link)
        {
            if (OnReadable is { } instead)
            {
                instead(link);
                return;
            }

            int count = link.Receive(_buffer);
            if (count == Link.WouldBlock) return;
            if (count <= 0)
            {
                Ends++;
                link.Close();
                return;
            }

            Received.AddRange(_buffer[..count]);
            if (Echoes) Assert.Equal(count, link.Send(_buffer.AsSpan(0, count)));
        }

        public override void Writable(Link link) => Writables++;
    }

    private EndPoint Address(bool unix)
        => unix ? new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "socket")) : new IPEndPoint(IPAddress.Loopback, 0);

    private (Poller Poller, Recorder Recorder, Func<Socket> Connect) Start(bool portable, bool unix)
    {
        Poller poller = Poller.Create(portable);
        var recorder = new Recorder();
        EndPoint address = Address(unix);
        if (!unix) address = new IPEndPoint(IPAddress.Loopback, FreePort());
        poller.Listen(address, 16, unix ? 0x1C0 : 0, recorder);
        return (poller, recorder, () => Connect(poller, recorder, address));
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static Socket Connect(Poller poller, Recorder recorder, EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Connect(address);
        int before = recorder.Links.Count;
        Until(poller, () => recorder.Links.Count > before);
        return socket;
    }

    private static void Until(Poller poller, Func<bool> done)
    {
        for (int i = 0; i < 200 && !done(); i++) poller.Wait(50, () => { });
        Assert.True(done(), "the poller did not report it");
    }

    public static TheoryData<bool, bool> Kinds => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bytes_come_and_go(bool portable, bool unix)
    {
        (Poller poller, Recorder recorder, Func<Socket> connect) = Start(portable, unix);
        using Poller _ = poller;
        using Socket client = connect();
        (string peer, string local, bool isLoopback, bool isUnix) = recorder.Links[0].Describe();
        Assert.Equal(unix, isUnix);
        Assert.True(isLoopback);
        Assert.Equal(unix ? Path.Combine(_folder.FullName, "socket") + ":0" : client.RemoteEndPoint!.ToString(), local);
        if (!unix) Assert.Equal(client.LocalEndPoint!.ToString(), peer);
        if (!unix) recorder.Links[0].Tune(300);
        var buffer = new byte[100];
        for (int i = 0; i < 20; i++)
        {
            client.Send([1, 2, 3, (byte)i]);
            int had = recorder.Received.Count;
            Until(poller, () => recorder.Received.Count == had + 4);
            Assert.Equal(4, client.Receive(buffer));
            Assert.Equal((byte)i, buffer[3]);
        }

        client.Shutdown(SocketShutdown.Both);
        Until(poller, () => recorder.Ends == 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Writable_is_told_when_there_is_room_again(bool portable, bool unix)
    {
        (Poller poller, Recorder recorder, Func<Socket> connect) = Start(portable, unix);
        using Poller _ = poller;
        using Socket client = connect();
        Link link = recorder.Links[0];
        poller.Wait(0, () => { });
        Assert.Equal(0, recorder.Writables);
        var chunk = new byte[64 * 1024];
        long sent = 0;
        for (int n; (n = link.Send(chunk)) != Link.WouldBlock; sent += n) Assert.True(n > 0);
        link.WatchWritable(true);
        poller.Wait(20, () => { });
        Assert.Equal(0, recorder.Writables);
        for (long got = 0; got < sent;) got += client.Receive(chunk);
        Until(poller, () => recorder.Writables > 0);
        link.WatchWritable(false);
        int count = recorder.Writables;
        poller.Wait(20, () => { });
        Assert.Equal(count, recorder.Writables);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_can_be_suspended(bool portable, bool unix)
    {
        (Poller poller, Recorder recorder, Func<Socket> connect) = Start(portable, unix);
        using Poller _ = poller;
        using Socket client = connect();
        recorder.Links[0].WatchReadable(false);
        client.Send([1]);
        poller.Wait(20, () => { });
        Assert.Empty(recorder.Received);
        recorder.Links[0].WatchReadable(true);
        Until(poller, () => recorder.Received.Count == 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_handler_may_close_any_link(bool portable, bool unix)
    {
        (Poller poller, Recorder recorder, Func<Socket> connect) = Start(portable, unix);
        using Poller _ = poller;
        Socket[] clients = [.. Enumerable.Range(0, 10).Select(_ => connect())];
        int calls = 0;
        recorder.OnReadable = link =>
        {
            calls++;
            foreach (Link other in recorder.Links) other.Close();
            link.Close();
        };
        foreach (Socket client in clients) client.Send([1]);
        Until(poller, () => calls > 0);
        for (int i = 0; i < 5; i++) poller.Wait(5, () => { });
        Assert.Equal(1, calls);
        recorder.OnReadable = null;
        using Socket later = connect();
        later.Send([7]);
        Until(poller, () => recorder.Received.Count == 1);
        foreach (Socket client in clients) client.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_thread_ends_a_wait(bool portable)
    {
        Poller poller = Poller.Create(portable);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var waker = new Thread(() =>
        {
            Thread.Sleep(20);
            poller.Wake();
        });
        waker.Start();
        if (portable) poller.Wait(90, () => { }); else poller.Wait(10_000, () => { });
        Assert.True(watch.ElapsedMilliseconds < 5000);
        waker.Join();
        poller.Wake();
        poller.Wake();
        poller.Wait(0, () => { });
        watch.Restart();
        poller.Wait(30, () => { });
        Assert.True(watch.ElapsedMilliseconds >= 20, "a wake-up that was answered wakes again");
        poller.Dispose();
        poller.Wake(); // late background work
        poller.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_taken_address_is_refused(bool portable)
    {
        (Poller poller, Recorder recorder, Func<Socket> connect) = Start(portable, false);
        using Poller disposed = poller;
        using Socket client = connect();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        Assert.Throws<IOException>(() => poller.Listen(taken.LocalEndPoint!, 16, 0, recorder));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
