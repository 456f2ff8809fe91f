using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;
using ModularKv.Host.EventLoop;

namespace ModularKv.Host.Networking;

/// <summary>
/// A link whose bytes a module's transport turns into plain ones. To the connection above it is like any other link; to the link below it
/// is the handler of its events. The connection's own handler hears of nothing before the handshake is complete.
/// </summary>
internal sealed class TransportLink : Link, IWire
{
    /// <summary>Plain bytes given in one go, so that one connection with much to say does not hold the others.</summary>
    private const int ReceiveBytesMax = 256 * 1024;

    private readonly ConnectionSet _set;
    private readonly Link _wire;
    private readonly TransportSession? _session;
    private bool _isEstablished;
    private bool _isClosed;
    private bool _isQueued;
    private bool _receiveNeedsOutput;
    private bool _sendNeedsInput;
    private bool _hasMore;
    private bool _watchWritable;
    private bool _watchReadable = true;

    public TransportLink(ConnectionSet set, Link wire, ITransport transport)
    {
        _set = set;
        _wire = wire;
        Transport = transport;
        wire.Handler = new WireHandler(this);
        try
        {
            _session = transport.Accept(this);
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            _set.Log.Warning($"{transport.Name}: accepting a connection failed: {e}");
        }
    }

    public ITransport Transport { get; }

    /// <summary>The transport did not take the connection.</summary>
    public bool IsRefused => _session is null;

    /// <summary>Why it broke, for the log.</summary>
    public string? Error => _session?.Error;

    /// <inheritdoc/>
    public override int Descriptor => _wire.Descriptor;

    /// <inheritdoc/>
    public override (string Peer, string Local, bool IsLoopback, bool IsUnix) Describe() => _wire.Describe();

    /// <inheritdoc/>
    public override void Tune(int keepAliveSeconds) => _wire.Tune(keepAliveSeconds);

    int IWire.Receive(Span<byte> into) => _wire.Receive(into);

    int IWire.Send(ReadOnlySpan<byte> bytes) => _wire.Send(bytes);

    /// <inheritdoc/>
    public override int Receive(Span<byte> into)
    {
        if (!_isEstablished) return WouldBlock;
        _hasMore = false;
        int filled = 0;
        try
        {
            while (true)
            {
                int got = _session!.Receive(into[filled..]);
                if (got <= 0) return AtEnd(got, filled);
                filled += got;
                if (filled < into.Length && filled < ReceiveBytesMax && _session.HasBuffered) continue;
                _hasMore = _session.HasBuffered;
                return filled;
            }
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            return Fault(e);
        }
    }

    /// <summary>What came before an end or an error is handed over first; the session says it again when asked again.</summary>
    private int AtEnd(int outcome, int filled)
    {
        if (outcome == TransportSession.NeedsOutput)
        {
            _receiveNeedsOutput = true;
            Watch();
        }

        if (outcome is TransportSession.NeedsInput or TransportSession.NeedsOutput) return filled > 0 ? filled : WouldBlock;
        _hasMore = filled > 0;
        return filled > 0 ? filled : outcome == 0 ? 0 : Failed;
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes)
    {
        if (!_isEstablished) return WouldBlock;
        try
        {
            int sent = _session!.Send(bytes);
            if (sent > 0) return sent;
            if (sent == TransportSession.NeedsInput) _sendNeedsInput = true;
            return sent is TransportSession.NeedsInput or TransportSession.NeedsOutput ? WouldBlock : Failed;
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            return Fault(e);
        }
    }

    private int Fault(Exception e)
    {
        _set.Log.Warning($"{Transport.Name}: a connection failed: {e}");
        return Failed;
    }

    /// <inheritdoc/>
    public override void WatchWritable(bool on)
    {
        _watchWritable = on;
        Watch();
    }

    /// <inheritdoc/>
    public override void WatchReadable(bool on)
    {
        _watchReadable = on;
        Watch();
        if (on) QueueWhenMore();
    }

    private void Watch()
    {
        if (_isClosed) return;
        _wire.WatchWritable(_receiveNeedsOutput || (_watchWritable && !_sendNeedsInput));
        _wire.WatchReadable(_watchReadable || _sendNeedsInput);
    }

    private void Shake()
    {
        int outcome;
        try
        {
            outcome = _session!.Handshake();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            outcome = Fault(e);
            _set.HandshakeFailed(this);
            return;
        }

        _wire.WatchWritable(outcome == TransportSession.NeedsOutput);
        if (outcome == 0)
        {
            _isEstablished = true;
            _set.Established(this);
            if (_isClosed) return;
            _hasMore = _session.HasBuffered; // the first command may have come along with the handshake's end
            QueueWhenMore();
        }
        else if (outcome is not (TransportSession.NeedsInput or TransportSession.NeedsOutput))
        {
            _set.HandshakeFailed(this);
        }
    }

    private void OnReadable()
    {
        if (!_isEstablished)
        {
            Shake();
            return;
        }

        if (_sendNeedsInput)
        {
            _sendNeedsInput = false;
            Watch();
            Handler.Writable(this);
            if (_isClosed) return;
        }

        if (_watchReadable) TakeUp();
    }

    private void OnWritable()
    {
        if (!_isEstablished)
        {
            Shake();
            return;
        }

        if (_receiveNeedsOutput)
        {
            _receiveNeedsOutput = false;
            Watch();
            TakeUp();
        }

        if (!_isClosed && _watchWritable) Handler.Writable(this);
    }

    private void TakeUp()
    {
        Handler.Readable(this);
        QueueWhenMore();
    }

    // No event of the socket will tell of bytes that the session holds already.
    private void QueueWhenMore()
    {
        if (!_hasMore || _isQueued || _isClosed || !_watchReadable) return;
        _isQueued = true;
        _set.QueueBuffered(this);
    }

    /// <summary>Goes on with what the session holds.</summary>
    public void GoOn()
    {
        _isQueued = false;
        if (!_isClosed && _watchReadable) TakeUp();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        try
        {
            _session?.Dispose();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            Fault(e);
        }

        _wire.Close();
    }

    /// <summary>Hears of the socket's events.</summary>
    private sealed class WireHandler(TransportLink link) : LinkHandler
    {
        public override void Readable(Link wire) => link.OnReadable();

        public override void Writable(Link wire) => link.OnWritable();
    }
}
