using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.Tls.Tests;

/// <summary>CONFIG SET of certificates and ports in a running server.</summary>
public sealed class ReloadTests
{
    [Fact]
    public void A_renewed_certificate_serves_new_connections_and_old_ones_go_on()
    {
        using var server = new TlsServer();
        using TlsClient before = server.Connect();
        server.Certificates.Make("renewed").Dispose();
        string answer = server.Set(
            "tls-cert-file", server.Certificates.CertFile("renewed"), "tls-key-file", server.Certificates.KeyFile("renewed"));
        Assert.Equal("OK", answer);
        using TlsClient after = server.Connect();
        Assert.Equal("CN=server", before.ServerName);
        Assert.Equal("CN=renewed", after.ServerName);
        Assert.Equal("PONG", before.Call("PING").Text);
        Assert.Equal("PONG", after.Call("PING").Text);

        // The same names, other content: what a renewing tool does.
        File.Copy(server.Certificates.CertFile("server"), server.Certificates.CertFile("renewed"), true);
        File.Copy(server.Certificates.KeyFile("server"), server.Certificates.KeyFile("renewed"), true);
        Assert.Equal("OK", server.Set("tls-cert-file", server.Certificates.CertFile("renewed")));
        using TlsClient again = server.Connect();
        Assert.Equal("CN=server", again.ServerName);
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name_and_changes_nothing()
    {
        using var server = new TlsServer();
        TestCertificates files = server.Certificates;
        files.Make("other").Dispose();
        string empty = Path.Combine(files.Folder, "empty.pem"), absent = Path.Combine(files.Folder, "absent");
        File.WriteAllText(empty, "");
        (string Name, string Value)[] bad =
        [
            ("tls-cert-file", absent), ("tls-cert-file", empty), ("tls-cert-file", files.CertFile("other")), ("tls-key-file", absent),
            ("tls-key-file", files.KeyFile("other")), ("tls-key-file", ""), ("tls-ca-cert-file", absent), ("tls-ca-cert-file", empty),
            ("tls-ca-cert-file", ""), ("tls-ca-cert-dir", absent), ("tls-dh-params-file", absent), ("tls-dh-params-file", empty),
            ("tls-protocols", "TLSv1.2 TLSv9"), ("tls-ciphers", "NO-SUCH-CIPHER"), ("tls-ciphersuites", "NO-SUCH-SUITE"),
        ];
        foreach ((string name, string value) in bad)
        {
            string was = server.Plain.Call("CONFIG", "GET", name).Items[1].Text;
            string answer = server.Set(name, value);
            string start = $"ERR CONFIG SET failed (possibly related to argument '{name}') - Unable to update TLS configuration. ";
            Assert.StartsWith(start, answer);
            if (value.Length > 0 && !value.EndsWith("other.crt", StringComparison.Ordinal)) Assert.Contains($"{name} {value}: ", answer);
            Assert.Equal(was, server.Plain.Call("CONFIG", "GET", name).Items[1].Text);
            Assert.True(server.Lets(server.Client), name);
        }
    }

    [Fact]
    public void An_encrypted_key_needs_its_pass_phrase()
    {
        using var server = new TlsServer();
        server.Certificates.Make("locked", passPhrase: "open sesame").Dispose();
        object[] pair = ["tls-cert-file", server.Certificates.CertFile("locked"), "tls-key-file", server.Certificates.KeyFile("locked")];
        Assert.Contains("tls-key-file", server.Set(pair));
        Assert.Contains("tls-key-file", server.Set([.. pair, "tls-key-file-pass", "wrong"]));
        Assert.Equal("OK", server.Set([.. pair, "tls-key-file-pass", "open sesame"]));
        Assert.True(server.Lets(server.Client));
    }

    [Fact]
    public void Ports_change_while_the_server_runs()
    {
        using var server = new TlsServer();
        int other = TlsServer.FreePort();
        using TlsClient kept = server.Connect();
        Assert.Equal("OK", server.Set("tls-port", other));
        Assert.False(server.Lets(server.Client));
        using var moved = new TlsClient(other, server.Client);
        Assert.Equal("PONG", moved.Call("PING").Text);
        Assert.Equal("PONG", kept.Call("PING").Text);

        // A port that is taken: refused, and the old one is open again.
        Assert.StartsWith("ERR CONFIG SET failed", server.Set("tls-port", server.Process.Port));
        using var still = new TlsClient(other, server.Client);
        Assert.Equal("PONG", still.Call("PING").Text);

        // TLS only, then plain at the port where TLS was.
        Assert.Equal("OK", still.Call("CONFIG", "SET", "port", "0").Text);
        Assert.Contains($"tcp_port:{other}", still.Call("INFO", "server").Text);
        Assert.Equal("OK", still.Call("CONFIG", "SET", "bind", "127.0.0.1 -::1").Text);
        Assert.Equal("OK", still.Call("CONFIG", "SET", "tls-port", "0").Text);
        Assert.Equal("OK", still.Call("CONFIG", "SET", "port", other).Text);
        using RespClient plain = RespClient.Connect(other);
        Assert.Equal("PONG", plain.Call("PING").Text);
    }

    [Fact]
    public void A_server_with_a_bad_certificate_does_not_start()
    {
        using var files = new TestCertificates();
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => ServerProcess.StartOurs(
            "--tls-port", TlsServer.FreePort().ToString(), "--tls-cert-file", "/no/such.crt", "--tls-key-file", "/no/such.key",
            "--tls-ca-cert-file", files.AuthorityFile));
        Assert.Contains("tls-cert-file /no/such.crt", refused.Message);
    }

    [Fact]
    public void Redis_cli_works()
    {
        using var server = new TlsServer();
        var start = new ProcessStartInfo(Peers.RequireRedisCli()) { RedirectStandardOutput = true };
        string[] arguments =
        [
            "-p", server.TlsPort.ToString(), "--tls", "--cacert", server.Certificates.AuthorityFile,
            "--cert", server.Certificates.CertFile("client"), "--key", server.Certificates.KeyFile("client"), "PING",
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process cli = Process.Start(start)!;
        Assert.Equal("PONG\n", cli.StandardOutput.ReadToEnd());
    }
}
