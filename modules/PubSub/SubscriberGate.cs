using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.PubSub;

/// <summary>A RESP2 client with subscriptions may run only what can be told apart from messages. Source: processCommand.</summary>
internal sealed class SubscriberGate : CommandInterceptor
{
    /// <inheritdoc/>
    public override int Order => 250;

    /// <inheritdoc/>
    public override bool OnlyGated => true;

    /// <inheritdoc/>
    public override Verdict Before(ref CommandContext call)
    {
        Client client = call.Client;
        if ((client.Flags & ClientFlags.PubSub) == 0 || client.Protocol != 2 || call.MayNotBlock) return Verdict.Continue;
        if (call.Command.Spec.Name is "ping" or "subscribe" or "unsubscribe" or "psubscribe" or "punsubscribe" or "ssubscribe"
            or "sunsubscribe" or "quit" or "reset") return Verdict.Continue;
        call.Refuse(Encoding.Latin1.GetBytes($"ERR Can't execute '{call.Command.FullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / "
            + "PING / QUIT / RESET are allowed in this context"));
        return Verdict.Rejected;
    }
}
