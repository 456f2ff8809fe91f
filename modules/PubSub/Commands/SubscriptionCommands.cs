using ModularKv.Abstractions;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub.Commands;

/// <summary>SUBSCRIBE and UNSUBSCRIBE, and the same for patterns and shard channels: one family for each kind.</summary>
/// <param name="subscriptions">Who is subscribed to what.</param>
/// <param name="kind">What this family is about.</param>
/// <param name="subscribe">The command's name, as it stands in the reply.</param>
/// <param name="unsubscribe">The other command's name.</param>
/// <param name="refusal">The error for calls that cannot wait for messages.</param>
internal sealed class SubscriptionCommands(
    Subscriptions subscriptions, TopicKind kind, byte[] subscribe, byte[] unsubscribe, byte[] refusal)
{
    /// <summary>SUBSCRIBE channel [channel ...] and kin. Source: redis.io/commands/subscribe.</summary>
    public void Subscribe(ref CommandContext call)
    {
        // Inside MULTI the reply is one of many, which for channels and patterns Redis has always allowed.
        if (call.MayNotBlock && !(call.IsFromQueue && kind != TopicKind.ShardChannel))
        {
            call.Reply.Error(refusal);
            return;
        }

        Client client = call.Client;
        ReplyWriter writer = WriterOf(ref call);
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            subscriptions.Add(client, kind, call.Argument(i));
            Confirm(writer, client, subscribe, call.Argument(i), false);
        }

        subscriptions.UpdateMode(client);
    }

    /// <summary>UNSUBSCRIBE [channel [channel ...]] and kin. Source: redis.io/commands/unsubscribe.</summary>
    public void Unsubscribe(ref CommandContext call)
    {
        Client client = call.Client;
        ReplyWriter writer = WriterOf(ref call);
        if (call.ArgumentCount == 1)
        {
            UnsubscribeAll(client, writer);
        }
        else
        {
            for (int i = 1; i < call.ArgumentCount; i++)
            {
                subscriptions.Remove(client, kind, call.Argument(i));
                Confirm(writer, client, unsubscribe, call.Argument(i), false);
            }
        }

        subscriptions.UpdateMode(client);
    }

    private void UnsubscribeAll(Client client, ReplyWriter writer)
    {
        if (subscriptions.Find(client)?.Find(kind) is not { Count: > 0 } own)
        {
            Confirm(writer, client, unsubscribe, default, true);
            return;
        }

        foreach (Subscription subscription in own.Values.ToArray())
        {
            subscriptions.Remove(subscription);
            Confirm(writer, client, unsubscribe, subscription.Topic.Name, false);
        }
    }

    private void Confirm(ReplyWriter writer, Client client, byte[] command, ReadOnlySpan<byte> name, bool isNull)
    {
        writer.Push(3);
        writer.Bulk(command);
        if (isNull) writer.Null(); else writer.Bulk(name);
        bool isShard = kind == TopicKind.ShardChannel;
        writer.Integer(isShard ? client.ShardChannelCount : client.ChannelCount + client.PatternCount);
    }

    // These replies are messages: CLIENT REPLY OFF and SKIP do not hold them back.
    private static ReplyWriter WriterOf(ref CommandContext call)
    {
        if ((call.Client.Flags & (ClientFlags.ReplyOff | ClientFlags.ReplySkip)) == 0) return call.Reply;
        call.Client.FlushLater();
        return call.Client.Output;
    }
}
