using System.Diagnostics.CodeAnalysis;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.PubSub.Topics;

/// <summary>All topics of a kind that have a subscriber, by name.</summary>
internal sealed class TopicTable(TopicKind kind)
{
    /// <summary>Number of kinds.</summary>
    public const int Kinds = 3;

    private readonly Dictionary<byte[], Topic> _topics = new(NameComparer.Instance);
    private Dictionary<byte[], Topic>.AlternateLookup<ReadOnlySpan<byte>> Lookup => _topics.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The kind.</summary>
    public TopicKind Kind { get; } = kind;

    /// <summary>Told of a topic that lost its last subscriber.</summary>
    public Action<Topic> Removed { get; set; } = _ => { };

    /// <summary>Number of topics.</summary>
    public int Count => _topics.Count;

    /// <summary>All of them, in no particular order.</summary>
    public Dictionary<byte[], Topic>.ValueCollection All => _topics.Values;

    /// <summary>The topic of that name, or null when it has no subscriber.</summary>
    public Topic? Find(ReadOnlySpan<byte> name) => _topics.Count > 0 && Lookup.TryGetValue(name, out Topic? topic) ? topic : null;

    /// <summary>Subscribes a client.</summary>
    /// <returns>False: it was subscribed already.</returns>
    public bool Add(Client client, Subscriber subscriber, ReadOnlySpan<byte> name)
    {
        Topic? topic = Find(name);
        Dictionary<Topic, Subscription> own = subscriber.Of(Kind);
        if (topic is null)
        {
            topic = new Topic(this, name.ToArray());
            _topics.Add(topic.Name, topic);
        }
        else if (own.ContainsKey(topic))
        {
            return false;
        }

        own.Add(topic, topic.Add(client, subscriber));
        return true;
    }

    /// <summary>Ends a subscription. A topic without subscribers goes.</summary>
    public void Remove(Subscription subscription)
    {
        Topic topic = subscription.Topic;
        subscription.Subscriber.Of(Kind).Remove(topic);
        topic.Remove(subscription);
        if (topic.Count > 0) return;
        _topics.Remove(topic.Name);
        Removed(topic);
    }

    /// <summary>Bytes as names, looked up without a copy.</summary>
    private sealed class NameComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly NameComparer Instance = new();

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)KeyHash.Compute(alternate);

        public int GetHashCode([DisallowNull] byte[] obj) => (int)KeyHash.Compute(obj);
    }
}
