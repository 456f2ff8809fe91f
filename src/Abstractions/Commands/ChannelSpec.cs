namespace ModularKv.Abstractions;

/// <summary>Which arguments of a command are channels, and what it does to them. Source: getChannelsFromCommand.</summary>
/// <param name="First">Index of the first one.</param>
/// <param name="Last">Index of the last one; -1: the last argument.</param>
/// <param name="Use">What happens to them.</param>
public sealed record ChannelSpec(int First, int Last, ChannelUse Use)
{
    /// <summary>The first argument is a channel to publish to.</summary>
    public static ChannelSpec Publish { get; } = new(1, 1, ChannelUse.Publish);

    /// <summary>All arguments are channels to subscribe to.</summary>
    public static ChannelSpec Subscribe { get; } = new(1, -1, ChannelUse.Subscribe);

    /// <summary>All arguments are patterns to subscribe to.</summary>
    public static ChannelSpec SubscribePatterns { get; } = new(1, -1, ChannelUse.SubscribePattern);
}

/// <summary>What a command does to a channel.</summary>
public enum ChannelUse
{
    /// <summary>Sends a message to it.</summary>
    Publish,

    /// <summary>Subscribes to it.</summary>
    Subscribe,

    /// <summary>Subscribes to all channels that match it.</summary>
    SubscribePattern,
}
