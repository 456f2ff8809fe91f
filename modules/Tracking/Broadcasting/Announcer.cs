using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Tracking.Invalidation;

namespace ModularKv.Tracking.Broadcasting;

/// <summary>
/// Tells clients in broadcast mode what changed under their prefixes, in one message a prefix for each iteration of the loop.
/// Source: trackingBroadcastInvalidationMessages.
/// </summary>
internal sealed class Announcer(PrefixTable prefixes, MessageSender sender, MemoryOwner memory) : IDisposable
{
    /// <summary>From so many clients on a long message is written once and shared instead of copied into each output.</summary>
    private const int SharedFrom = 4;

    /// <summary>Shorter messages are cheaper to copy, bytes.</summary>
    private const int SharedBytesMin = 2048;

    private readonly ChangedKeys _keys = new();
    private readonly List<Prefix> _changed = [];
    private readonly BroadcastPool _pool = new(memory);
    private Broadcast? _old;
    private Broadcast? _new;
    private byte[] _whole = [];

    /// <summary>Sends what was noted.</summary>
    public void Send()
    {
        if (!prefixes.HasChanges) return;
        prefixes.TakeChanged(_changed);
        foreach (Prefix prefix in _changed)
        {
            if (!prefix.MoveTo(_keys, memory)) Everything(prefix); else Send(prefix);
        }

        _changed.Clear();
        _keys.Clear();
    }

    private void Send(Prefix prefix)
    {
        _keys.Sort();
        ReadOnlySpan<byte> message = _keys.Message(0);
        if (prefix.Clients.Count >= SharedFrom && message.Length >= SharedBytesMin) Share(prefix, message);
        else
        {
            foreach (TrackedClient client in prefix.Clients)
            {
                if (!client.NoLoop) Copy(client, message);
            }
        }

        // These each get a message of their own.
        foreach (TrackedClient client in prefix.Clients)
        {
            if (client.NoLoop) Copy(client, _keys.Message(client.Client.Id));
        }
    }

    private void Copy(TrackedClient client, ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty || sender.ReceiverOf(client.Client, client.Client.RedirectId) is not { } receiver) return;
        receiver.Output.Raw(receiver.Protocol > 2 ? MessageSender.PushHeader : MessageSender.MessageHeader);
        receiver.Output.Raw(message);
        receiver.FlushLater();
    }

    private void Share(Prefix prefix, ReadOnlySpan<byte> message)
    {
        bool hasOld = false, hasNew = false;
        foreach (TrackedClient client in prefix.Clients)
        {
            if (client.NoLoop || sender.ReceiverOf(client.Client, client.Client.RedirectId) is not { } receiver) continue;
            bool isNew = receiver.Protocol > 2;
            ref Broadcast? broadcast = ref isNew ? ref _new : ref _old;
            ref bool isWritten = ref isNew ? ref hasNew : ref hasOld;
            broadcast ??= new Broadcast(_pool);
            if (!isWritten) broadcast.Write(Whole(isNew ? MessageSender.PushHeader : MessageSender.MessageHeader, message));
            isWritten = true;
            broadcast.SendTo(receiver);
        }

        _whole = [];
    }

    private ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> header, ReadOnlySpan<byte> message)
    {
        if (_whole.Length < header.Length + message.Length) _whole = new byte[MessageSender.MessageHeader.Length + message.Length];
        header.CopyTo(_whole);
        message.CopyTo(_whole.AsSpan(header.Length));
        return _whole.AsSpan(0, header.Length + message.Length);
    }

    private void Everything(Prefix prefix)
    {
        foreach (TrackedClient client in prefix.Clients) sender.Send(client.Client, client.Client.RedirectId, default, true);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        prefixes.Forget();
        _old?.Dispose();
        _new?.Dispose();
        _pool.Dispose();
    }
}
