using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub;

/// <summary>Delivers messages: each is written once as RESP, and those bytes go into every subscriber's output.</summary>
internal sealed class Publisher : IPublisher, IDisposable
{
    private const byte Resp2Mark = (byte)'*';
    private const byte Resp3Mark = (byte)'>';

    /// <summary>From so many subscribers on a message is written once and shared instead of copied into each output.</summary>
    private const int SharedFrom = 4;

    private readonly MessageBuffer _message = new();
    private readonly Subscriptions _subscriptions;
    private readonly Broadcasts _broadcasts;

    public Publisher(Subscriptions subscriptions, MemoryOwner memory)
    {
        _subscriptions = subscriptions;
        _broadcasts = new Broadcasts(memory);
        foreach (TopicTable table in subscriptions.Tables) table.Removed = _broadcasts.Forget;
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<byte[]> ShardChannels => [.. _subscriptions.ShardChannels.All.Select(topic => topic.Name)];

    /// <inheritdoc/>
    public IReadOnlyCollection<SubscribedName> SubscriptionsOf(Client client) => _subscriptions.NamesOf(client);

    /// <inheritdoc/>
    public long Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        long receivers = 0;
        if (_subscriptions.Channels.Find(channel) is { } topic)
        {
            _message.Begin("*3\r\n$7\r\nmessage\r\n"u8);
            _message.Bulk(channel);
            _message.Bulk(message);
            receivers = Deliver(topic);
        }

        if (_subscriptions.Patterns.Count == 0) return receivers;
        foreach (Topic pattern in _subscriptions.Patterns.All)
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
        if (_subscriptions.ShardChannels.Find(channel) is not { } topic) return 0;
        _message.Begin("*3\r\n$8\r\nsmessage\r\n"u8);
        _message.Bulk(channel);
        _message.Bulk(message);
        return Deliver(topic);
    }

    /// <inheritdoc/>
    public long CloseShardChannel(ReadOnlySpan<byte> channel)
    {
        if (_subscriptions.ShardChannels.Find(channel) is not { } topic) return 0;
        Subscription[] ended = topic.Subscriptions.ToArray();
        foreach (Subscription subscription in ended)
        {
            Client client = subscription.Client;
            _subscriptions.Remove(subscription);
            client.Output.Push(3);
            client.Output.Bulk("sunsubscribe"u8);
            client.Output.Bulk(channel);
            client.Output.Integer(subscription.Subscriber.Count(TopicKind.ShardChannel));
            client.FlushLater();
            _subscriptions.UpdateMode(client);
        }

        return ended.Length;
    }

    private int Deliver(Topic topic)
    {
        ReadOnlySpan<Subscription> subscribers = topic.Subscriptions;
        if (subscribers.Length >= SharedFrom) Share(topic, subscribers); else Copy(subscribers);
        _message.End();
        return subscribers.Length;
    }

    private void Share(Topic topic, ReadOnlySpan<Subscription> subscribers)
    {
        Span<byte> bytes = _message.Bytes;
        Broadcasts.Pair pair = _broadcasts.Of(topic);
        bool hasOld = false, hasNew = false;
        foreach (Subscription subscription in subscribers)
        {
            Client client = subscription.Client;
            if ((client.Flags & ClientFlags.CloseNow) != 0) continue;
            bool isOld = client.Protocol == 2;
            ref bool written = ref isOld ? ref hasOld : ref hasNew;
            Broadcast broadcast = isOld ? pair.Resp2 : pair.Resp3;
            if (!written)
            {
                written = true;
                bytes[0] = isOld ? Resp2Mark : Resp3Mark;
                broadcast.Write(bytes);
            }

            broadcast.SendTo(client);
        }
    }

    private void Copy(ReadOnlySpan<Subscription> subscribers)
    {
        Span<byte> bytes = _message.Bytes;
        foreach (Subscription subscription in subscribers)
        {
            Client client = subscription.Client;
            if ((client.Flags & ClientFlags.CloseNow) != 0) continue;
            bytes[0] = client.Protocol == 2 ? Resp2Mark : Resp3Mark;
            client.Output.Raw(bytes);
            client.FlushLater();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _broadcasts.Dispose();
}
