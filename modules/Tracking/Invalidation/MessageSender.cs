using ModularKv.Abstractions;

namespace ModularKv.Tracking.Invalidation;

/// <summary>Finds out who gets a tracking client's messages, and in which form. Source: sendTrackingMessage.</summary>
internal sealed class MessageSender(IServer server)
{
    /// <summary>A push up to what became invalid.</summary>
    public static ReadOnlySpan<byte> PushHeader => ">2\r\n$10\r\ninvalidate\r\n"u8;

    /// <summary>A message to a RESP2 subscriber up to what became invalid.</summary>
    public static ReadOnlySpan<byte> MessageHeader => "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"u8;

    /// <summary>
    /// The client to write to; null: nobody can be told, because RESP2 has no pushes, or because the client that messages go to is gone,
    /// which the tracking client is told then.
    /// </summary>
    /// <param name="client">The one that tracks.</param>
    /// <param name="redirect">Id of the client that its messages go to; not above 0: itself.</param>
    public Client? ReceiverOf(Client client, long redirect)
    {
        if (redirect <= 0) return client.Protocol > 2 && IsOpen(client) ? client : null;
        if (server.Clients.Find(redirect) is not { } other)
        {
            TellBroken(client, redirect);
            return null;
        }

        bool canHear = other.Protocol > 2 || (other.Flags & ClientFlags.PubSub) != 0;
        return canHear && IsOpen(other) ? other : null;
    }

    /// <summary>Sends one key, or, with null, "everything".</summary>
    public void Send(Client client, long redirect, ReadOnlySpan<byte> key, bool isEverything)
    {
        if (ReceiverOf(client, redirect) is not { } receiver) return;
        ReplyWriter output = receiver.Output;
        output.Raw(receiver.Protocol > 2 ? PushHeader : MessageHeader);
        if (isEverything)
        {
            output.Null();
        }
        else
        {
            output.Array(1);
            output.Bulk(key);
        }

        receiver.FlushLater();
    }

    private static bool IsOpen(Client client) => (client.Flags & ClientFlags.CloseNow) == 0;

    private static void TellBroken(Client client, long redirect)
    {
        client.Flags |= ClientFlags.TrackingBroken;
        if (client.Protocol < 3 || !IsOpen(client)) return;
        client.Output.Push(2);
        client.Output.Bulk("tracking-redir-broken"u8);
        client.Output.Integer(redirect);
        client.FlushLater();
    }
}
