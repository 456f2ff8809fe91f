using ModularKv.Abstractions.Configuration;

namespace ModularKv.Tls;

/// <summary>Whether clients must show a certificate.</summary>
internal enum ClientCertificates
{
    No,
    Yes,
    Optional,
}

/// <summary>The tls-* directives. Names, defaults and limits as in Redis. Source: redis.io/docs/management/security/encryption.</summary>
internal sealed class TlsSettings
{
    private const ParameterFlags File = ParameterFlags.Volatile;

    private readonly IConfiguration _configuration;

    public TlsSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        Port = Add(new IntegerParameter("tls-port", 0, 0, 65535) { Description = "The port for TLS connections; 0: none." });
        CertFile = Text("tls-cert-file", "The server's certificate and what leads to its authority, PEM.", File);
        KeyFile = Text("tls-key-file", "The key of the server's certificate, PEM.", File);
        KeyFilePass = Text("tls-key-file-pass", "The pass phrase of that key.", ParameterFlags.Sensitive);
        ClientCertFile = Text("tls-client-cert-file", "The certificate for connections that the server itself makes.", File);
        ClientKeyFile = Text("tls-client-key-file", "The key of that certificate.", File);
        ClientKeyFilePass = Text("tls-client-key-file-pass", "The pass phrase of that key.", ParameterFlags.Sensitive);
        CaCertFile = Text("tls-ca-cert-file", "The authorities whose certificates are believed, PEM.", File);
        CaCertDir = Text("tls-ca-cert-dir", "The same as a folder with hashed names (openssl rehash).", File);
        DhParamsFile = Text("tls-dh-params-file", "Diffie-Hellman parameters for DHE ciphers of TLS 1.2.", File);
        AuthClients = Add(new EnumParameter<ClientCertificates>(
            "tls-auth-clients", ClientCertificates.Yes,
            ("no", ClientCertificates.No), ("yes", ClientCertificates.Yes), ("optional", ClientCertificates.Optional))
        {
            Description = "Whether clients must show a certificate of the believed authorities.",
        });
        Protocols = Text("tls-protocols", "Versions that are allowed, e.g. \"TLSv1.2 TLSv1.3\".");
        Ciphers = Text("tls-ciphers", "Ciphers up to TLS 1.2, see openssl ciphers.");
        CipherSuites = Text("tls-ciphersuites", "Cipher suites of TLS 1.3.");
        PreferServerCiphers = Flag("tls-prefer-server-ciphers", false, "The server's order of ciphers decides, not the client's.");
        SessionCaching = Flag("tls-session-caching", true, "Clients may take up an earlier session.");
        SessionCacheSize = Add(new IntegerParameter("tls-session-cache-size", 20480, 0, int.MaxValue)
        {
            Description = "Sessions kept; 0: any number.",
        });
        SessionCacheTimeout = Add(new IntegerParameter("tls-session-cache-timeout", 300, 0, int.MaxValue)
        {
            Description = "Seconds for which a session can be taken up.",
        });
        Replication = Flag("tls-replication", false, "The connection to the master uses TLS.");
        Cluster = Flag("tls-cluster", false, "The connections of the cluster use TLS.");
    }

    public IntegerParameter Port { get; }

    public StringParameter CertFile { get; }

    public StringParameter KeyFile { get; }

    public StringParameter KeyFilePass { get; }

    public StringParameter ClientCertFile { get; }

    public StringParameter ClientKeyFile { get; }

    public StringParameter ClientKeyFilePass { get; }

    public StringParameter CaCertFile { get; }

    public StringParameter CaCertDir { get; }

    public StringParameter DhParamsFile { get; }

    public EnumParameter<ClientCertificates> AuthClients { get; }

    public StringParameter Protocols { get; }

    public StringParameter Ciphers { get; }

    public StringParameter CipherSuites { get; }

    public BoolParameter PreferServerCiphers { get; }

    public BoolParameter SessionCaching { get; }

    public IntegerParameter SessionCacheSize { get; }

    public IntegerParameter SessionCacheTimeout { get; }

    public BoolParameter Replication { get; }

    public BoolParameter Cluster { get; }

    /// <summary>Whether anything uses TLS, so that the directives must make sense.</summary>
    public bool IsUsed => Port.Value != 0 || Replication.Value || Cluster.Value;

    /// <summary>Runs <paramref name="apply"/> once per CONFIG SET that names any of the directives that make up a context.</summary>
    public void WhenChanged(Func<string?> apply)
    {
        Parameter[] all =
        [
            CertFile, KeyFile, KeyFilePass, ClientCertFile, ClientKeyFile, ClientKeyFilePass, CaCertFile, CaCertDir, DhParamsFile,
            AuthClients, Protocols, Ciphers, CipherSuites, PreferServerCiphers, SessionCaching, SessionCacheSize, SessionCacheTimeout,
            Replication, Cluster,
        ];
        foreach (Parameter parameter in all) parameter.Apply = apply;
    }

    private T Add<T>(T parameter)
        where T : Parameter => _configuration.Register(parameter);

    private StringParameter Text(string name, string description, ParameterFlags flags = ParameterFlags.None)
        => Add(new StringParameter(name, null) { Description = description, Flags = flags });

    private BoolParameter Flag(string name, bool value, string description)
        => Add(new BoolParameter(name, value) { Description = description });
}
