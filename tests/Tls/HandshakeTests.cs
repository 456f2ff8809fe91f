using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Tls.Tests;

/// <summary>Who is let in, who is not, and what is left behind.</summary>
public sealed class HandshakeTests
{
    [Fact]
    public void Only_certificates_of_the_believed_authority_are_let_in()
    {
        using var server = new TlsServer();
        using var strangers = new TestCertificates();
        using X509Certificate2 stranger = strangers.Make("stranger"), expired = server.Certificates.Make("expired", -10, -1);
        Assert.True(server.Lets(server.Client));
        Assert.False(server.Lets(null));
        Assert.False(server.Lets(stranger));
        Assert.False(server.Lets(expired));
        Assert.Equal(3, server.Number("tls_handshakes_failed"));
        Assert.Contains("Error accepting a client connection: error:", server.Process.Log);
        Assert.Contains("peer did not return a certificate", server.Process.Log);

        server.Set("tls-auth-clients", "optional");
        Assert.True(server.Lets(null));
        Assert.False(server.Lets(stranger));
        server.Set("tls-auth-clients", "no");
        Assert.True(server.Lets(null));
        Assert.True(server.Lets(stranger));
    }

    [Fact]
    public void Versions_are_limited()
    {
        using var server = new TlsServer();
        Assert.Equal("OK", server.Set("tls-protocols", "TLSv1.2"));
        Assert.False(server.Lets(server.Client, SslProtocols.Tls13));
        Assert.True(server.Lets(server.Client, SslProtocols.Tls12));
        Assert.Equal("OK", server.Set("tls-protocols", "TLSv1.3"));
        Assert.True(server.Lets(server.Client, SslProtocols.Tls13));
        Assert.False(server.Lets(server.Client, SslProtocols.Tls12));
    }

    [Fact]
    public void A_plain_client_and_a_tls_client_at_the_wrong_port_do_no_harm()
    {
        using var server = new TlsServer();
        using (RespClient plain = RespClient.Connect(server.TlsPort))
        {
            plain.Send("PING");
            byte[] answer = plain.ReadToEnd();
            Assert.DoesNotContain("PONG", Encoding.Latin1.GetString(answer));
        }

        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Connect(IPAddress.Loopback, server.Process.Port);
            byte[] hello = [0x16, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3, .. new byte[54], .. "\r\n"u8];
            socket.Send(hello);
            Assert.Equal("PONG", server.Plain.Call("PING").Text);
        }

        using TlsClient good = server.Connect();
        Assert.Equal("PONG", good.Call("PING").Text);
    }

    [Fact]
    public void Who_stalls_in_the_handshake_holds_nobody_and_is_cut_by_timeout()
    {
        using var server = new TlsServer("--timeout", "1");
        using var staller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        staller.Connect(IPAddress.Loopback, server.TlsPort);
        staller.Send([0x16, 3, 1]);
        using (TlsClient other = server.Connect())
        {
            Assert.Equal("PONG", other.Call("PING").Text);
            string list = other.Call("CLIENT", "LIST").Text;
            Assert.Contains("addr=" + staller.LocalEndPoint, list);
        }

        staller.ReceiveTimeout = (int)RespClient.DefaultTimeout.TotalMilliseconds;
        Assert.Equal(0, staller.Receive(new byte[16]));
    }

    [Fact]
    public void The_limit_of_clients_holds_for_both_ports_together()
    {
        using var server = new TlsServer();
        using TlsClient one = server.Connect();
        Assert.Equal("OK", server.Set("maxclients", "2"));
        Assert.False(server.Lets(server.Client));
        Assert.Equal(1, server.Number("rejected_connections"));
        Assert.Equal("OK", server.Set("maxclients", "10"));
        Assert.True(server.Lets(server.Client));
    }

    [Fact]
    public void Clients_are_listed_and_killed_like_others()
    {
        using var server = new TlsServer();
        using TlsClient client = server.Connect();
        client.Call("CLIENT", "SETNAME", "secret");
        Assert.Contains($"addr={client.LocalAddress} laddr=127.0.0.1:{server.TlsPort}", server.Plain.Call("CLIENT", "LIST").Text);
        Assert.Equal(1, server.Plain.Call("CLIENT", "KILL", "ADDR", client.LocalAddress).Integer);
        Assert.ThrowsAny<Exception>(() => client.Call("PING"));
        Assert.Equal(0, server.Number("tls_sessions"));
    }

    /// <summary>200 clients: each cut at a random byte of what a whole conversation sends, or by a random number of answers.</summary>
    [Fact]
    public void Clients_that_drop_in_the_handshake_leave_nothing_behind()
    {
        const int clients = 200;
        var random = new Random(20261122);
        using var server = new TlsServer("--tls-auth-clients", "no");
        Assert.True(server.Lets(null));
        TlsServer.Until(() => server.Number("connected_clients") == 1);
        int descriptors = Descriptors(server.Process.Pid);
        for (int i = 0; i < clients; i++)
        {
            int after = random.Next(700);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.LingerState = new LingerOption(random.Next(2) == 0, 0);
            socket.Connect(IPAddress.Loopback, server.TlsPort);
            try
            {
                using var stream = new System.Net.Security.SslStream(new CutStream(new NetworkStream(socket), after));
                stream.AuthenticateAsClient(new System.Net.Security.SslClientAuthenticationOptions
                {
                    TargetHost = "127.0.0.1",
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
                });
                stream.Write("*1\r\n$4\r\nPING\r\n"u8);
            }
            catch (Exception cut) when (cut is IOException or AuthenticationException)
            {
                // The cut was in the handshake.
            }
        }

        TlsServer.Until(() => server.Number("connected_clients") == 1);
        Assert.Equal(0, server.Number("tls_sessions"));
        if (OperatingSystem.IsLinux()) Assert.Equal(descriptors, Descriptors(server.Process.Pid));
        Assert.True(server.Lets(null));
    }

    private static int Descriptors(int pid) => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length : 0;
}
