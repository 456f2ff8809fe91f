using ModularKv.Abstractions;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub;

/// <summary>Delivers messages: each is written once as RESP, and those bytes go into every subscriber's output.</summary>
internal sealed class Publisher(Subscriptions subscriptions) : IPublisher
{
    private const byte Resp2Mark = (byte)'*';
    private const byte Resp3Mark = (byte)'>';

    private readonly MessageBuffer _message = new();

    /// <inheritdoc/>
    public IReadOnlyCollection<byte[]> ShardChannels => [.. subscriptions.ShardChannels.All.Select(topic => topic.Name)];

    /// <inheritdoc/>
    public long Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        long receivers = 0;
        if (subscriptions.Channels.Find(channel) is { } topic)
        {
            _message.Begin("*3\r\n$7\r\nmessage\r\n"u8);
            _message.Bulk(channel);
            _message.Bulk(message);
            receivers = Deliver(topic);
        }

        if (subscriptions.Patterns.Count == 0) return receivers;
        foreach (Topic pattern in subscriptions.Patterns.All)
        {
            if (!GlobPattern.Matches(pattern.Name, channel)) continue;
            _message.Begin("*4\r\n$8\r\npmessage\r\n"u8);
            _message.Bulk(pattern.Name);
            _message.Bulk(channel);
            _message.Bulk(message);
            receivers += Deliver(pattern);
        }

        return receivers;
    }

    /// <inheritdoc/>
    public long PublishToShard(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        if (subscriptions.ShardChannels.Find(channel) is not { } topic) return 0;
        _message.Begin("*3\r\n$8\r\nsmessage\r\n"u8);
        _message.Bulk(channel);
        _message.Bulk(message);
        return Deliver(topic);
    }

    /// <inheritdoc/>
    public long CloseShardChannel(ReadOnlySpan<byte> channel)
    {
        if (subscriptions.ShardChannels.Find(channel) is not { } topic) return 0;
        Subscription[] ended = topic.Subscriptions.ToArray();
        foreach (Subscription subscription in ended)
        {
            Client client = subscription.Client;
            subscriptions.Remove(subscription);
            client.Output.Push(3);
            client.Output.Bulk("sunsubscribe"u8);
            client.Output.Bulk(channel);
            client.Output.Integer(subscription.Subscriber.Count(TopicKind.ShardChannel));
            client.FlushLater();
            subscriptions.UpdateMode(client);
        }

        return ended.Length;
    }

    private int Deliver(Topic topic)
    {
        ReadOnlySpan<Subscription> subscribers = topic.Subscriptions;
        Span<byte> bytes = _message.Bytes;
        foreach (Subscription subscription in subscribers)
        {
            Client client = subscription.Client;
            if ((client.Flags & ClientFlags.CloseNow) != 0) continue;
            bytes[0] = client.Protocol == 2 ? Resp2Mark : Resp3Mark;
            client.Output.Raw(bytes);
            client.FlushLater();
        }

        _message.End();
        return subscribers.Length;
    }
}
