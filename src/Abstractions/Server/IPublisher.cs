namespace ModularKv.Abstractions;

/// <summary>Sends messages to subscribers. Offered by the module that provides pub/sub; ask <see cref="IServer.Find{T}"/> for it.</summary>
/// <remarks>Messages published here are not propagated: that is the business of the command that publishes. Loop thread only.</remarks>
public interface IPublisher
{
    /// <summary>Sends a message to the subscribers of a channel and to those of patterns that match it.</summary>
    /// <param name="channel">Any bytes. Borrowed for this call.</param>
    /// <param name="message">Any bytes. Borrowed for this call.</param>
    /// <returns>How many clients got it, one that it reached in several ways counted several times.</returns>
    long Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message);

    /// <summary>Sends a message to the subscribers of a shard channel.</summary>
    /// <returns>How many clients got it.</returns>
    long PublishToShard(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message);

    /// <summary>Ends all subscriptions to a shard channel, as when its slot moves away, and tells the subscribers.</summary>
    /// <returns>How many there were.</returns>
    long CloseShardChannel(ReadOnlySpan<byte> channel);

    /// <summary>The shard channels that somebody is subscribed to, in no particular order.</summary>
    IReadOnlyCollection<byte[]> ShardChannels { get; }

    /// <summary>What a client is subscribed to, in no particular order.</summary>
    IReadOnlyCollection<SubscribedName> SubscriptionsOf(Client client);
}

/// <summary>A channel, a shard channel or a pattern that a client is subscribed to.</summary>
/// <param name="Name">Its bytes. Not to be changed.</param>
/// <param name="IsPattern">Whether it is a pattern.</param>
public readonly record struct SubscribedName(byte[] Name, bool IsPattern);
