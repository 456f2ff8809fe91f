using System.Runtime.InteropServices;

namespace ModularKv.Tls.Unsafe;

/// <summary>OpenSSL 3, loaded when TLS is first used: a server without TLS does not need it.</summary>
/// <remarks>
/// Function pointers instead of DllImport: no marshalling. Those that may call back into the wire leave the collector's mode as any call
/// does; the others are too short for that. Source: the manual pages of OpenSSL 3.0, sections SSL_* and BIO_*.
/// </remarks>
internal static unsafe class LibSsl
{
    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorSyscall = 5;
    public const int ErrorZeroReturn = 6;

    public const int VerifyNone = 0;
    public const int VerifyPeer = 1;
    public const int VerifyRequired = 1 | 2;

    public const int FilePem = 1;

    private static readonly nint Ssl = Load(["libssl.so.3", "libssl.3.dylib", "libssl-3-x64.dll", "libssl-3-arm64.dll"]);
    private static readonly nint Crypto = Load(["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll", "libcrypto-3-arm64.dll"]);

    /// <summary>Whether the library is there. Nothing else may be used when it is not.</summary>
    public static bool IsAvailable => Ssl != 0 && Crypto != 0;

    // Contexts.
    public static readonly delegate* unmanaged<ulong, nint, int> InitSsl = (delegate* unmanaged<ulong, nint, int>)OfSsl("OPENSSL_init_ssl");
    public static readonly delegate* unmanaged<nint> Method = (delegate* unmanaged<nint>)OfSsl("TLS_method");
    public static readonly delegate* unmanaged<nint, nint> ContextNew = (delegate* unmanaged<nint, nint>)OfSsl("SSL_CTX_new");
    public static readonly delegate* unmanaged<nint, void> ContextFree = (delegate* unmanaged<nint, void>)OfSsl("SSL_CTX_free");
    public static readonly delegate* unmanaged<nint, ulong, ulong> SetOptions =
        (delegate* unmanaged<nint, ulong, ulong>)OfSsl("SSL_CTX_set_options");
    public static readonly delegate* unmanaged<nint, int, nint, nint, nint> ContextControl =
        (delegate* unmanaged<nint, int, nint, nint, nint>)OfSsl("SSL_CTX_ctrl");
    public static readonly delegate* unmanaged<nint, nint, nint> SetTimeout =
        (delegate* unmanaged<nint, nint, nint>)OfSsl("SSL_CTX_set_timeout");
    public static readonly delegate* unmanaged<nint, nuint, int> SetTickets =
        (delegate* unmanaged<nint, nuint, int>)OfSsl("SSL_CTX_set_num_tickets");
    public static readonly delegate* unmanaged<nint, byte*, uint, int> SetSessionIdContext =
        (delegate* unmanaged<nint, byte*, uint, int>)OfSsl("SSL_CTX_set_session_id_context");
    public static readonly delegate* unmanaged<nint, delegate* unmanaged<byte*, int, int, nint, int>, void> SetPasswordCallback =
        (delegate* unmanaged<nint, delegate* unmanaged<byte*, int, int, nint, int>, void>)OfSsl("SSL_CTX_set_default_passwd_cb");
    public static readonly delegate* unmanaged<nint, nint, void> SetPasswordData =
        (delegate* unmanaged<nint, nint, void>)OfSsl("SSL_CTX_set_default_passwd_cb_userdata");
    public static readonly delegate* unmanaged<nint, byte*, int> UseCertificateChain =
        (delegate* unmanaged<nint, byte*, int>)OfSsl("SSL_CTX_use_certificate_chain_file");
    public static readonly delegate* unmanaged<nint, byte*, int, int> UsePrivateKey =
        (delegate* unmanaged<nint, byte*, int, int>)OfSsl("SSL_CTX_use_PrivateKey_file");
    public static readonly delegate* unmanaged<nint, byte*, byte*, int> LoadVerifyLocations =
        (delegate* unmanaged<nint, byte*, byte*, int>)OfSsl("SSL_CTX_load_verify_locations");
    public static readonly delegate* unmanaged<nint, byte*, int> SetCiphers =
        (delegate* unmanaged<nint, byte*, int>)OfSsl("SSL_CTX_set_cipher_list");
    public static readonly delegate* unmanaged<nint, byte*, int> SetCipherSuites =
        (delegate* unmanaged<nint, byte*, int>)OfSsl("SSL_CTX_set_ciphersuites");
    public static readonly delegate* unmanaged<nint, nint, int> SetDhParameters =
        (delegate* unmanaged<nint, nint, int>)OfSsl("SSL_CTX_set0_tmp_dh_pkey");

    // Sessions.
    public static readonly delegate* unmanaged<nint, nint> New = (delegate* unmanaged<nint, nint>)OfSsl("SSL_new");
    public static readonly delegate* unmanaged<nint, void> Free = (delegate* unmanaged<nint, void>)OfSsl("SSL_free");
    public static readonly delegate* unmanaged<nint, int, nint, void> SetVerify =
        (delegate* unmanaged<nint, int, nint, void>)OfSsl("SSL_set_verify");
    public static readonly delegate* unmanaged<nint, void> SetAcceptState = (delegate* unmanaged<nint, void>)OfSsl("SSL_set_accept_state");
    public static readonly delegate* unmanaged<nint, void> SetConnectState =
        (delegate* unmanaged<nint, void>)OfSsl("SSL_set_connect_state");
    public static readonly delegate* unmanaged<nint, nint, nint, void> SetBio =
        (delegate* unmanaged<nint, nint, nint, void>)OfSsl("SSL_set_bio");
    public static readonly delegate* unmanaged<nint, int> DoHandshake = (delegate* unmanaged<nint, int>)OfSsl("SSL_do_handshake");
    public static readonly delegate* unmanaged<nint, byte*, int, int> Read = (delegate* unmanaged<nint, byte*, int, int>)OfSsl("SSL_read");
    public static readonly delegate* unmanaged<nint, byte*, int, int> Write =
        (delegate* unmanaged<nint, byte*, int, int>)OfSsl("SSL_write");
    public static readonly delegate* unmanaged<nint, int> Shutdown = (delegate* unmanaged<nint, int>)OfSsl("SSL_shutdown");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, int> GetError =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, int>)OfSsl("SSL_get_error");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int> HasPending =
        (delegate* unmanaged[SuppressGCTransition]<nint, int>)OfSsl("SSL_has_pending");

    // Errors of this thread.
    public static readonly delegate* unmanaged[SuppressGCTransition]<void> ClearErrors =
        (delegate* unmanaged[SuppressGCTransition]<void>)OfCrypto("ERR_clear_error");
    private static readonly delegate* unmanaged<nuint> NextError = (delegate* unmanaged<nuint>)OfCrypto("ERR_get_error");
    private static readonly delegate* unmanaged<nuint, byte*, nuint, void> ErrorText =
        (delegate* unmanaged<nuint, byte*, nuint, void>)OfCrypto("ERR_error_string_n");

    // Streams of bytes.
    public static readonly delegate* unmanaged<nint, nint> BioNew = (delegate* unmanaged<nint, nint>)OfCrypto("BIO_new");
    public static readonly delegate* unmanaged<nint, int> BioFree = (delegate* unmanaged<nint, int>)OfCrypto("BIO_free");
    public static readonly delegate* unmanaged<byte*, byte*, nint> BioNewFile =
        (delegate* unmanaged<byte*, byte*, nint>)OfCrypto("BIO_new_file");
    public static readonly delegate* unmanaged<nint, nint, nint, nint, nint> ReadParameters =
        (delegate* unmanaged<nint, nint, nint, nint, nint>)OfCrypto("PEM_read_bio_Parameters");
    public static readonly delegate* unmanaged<nint, void> KeyFree = (delegate* unmanaged<nint, void>)OfCrypto("EVP_PKEY_free");
    public static readonly delegate* unmanaged<int, byte*, nint> BioMethodNew =
        (delegate* unmanaged<int, byte*, nint>)OfCrypto("BIO_meth_new");
    public static readonly delegate* unmanaged<nint, nint, int> BioMethodSetRead =
        (delegate* unmanaged<nint, nint, int>)OfCrypto("BIO_meth_set_read");
    public static readonly delegate* unmanaged<nint, nint, int> BioMethodSetWrite =
        (delegate* unmanaged<nint, nint, int>)OfCrypto("BIO_meth_set_write");
    public static readonly delegate* unmanaged<nint, nint, int> BioMethodSetControl =
        (delegate* unmanaged<nint, nint, int>)OfCrypto("BIO_meth_set_ctrl");
    public static readonly delegate* unmanaged<int> BioNewIndex = (delegate* unmanaged<int>)OfCrypto("BIO_get_new_index");
    public static readonly delegate* unmanaged<nint, nint, void> BioSetData =
        (delegate* unmanaged<nint, nint, void>)OfCrypto("BIO_set_data");
    public static readonly delegate* unmanaged<nint, int, void> BioSetInit = (delegate* unmanaged<nint, int, void>)OfCrypto("BIO_set_init");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, nint> BioGetData =
        (delegate* unmanaged[SuppressGCTransition]<nint, nint>)OfCrypto("BIO_get_data");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> BioSetFlags =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)OfCrypto("BIO_set_flags");
    public static readonly delegate* unmanaged[SuppressGCTransition]<nint, int, void> BioClearFlags =
        (delegate* unmanaged[SuppressGCTransition]<nint, int, void>)OfCrypto("BIO_clear_flags");

    /// <summary>The oldest error that is waiting, as Redis logs it ("error:0A000086:SSL routines::…"); null: none.</summary>
    public static string? TakeError()
    {
        const int textMax = 256;
        nuint code = NextError();
        if (code == 0) return null;
        byte* text = stackalloc byte[textMax];
        ErrorText(code, text, textMax);
        ClearErrors();
        return Marshal.PtrToStringUTF8((nint)text);
    }

    private static nint Load(string[] names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return library;
        }

        return 0;
    }

    private static nint OfSsl(string name) => Ssl == 0 ? 0 : NativeLibrary.GetExport(Ssl, name);

    private static nint OfCrypto(string name) => Crypto == 0 ? 0 : NativeLibrary.GetExport(Crypto, name);
}
