using ModularKv.Abstractions;

namespace ModularKv.PubSub.Topics;

/// <summary>A channel, a shard channel or a pattern with its subscribers.</summary>
internal sealed class Topic(TopicTable table, byte[] name)
{
    private Subscription[] _subscriptions = new Subscription[1];
    private int _count;

    /// <summary>Its name or pattern.</summary>
    public byte[] Name { get; } = name;

    /// <summary>The table it stands in.</summary>
    public TopicTable Table { get; } = table;

    /// <summary>Number of subscribers.</summary>
    public int Count => _count;

    /// <summary>The subscribers, in no particular order.</summary>
    public ReadOnlySpan<Subscription> Subscriptions => _subscriptions.AsSpan(0, _count);

    /// <summary>Adds a subscriber that is not among them. O(1).</summary>
    public Subscription Add(Client client, Subscriber subscriber)
    {
        if (_count == _subscriptions.Length) Array.Resize(ref _subscriptions, _count * 2);
        var made = new Subscription(client, subscriber, this) { Place = _count };
        _subscriptions[_count++] = made;
        return made;
    }

    /// <summary>Takes one out; the last takes its place. O(1).</summary>
    public void Remove(Subscription subscription)
    {
        Subscription last = _subscriptions[--_count];
        _subscriptions[subscription.Place] = last;
        last.Place = subscription.Place;
        _subscriptions[_count] = null!;
    }
}

/// <summary>One client's subscription to one topic.</summary>
internal sealed class Subscription(Client client, Subscriber subscriber, Topic topic)
{
    /// <summary>Managed objects of a subscription and its topic, about: what its client is charged, beside the name.</summary>
    public const int ObjectBytes = 160;

    /// <summary>Who is subscribed.</summary>
    public Client Client { get; } = client;

    /// <summary>The client's state.</summary>
    public Subscriber Subscriber { get; } = subscriber;

    /// <summary>To what.</summary>
    public Topic Topic { get; } = topic;

    /// <summary>Index among the topic's subscriptions.</summary>
    public int Place { get; set; }
}

/// <summary>What a client is subscribed to. Made at its first subscription, kept until it goes.</summary>
internal sealed class Subscriber
{
    private readonly Dictionary<Topic, Subscription>?[] _byKind = new Dictionary<Topic, Subscription>?[TopicTable.Kinds];

    /// <summary>The client's subscriptions to topics of a kind, or null.</summary>
    public Dictionary<Topic, Subscription>? Find(TopicKind kind) => _byKind[(int)kind];

    /// <summary>The client's subscriptions to topics of a kind.</summary>
    public Dictionary<Topic, Subscription> Of(TopicKind kind) => _byKind[(int)kind] ??= [];

    /// <summary>Their number.</summary>
    public int Count(TopicKind kind) => _byKind[(int)kind]?.Count ?? 0;

    /// <summary>All subscriptions together.</summary>
    public int Total => Count(TopicKind.Channel) + Count(TopicKind.Pattern) + Count(TopicKind.ShardChannel);
}

/// <summary>What one can subscribe to.</summary>
internal enum TopicKind
{
    /// <summary>SUBSCRIBE</summary>
    Channel,

    /// <summary>PSUBSCRIBE</summary>
    Pattern,

    /// <summary>SSUBSCRIBE</summary>
    ShardChannel,
}
