using ModularKv.Abstractions;

namespace ModularKv.PubSub.Topics;

/// <summary>Who is subscribed to what: the three tables, the clients' states, and what of it the server shows.</summary>
internal sealed class Subscriptions(ClientSlot<Subscriber> slot)
{
    private readonly TopicTable[] _tables = [new(TopicKind.Channel), new(TopicKind.Pattern), new(TopicKind.ShardChannel)];
    private int _clients;

    /// <summary>All three.</summary>
    public IReadOnlyList<TopicTable> Tables => _tables;

    /// <summary>Channels.</summary>
    public TopicTable Channels => _tables[(int)TopicKind.Channel];

    /// <summary>Patterns.</summary>
    public TopicTable Patterns => _tables[(int)TopicKind.Pattern];

    /// <summary>Shard channels.</summary>
    public TopicTable ShardChannels => _tables[(int)TopicKind.ShardChannel];

    /// <summary>Clients with a subscription.</summary>
    public int ClientCount => _clients;

    /// <summary>Whether a message could reach anybody by PUBLISH.</summary>
    public bool HasListeners => Channels.Count + Patterns.Count > 0;

    /// <summary>Called when <see cref="HasListeners"/> has changed.</summary>
    public Action ListenersChanged { get; set; } = () => { };

    /// <summary>The table of a kind.</summary>
    public TopicTable Of(TopicKind kind) => _tables[(int)kind];

    /// <summary>The client's state, or null when it never subscribed.</summary>
    public Subscriber? Find(Client client) => client.Get(slot);

    /// <summary>Subscribes a client; nothing happens when it is subscribed already.</summary>
    public void Add(Client client, TopicKind kind, ReadOnlySpan<byte> name)
    {
        Subscriber? subscriber = client.Get(slot);
        if (subscriber is null) client.Set(slot, subscriber = new Subscriber());
        bool had = HasListeners;
        if (subscriber.Total == 0) _clients++;
        if (Of(kind).Add(client, subscriber, name)) client.StateBytes += Subscription.ObjectBytes + name.Length;
        Show(client, subscriber);
        if (!had && HasListeners) ListenersChanged();
    }

    /// <summary>Ends a client's subscription, if there is one.</summary>
    public void Remove(Client client, TopicKind kind, ReadOnlySpan<byte> name)
    {
        if (client.Get(slot) is not { } subscriber || Of(kind).Find(name) is not { } topic) return;
        if (subscriber.Find(kind)?.TryGetValue(topic, out Subscription? subscription) == true) Remove(subscription);
    }

    /// <summary>Ends a subscription.</summary>
    public void Remove(Subscription subscription)
    {
        subscription.Client.StateBytes -= Subscription.ObjectBytes + subscription.Topic.Name.Length;
        subscription.Topic.Table.Remove(subscription);
        Show(subscription.Client, subscription.Subscriber);
        if (subscription.Subscriber.Total == 0) _clients--;
        if (!HasListeners) ListenersChanged();
    }

    /// <summary>What a client is subscribed to.</summary>
    public IReadOnlyCollection<SubscribedName> NamesOf(Client client)
    {
        var names = new List<SubscribedName>();
        foreach (TopicTable table in _tables)
        {
            if (client.Get(slot)?.Find(table.Kind) is not { } own) continue;
            foreach (Topic topic in own.Keys) names.Add(new SubscribedName(topic.Name, table.Kind == TopicKind.Pattern));
        }

        return names;
    }

    /// <summary>Ends all subscriptions of a client, without a word.</summary>
    public void RemoveAll(Client client)
    {
        if (client.Get(slot) is not { } subscriber) return;
        foreach (TopicTable table in _tables)
        {
            if (subscriber.Find(table.Kind) is not { Count: > 0 } own) continue;
            foreach (Subscription subscription in own.Values.ToArray()) Remove(subscription);
        }

        client.Set(slot, null);
    }

    /// <summary>Makes the client one in subscriber mode, or an ordinary one when it has no subscription left.</summary>
    public void UpdateMode(Client client)
    {
        bool subscribed = client.Get(slot) is { Total: > 0 };
        if (subscribed == ((client.Flags & ClientFlags.PubSub) != 0)) return;
        if (subscribed) client.Flags |= ClientFlags.PubSub; else client.Flags &= ~ClientFlags.PubSub;
        if (subscribed && client.Class == ClientClass.Normal) client.Class = ClientClass.PubSub;
        else if (!subscribed && client.Class == ClientClass.PubSub) client.Class = ClientClass.Normal;
    }

    private static void Show(Client client, Subscriber subscriber)
    {
        client.ChannelCount = subscriber.Count(TopicKind.Channel);
        client.PatternCount = subscriber.Count(TopicKind.Pattern);
        client.ShardChannelCount = subscriber.Count(TopicKind.ShardChannel);
    }
}
