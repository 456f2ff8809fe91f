using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ModularKv.TestKit;

namespace ModularKv.Tls.Tests;

/// <summary>A server with both ports, its certificates, and a plain client to steer it.</summary>
internal sealed class TlsServer : IDisposable
{
    public TlsServer(params string[] directives)
    {
        Certificates.Make("server").Dispose();
        Client = Certificates.Make("client");
        TlsPort = FreePort();
        Process = ServerProcess.StartOurs([
            "--tls-port", TlsPort.ToString(), "--tls-cert-file", Certificates.CertFile("server"),
            "--tls-key-file", Certificates.KeyFile("server"), "--tls-ca-cert-file", Certificates.AuthorityFile, .. directives]);
        Plain = Process.Connect();
    }

    public TestCertificates Certificates { get; } = new();

    public X509Certificate2 Client { get; }

    public int TlsPort { get; }

    public ServerProcess Process { get; }

    public RespClient Plain { get; }

    public TlsClient Connect() => new(TlsPort, Client);

    /// <summary>Connects and says PING. False: refused, be it in the handshake or right after it as TLS 1.3 does.</summary>
    public bool Lets(X509Certificate2? certificate, SslProtocols protocols = SslProtocols.None)
    {
        try
        {
            using var client = new TlsClient(TlsPort, certificate, protocols);
            return client.Call("PING").Text == "PONG";
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException or RespException or SocketException)
        {
            return false;
        }
    }

    public string Set(params object[] namesAndValues) => Plain.Call(["CONFIG", "SET", .. namesAndValues]).Text;

    public long Number(string field)
    {
        string info = Plain.Call("INFO", "everything").Text;
        string line = info.Split("\r\n").First(one => one.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line[(field.Length + 1)..]);
    }

    /// <summary>Waits until it is so; the test's own time limit is the only one.</summary>
    public static void Until(Func<bool> isSo)
    {
        while (!isSo()) Thread.Sleep(5);
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        Plain.Dispose();
        Process.Dispose();
        Client.Dispose();
        Certificates.Dispose();
    }
}
