using System.Runtime.InteropServices;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Tls.Unsafe;

/// <summary>What the sessions of one end have in common: certificate, key, authorities, ciphers. Made whole or not at all.</summary>
internal sealed unsafe class TlsContext : IDisposable
{
    private const ulong NoCompression = 1UL << 17, PreferServerCiphers = 1UL << 22, NoRenegotiation = 1UL << 30, NoTicket = 1UL << 14;
    private const ulong NoSsl3 = 1UL << 25, NoTls10 = 1UL << 26, NoTls12 = 1UL << 27, NoTls11 = 1UL << 28, NoTls13 = 1UL << 29;
    private const int SetMode = 33, SetReadAhead = 41, SetCacheSize = 42, SetCacheMode = 44, SetDhAuto = 118;
    private const int PartialWrites = 1, MovingWriteBuffer = 2, ReleaseBuffers = 0x10;
    private const int CacheOff = 0, CacheServer = 2;
    private const ulong NoAtExit = 0x00080000;

    private string? _error;

    private TlsContext()
    {
        // Not at exit: threads of the runtime may still be inside the library then.
        LibSsl.InitSsl(NoAtExit, 0);
        LibSsl.ClearErrors();
        Handle = LibSsl.ContextNew(LibSsl.Method());
        if (Handle == 0) _error = "SSL_CTX_new: " + LibSsl.TakeError();
    }

    /// <summary>The library's object. Sessions keep it alive by themselves.</summary>
    public nint Handle { get; private set; }

    /// <summary>The server's end, or the client's (for connections that the server makes).</summary>
    /// <returns>Null: it cannot be; <paramref name="error"/> names the directive, the file and the reason.</returns>
    public static TlsContext? Create(TlsSettings settings, bool isClient, out string? error)
    {
        var context = new TlsContext();
        bool isMade = context.Handle != 0 && context.Fill(settings, isClient);
        LibSsl.ClearErrors();
        error = context._error;
        if (isMade) return context;
        context.Dispose();
        return null;
    }

    private bool Fill(TlsSettings settings, bool isClient)
    {
        if (!ProtocolList.TryParse(settings.Protocols.Value, out ProtocolVersions versions))
        {
            return Fail("tls-protocols", settings.Protocols.Text, "use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'");
        }

        ulong options = NoSsl3 | NoCompression | NoRenegotiation;
        if ((versions & ProtocolVersions.Tls10) == 0) options |= NoTls10;
        if ((versions & ProtocolVersions.Tls11) == 0) options |= NoTls11;
        if ((versions & ProtocolVersions.Tls12) == 0) options |= NoTls12;
        if ((versions & ProtocolVersions.Tls13) == 0) options |= NoTls13;
        LibSsl.SetOptions(Handle, options);

        // Without the first, a reply of many records counts as nothing until all of it is sent; an unsent rest may be longer the next time.
        // The third gives 32 KB back while a connection is idle.
        LibSsl.ContextControl(Handle, SetMode, PartialWrites | MovingWriteBuffer | ReleaseBuffers, 0);

        // One receive for a record instead of two: head and body.
        LibSsl.ContextControl(Handle, SetReadAhead, 1, 0);
        if (!UseCertificate(settings, isClient) || !UseAuthorities(settings) || !UseCiphers(settings)) return false;
        return isClient || (UseSessionCache(settings) && UseDh(settings.DhParamsFile));
    }

    private bool UseCertificate(TlsSettings settings, bool isClient)
    {
        StringParameter certificate = isClient ? settings.ClientCertFile : settings.CertFile;
        StringParameter key = isClient ? settings.ClientKeyFile : settings.KeyFile;
        StringParameter pass = isClient ? settings.ClientKeyFilePass : settings.KeyFilePass;
        if (certificate.Value is null) return Fail(certificate.Name, "", "is not set");
        if (key.Value is null) return Fail(key.Name, "", "is not set");
        int taken;
        fixed (byte* path = Native(certificate)) taken = LibSsl.UseCertificateChain(Handle, path);
        if (taken != 1) return Fail(certificate);
        byte[] secret = pass.Value is null ? [] : Native(pass);
        fixed (byte* path = Native(key), phrase = secret)
        {
            LibSsl.SetPasswordCallback(Handle, &GivePassPhrase);
            LibSsl.SetPasswordData(Handle, (nint)phrase);
            taken = LibSsl.UsePrivateKey(Handle, path, LibSsl.FilePem);
            LibSsl.SetPasswordData(Handle, 0);
        }

        Array.Clear(secret);
        return taken == 1 || Fail(key);
    }

    // Without a callback the library would ask on the terminal.
    [UnmanagedCallersOnly]
    private static int GivePassPhrase(byte* into, int size, int isWriting, nint phrase)
    {
        if (phrase == 0) return -1;
        ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)phrase);
        if (text.Length > size) return -1;
        text.CopyTo(new Span<byte>(into, size));
        return text.Length;
    }

    private bool UseAuthorities(TlsSettings settings)
    {
        StringParameter file = settings.CaCertFile, folder = settings.CaCertDir;
        if (file.Value is null && folder.Value is null)
        {
            bool isNeeded = settings.AuthClients.Value != ClientCertificates.No || settings.Replication.Value || settings.Cluster.Value;
            if (!isNeeded) return true;
            return Fail("tls-ca-cert-file", "", "either it or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or "
                + "tls-auth-clients are enabled");
        }

        // The library looks into the folder only when it needs a certificate.
        if (folder.Value is not null && !Directory.Exists(folder.Value)) return Fail(folder.Name, folder.Text, "no such folder");
        if (file.Value is not null)
        {
            int taken;
            fixed (byte* path = Native(file)) taken = LibSsl.LoadVerifyLocations(Handle, path, null);
            if (taken != 1) return Fail(file);
        }

        if (folder.Value is null) return true;
        fixed (byte* path = Native(folder)) return LibSsl.LoadVerifyLocations(Handle, null, path) == 1 || Fail(folder);
    }

    private bool UseCiphers(TlsSettings settings)
    {
        if (settings.Ciphers.Value is not null)
        {
            fixed (byte* list = Native(settings.Ciphers))
            {
                if (LibSsl.SetCiphers(Handle, list) != 1) return Fail(settings.Ciphers);
            }
        }

        if (settings.CipherSuites.Value is null) return true;
        fixed (byte* list = Native(settings.CipherSuites))
        {
            return LibSsl.SetCipherSuites(Handle, list) == 1 || Fail(settings.CipherSuites);
        }
    }

    private bool UseSessionCache(TlsSettings settings)
    {
        if (settings.PreferServerCiphers.Value) LibSsl.SetOptions(Handle, PreferServerCiphers);

        // Also when nothing is cached: a client that comes with a session of earlier must be refused that, not the connection.
        fixed (byte* name = "redis"u8) LibSsl.SetSessionIdContext(Handle, name, 5);
        if (settings.SessionCaching.Value)
        {
            LibSsl.ContextControl(Handle, SetCacheMode, CacheServer, 0);
            LibSsl.ContextControl(Handle, SetCacheSize, (nint)settings.SessionCacheSize.Value, 0);
            LibSsl.SetTimeout(Handle, (nint)settings.SessionCacheTimeout.Value);
            return true;
        }

        LibSsl.ContextControl(Handle, SetCacheMode, CacheOff, 0);
        LibSsl.SetOptions(Handle, NoTicket);
        LibSsl.SetTickets(Handle, 0);
        return true;
    }

    private bool UseDh(StringParameter file)
    {
        if (file.Value is null)
        {
            LibSsl.ContextControl(Handle, SetDhAuto, 1, 0);
            return true;
        }

        nint stream;
        fixed (byte* path = Native(file), mode = "r\0"u8) stream = LibSsl.BioNewFile(path, mode);
        if (stream == 0) return Fail(file);
        nint parameters = LibSsl.ReadParameters(stream, 0, 0, 0);
        LibSsl.BioFree(stream);
        if (parameters == 0) return Fail(file);
        if (LibSsl.SetDhParameters(Handle, parameters) == 1) return true; // the context has them now
        LibSsl.KeyFree(parameters);
        return Fail(file);
    }

    private bool Fail(StringParameter directive) => Fail(directive.Name, directive.Text, LibSsl.TakeError() ?? "it was refused");

    private bool Fail(string directive, string value, string reason)
    {
        _error = value.Length == 0 ? $"{directive}: {reason}" : $"{directive} {value}: {reason}";
        return false;
    }

    private static byte[] Native(StringParameter text) => [.. ConfigurationText.Encode(text.Text), 0];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle != 0) LibSsl.ContextFree(Handle);
        Handle = 0;
    }
}
