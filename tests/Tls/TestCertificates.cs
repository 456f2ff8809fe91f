using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ModularKv.Tls.Tests;

/// <summary>An authority and certificates of it, made for one test in a temporary folder.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private int _serial = 1;

    public TestCertificates()
    {
        Folder = Directory.CreateTempSubdirectory("modularkv-tls-").FullName;
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    public string Folder { get; }

    public string AuthorityFile => Path.Combine(Folder, "ca.crt");

    public string CertFile(string name) => Path.Combine(Folder, name + ".crt");

    public string KeyFile(string name) => Path.Combine(Folder, name + ".key");

    /// <summary>Makes a certificate with its key, also as files name.crt and name.key.</summary>
    /// <param name="name">Common name and file name.</param>
    /// <param name="fromDays">Valid from so many days from now.</param>
    /// <param name="toDays">Valid until so many days from now.</param>
    /// <param name="passPhrase">Encrypts the key's file.</param>
    public X509Certificate2 Make(string name, int fromDays = -1, int toDays = 10, string? passPhrase = null)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = BitConverter.GetBytes(_serial++);
        using X509Certificate2 bare = request.Create(
            _authority, DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays), serial);
        File.WriteAllText(CertFile(name), bare.ExportCertificatePem());
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000);
        string text = passPhrase is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(passPhrase, encryption);
        File.WriteAllText(KeyFile(name), text);
        return bare.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(Folder, true);
    }
}
