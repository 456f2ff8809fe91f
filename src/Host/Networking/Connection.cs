using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Configuration;
using ModularKv.Host.EventLoop;
using ModularKv.Host.Networking.Memory;
using ModularKv.Host.Protocol.Memory;

namespace ModularKv.Host.Networking;

/// <summary>A client behind a socket.</summary>
internal sealed class Connection : Client
{
    private readonly ConnectionSet _set;
    private ByteBuffer? _postponed;
    private bool _queuedForFlush;
    private bool _queuedForResume;
    private long _overSoftLimitSinceMs;

    public Connection(ConnectionSet set, Link link, ReplyWriter output)
    {
        _set = set;
        Link = link;
        Output = output;
        output.Grown = OutputGrown;
    }

    public Link Link { get; }

    /// <summary>The modules know of it: a connection whose handshake is not complete has not entered.</summary>
    public bool IsEntered { get; set; }

    /// <summary>What is left of the last bytes received: the start of a command, or everything while the connection is held.</summary>
    public ByteBuffer Kept { get; } = new();

    public PartialRequest Partial { get; } = new();

    /// <summary>Whether received commands must wait: for a block or a pause to end, or for those that waited to be taken up.</summary>
    public bool IsHeld => IsBlocked || IsPostponed || _queuedForResume;

    public bool IsOverQueryLimit => Kept.Length > _set.Settings.QueryBufferBytesMax;

    /// <inheritdoc/>
    /// <remarks>While a large argument arrives, what came before it counts as parsed, as in Redis.</remarks>
    public override long QueryBufferBytes => (Partial.BigLength == 0 ? Kept.Length : Partial.BigReceived) + (_postponed?.Length ?? 0);

    /// <inheritdoc/>
    public override long QueryBufferFree => Kept.Capacity - Kept.Length;

    /// <summary>Managed objects of a connection, about.</summary>
    private const long ObjectBytes = 1024;

    /// <summary>How <see cref="ClientMemory"/> counts it.</summary>
    public ClientMemory.Account Account;

    /// <summary>Bytes that belong to it alone and are in no account of the server's.</summary>
    public long HeldBytes
        => ObjectBytes + Kept.Capacity + Partial.MemoryBytes + (_postponed?.Capacity ?? 0) + StateBytes + QueuedOwnedBytes;

    /// <summary>Bytes that it takes of accounts: blocks of replies, and copies of queued commands.</summary>
    public long SharedBytes => Output.MemoryBytes + QueuedBytes - QueuedOwnedBytes;

    /// <inheritdoc/>
    public override long MemoryBytes => HeldBytes + SharedBytes;

    /// <inheritdoc/>
    public override bool Select(int index)
    {
        if ((uint)index >= (uint)_set.DatabaseCount) return false;
        Database = index;
        return true;
    }

    /// <inheritdoc/>
    public override void FlushLater()
    {
        if (_queuedForFlush || IsClosed) return;
        _queuedForFlush = true;
        _set.QueueFlush(this);
    }

    /// <summary>Sends what was written. False: closed.</summary>
    public bool Flush()
    {
        bool open = Send();
        if (open) _set.Memory.Update(this);
        return open;
    }

    private bool Send()
    {
        _queuedForFlush = false;
        if (IsClosed) return false;
        if ((Flags & ClientFlags.CloseNow) != 0)
        {
            _set.Close(this);
            return false;
        }

        while (true)
        {
            ReadOnlySpan<byte> chunk = Output.NextChunk();
            if (chunk.IsEmpty) break;
            int sent = Link.Send(chunk);
            if (sent == Link.Failed)
            {
                _set.Close(this);
                return false;
            }

            if (sent == Link.WouldBlock)
            {
                Link.WatchWritable(true);
                return CheckOutputLimit();
            }

            BytesSent += sent;
            _set.Statistics.NetOutputBytes += sent;
            _set.Statistics.WritesProcessed++;
            Output.Advance(sent);
        }

        _overSoftLimitSinceMs = 0;
        if ((Flags & ClientFlags.CloseAfterReply) != 0)
        {
            _set.Close(this);
            return false;
        }

        return true;
    }

    /// <summary>Whether its unsent replies pass the limit of its class, the soft one for long enough.</summary>
    public bool IsOverOutputLimit()
    {
        OutputBufferLimit limit = _set.Settings.OutputLimits[(int)Class];
        long pending = Output.PendingBytes;
        if (limit.HardBytes > 0 && pending > limit.HardBytes) return true;
        if (limit.SoftBytes == 0 || pending <= limit.SoftBytes)
        {
            _overSoftLimitSinceMs = 0;
            return false;
        }

        if (_overSoftLimitSinceMs == 0) _overSoftLimitSinceMs = _set.Clock.UnixMs;
        // In whole seconds of the wall clock, as Redis counts: never before the time is over.
        return (_set.Clock.UnixMs / 1000) - (_overSoftLimitSinceMs / 1000) > limit.SoftSeconds;
    }

    private void OutputGrown()
    {
        CloseWhenOverLimit();
        _set.Memory.Update(this);
    }

    // In the middle of a command: it ends, what follows in the batch does not run any more.
    private void CloseWhenOverLimit()
    {
        if ((Flags & ClientFlags.CloseNow) != 0 || !IsOverOutputLimit()) return;
        NoteOverLimit();
        Close();
    }

    private void NoteOverLimit()
    {
        _set.Statistics.OutputBufferLimitDisconnections++;
        _set.Log.Warning($"Client id={Id} addr={Address} name={Name} scheduled to be closed ASAP for overcoming of output buffer limits.");
    }

    /// <summary>Closes a client whose unsent replies pass the limit of its class. False: closed.</summary>
    public bool CheckOutputLimit()
    {
        if (!IsOverOutputLimit()) return true;
        NoteOverLimit();
        _set.Close(this);
        return false;
    }

    /// <summary>Closes a client that sent more than client-query-buffer-limit without a whole command.</summary>
    public bool CloseForQueryLimit()
    {
        _set.Statistics.QueryBufferLimitDisconnections++;
        _set.Log.Warning($"Closing client that reached max query buffer length: id={Id} addr={Address} qbuf={Kept.Length}");
        return false;
    }

    /// <summary>Answers a malformed request and closes once the answer was sent.</summary>
    public void ProtocolError(string error)
    {
        if (IsClosed) return;
        _set.Log.Verbose($"{error[4..]} from client: id={Id} addr={Address}");
        Output.Error(Encoding.Latin1.GetBytes(error));
        Flags |= ClientFlags.CloseAfterReply;
        Kept.Release();
        Partial.Discard();
        FlushLater();
    }

    /// <inheritdoc/>
    public override void Close(bool afterReplies = false)
    {
        if (IsClosed) return;
        Flags |= afterReplies ? ClientFlags.CloseAfterReply : ClientFlags.CloseNow;
        if (afterReplies) FlushLater(); else _set.CloseLater(this);
    }

    /// <inheritdoc/>
    internal override void Postpone(ArgumentList arguments)
    {
        _postponed ??= new ByteBuffer();
        Span<byte> header = stackalloc byte[24];
        header[0] = (byte)'*';
        Append(header, arguments.Count);
        for (int i = 0; i < arguments.Count; i++)
        {
            header[0] = (byte)'$';
            Append(header, arguments[i].Length);
            _postponed.Append(arguments[i]);
            _postponed.Append("\r\n"u8);
        }

        IsPostponed = true;
        _set.Memory.Update(this);
    }

    private void Append(Span<byte> header, int number)
    {
        int length = 1 + NumberText.Write(header[1..], number);
        _postponed!.Append(header[..length]);
        _postponed.Append("\r\n"u8);
    }

    /// <summary>Hands over what was postponed.</summary>
    public ByteBuffer TakePostponed()
    {
        ByteBuffer taken = _postponed ?? new ByteBuffer();
        _postponed = null;
        IsPostponed = false;
        return taken;
    }

    /// <inheritdoc/>
    internal override void ResumeLater()
    {
        if (_queuedForResume || IsClosed) return;
        _queuedForResume = true;
        _set.QueueResume(this);
    }

    /// <summary>Goes on with what was held.</summary>
    public void Resume()
    {
        _queuedForResume = false;
        if (IsClosed || IsBlocked) return;
        _set.Receiver.Resume(this);
        if (!IsClosed) _set.Memory.Update(this);
    }

    /// <summary>Ends it to save memory; see <see cref="IClients.Evict"/>.</summary>
    public void Evict()
    {
        if (IsClosed || (Flags & ClientFlags.CloseNow) != 0) return;
        _set.Log.Notice($"Evicting client: id={Id} addr={Address} name={Name} tot-mem={MemoryBytes}");
        _set.Statistics.EvictedClients++;
        Close();
        Output.Clear();
        _set.Memory.Remove(this);
    }

    /// <inheritdoc/>
    public override bool Unblock(bool withError = false) => _set.Unblock(this, withError);

    /// <summary>Gives everything back. Only by the set.</summary>
    public void Dispose()
    {
        IsClosed = true;
        UpdateGate();
        Link.Close();
        Output.Clear();
        Kept.Release();
        Partial.Discard();
        _postponed?.Release();
    }
}
