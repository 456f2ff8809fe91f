using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ModularKv.TestKit;

namespace ModularKv.Tls.Tests;

/// <summary>A blocking client over .NET's own TLS: another implementation than the server's settings go through.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly RespReader _reader;

    public TlsClient(int port, X509Certificate2? certificate = null, SslProtocols protocols = SslProtocols.None)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)RespClient.DefaultTimeout.TotalMilliseconds;
        try
        {
            _socket.Connect(IPAddress.Loopback, port);
            _stream = new SslStream(new NetworkStream(_socket));
            _stream.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                EnabledSslProtocols = protocols,
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                {
                    ServerName = shown!.Subject;
                    return true;
                },
            });
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _reader = new RespReader(chunk => _stream.Read(chunk, 0, chunk.Length));
    }

    /// <summary>The subject of the server's certificate.</summary>
    public string ServerName { get; private set; } = "";

    public string LocalAddress => _socket.LocalEndPoint!.ToString()!;

    public Reply Call(params object[] arguments)
    {
        Write(Command.Of(arguments).ToWire());
        return Read();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    public Reply Read() => _reader.Read();

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
