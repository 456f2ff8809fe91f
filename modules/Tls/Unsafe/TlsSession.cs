using System.Runtime.InteropServices;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Tls.Unsafe;

/// <summary>One TLS connection, at either end. Allocates nothing once it is established.</summary>
internal sealed unsafe class TlsSession : TransportSession
{
    private nint _ssl;
    private GCHandle _self;
    private bool _isDry;
    private bool _isEstablished;
    private readonly SessionCount _count;
    private string? _error;

    private TlsSession(IWire wire, SessionCount count)
    {
        Wire = wire;
        _count = count;
    }

    /// <summary>The server's end.</summary>
    /// <param name="context">Its certificate and settings; changes of them later do not reach this session.</param>
    /// <param name="wire">The connection.</param>
    /// <param name="verify">One of the Verify constants: whether the client must show a certificate.</param>
    /// <param name="count">Where it is counted.</param>
    public static TlsSession Accept(TlsContext context, IWire wire, int verify, SessionCount count)
    {
        var session = new TlsSession(wire, count);
        session.Begin(context);
        LibSsl.SetVerify(session._ssl, verify, 0);
        LibSsl.SetAcceptState(session._ssl);
        return session;
    }

    /// <summary>The client's end; the server must show a certificate of the configured authorities.</summary>
    public static TlsSession Connect(TlsContext context, IWire wire, SessionCount count)
    {
        var session = new TlsSession(wire, count);
        session.Begin(context);
        LibSsl.SetVerify(session._ssl, LibSsl.VerifyPeer, 0);
        LibSsl.SetConnectState(session._ssl);
        return session;
    }

    internal IWire Wire { get; }

    internal bool IsWireAtEnd { get; set; }

    internal string? WireError { get; set; }

    private void Begin(TlsContext context)
    {
        _ssl = LibSsl.New(context.Handle);
        if (_ssl == 0) throw new IOException(LibSsl.TakeError() ?? "SSL_new failed");
        _self = GCHandle.Alloc(this);
        _count.Open++;
        nint bio = WireBio.Create(GCHandle.ToIntPtr(_self));
        LibSsl.SetBio(_ssl, bio, bio);
    }

    /// <inheritdoc/>
    public override string? Error => _error;

    /// <inheritdoc/>
    public override bool HasBuffered => !_isDry && LibSsl.HasPending(_ssl) != 0;

    /// <inheritdoc/>
    public override int Handshake()
    {
        LibSsl.ClearErrors();
        int outcome = LibSsl.DoHandshake(_ssl);
        _isDry = false;
        if (outcome == 1)
        {
            _isEstablished = true;
            return 0;
        }

        outcome = Outcome(outcome);
        if (outcome == 0)
        {
            outcome = Broken;
            _error = "the peer said goodbye during the handshake";
        }

        if (outcome == Broken) _count.Failed++;
        return outcome;
    }

    /// <inheritdoc/>
    public override int Receive(Span<byte> into)
    {
        LibSsl.ClearErrors();
        int received;
        fixed (byte* p = into) received = LibSsl.Read(_ssl, p, into.Length);
        _isDry = false;
        return received > 0 ? received : Outcome(received);
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        LibSsl.ClearErrors();
        int sent;
        fixed (byte* p = bytes) sent = LibSsl.Write(_ssl, p, bytes.Length);
        if (sent > 0) return sent;
        int outcome = Outcome(sent);
        return outcome == 0 ? Broken : outcome;
    }

    private int Outcome(int returned)
    {
        switch (LibSsl.GetError(_ssl, returned))
        {
            case LibSsl.ErrorWantRead:
                _isDry = true;
                return NeedsInput;
            case LibSsl.ErrorWantWrite:
                return NeedsOutput;
            case LibSsl.ErrorZeroReturn:
                return 0;
            default:
                // No goodbye may be said any more.
                _isEstablished = false;
                _error ??= LibSsl.TakeError() ?? WireError ?? "the connection broke";
                return Broken;
        }
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        if (_ssl == 0) return;
        LibSsl.ClearErrors();
        if (_isEstablished) LibSsl.Shutdown(_ssl);
        LibSsl.Free(_ssl);
        LibSsl.ClearErrors();
        _ssl = 0;
        _self.Free();
        _count.Open--;
    }
}
