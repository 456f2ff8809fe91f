using ModularKv.Abstractions;

namespace ModularKv.Tracking.Invalidation;

/// <summary>
/// Messages that wait for the end of the running command, so that none stands in the middle of a reply. In steady state nothing is
/// allocated.
/// </summary>
internal sealed class Outbox
{
    /// <summary>Buffers that grew beyond this are given back, bytes and messages.</summary>
    private const int KeptMax = 64 * 1024;

    private readonly IServer _server;
    private readonly MessageSender _sender;
    private readonly Action _send;
    private Message[] _messages = new Message[16];
    private byte[] _bytes = new byte[1024];
    private int _count;
    private int _length;
    private bool _isScheduled;

    public Outbox(IServer server, MessageSender sender)
    {
        _server = server;
        _sender = sender;
        _send = Send;
    }

    /// <summary>Begins messages about a key. Copied.</summary>
    public void About(ReadOnlySpan<byte> key)
    {
        int needed = checked(_length + key.Length);
        if (needed > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Max(needed, Math.Min(Array.MaxLength, _bytes.Length * 2L)));
        key.CopyTo(_bytes.AsSpan(_length));
        _length = needed;
    }

    /// <summary>Adds a message about the key begun last, of <paramref name="length"/> bytes.</summary>
    public void Add(TrackedClient to, int length) => Append(new Message(to, to.Client.RedirectId, _length - length, length));

    /// <summary>Adds a message that says: everything.</summary>
    public void AddEverything(TrackedClient to) => Append(new Message(to, to.Client.RedirectId, 0, -1));

    /// <summary>Sends what was added as soon as the running command has ended.</summary>
    public void Schedule()
    {
        if (_isScheduled || _count == 0) return;
        _isScheduled = true;
        _server.AfterCommand(_send);
    }

    private void Append(Message message)
    {
        if (_count == _messages.Length) Array.Resize(ref _messages, _count * 2);
        _messages[_count++] = message;
    }

    private void Send()
    {
        _isScheduled = false;
        for (int i = 0; i < _count; i++)
        {
            Message message = _messages[i];
            if (message.To.IsGone) continue;
            ReadOnlySpan<byte> key = message.Length > 0 ? _bytes.AsSpan(message.Start, message.Length) : default;
            _sender.Send(message.To.Client, message.Redirect, key, message.Length < 0);
        }

        Array.Clear(_messages, 0, _count);
        _count = _length = 0;
        if (_messages.Length > KeptMax) _messages = new Message[16];
        if (_bytes.Length > KeptMax) _bytes = new byte[1024];
    }

    private readonly record struct Message(TrackedClient To, long Redirect, int Start, int Length);
}
