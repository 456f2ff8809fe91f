using ModularKv.Abstractions;
using ModularKv.PubSub.Commands;
using ModularKv.PubSub.KeyEvents;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub;

/// <summary>Channels, patterns, shard channels and key events: the registration table.</summary>
[Module("pubsub", "1.0.0", ApiLevel.Current, Summary = "Messages to subscribers, and notifications of what happens to keys")]
public sealed class PubSubModule : IModule
{
    private const CommandFlags Subscribing = CommandFlags.PubSub | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;
    private const CommandFlags Asking = CommandFlags.PubSub | CommandFlags.Loading | CommandFlags.Stale;
    private static readonly KeySpec[] ShardChannelKeys = [KeySpec.Range(1, -1, 1, KeyFlags.NotKey)];

    private KeyEventPublisher _events = null!;
    private Publisher? _publisher;

    /// <inheritdoc/>
    public void Configure(IModuleRegistry registry)
    {
        var subscriptions = new Subscriptions(registry.ClientState<Subscriber>());
        var publisher = new Publisher(subscriptions, registry.Memory);
        _publisher = publisher;
        registry.Provide<IPublisher>(publisher);
        registry.Observe(new ClientObserver(subscriptions));
        registry.Intercept(new SubscriberGate());
        registry.Commands(Channels(new SubscriptionCommands(subscriptions, TopicKind.Channel, [.. "subscribe"u8], [.. "unsubscribe"u8],
            [.. "ERR SUBSCRIBE isn't allowed for a DENY BLOCKING client"u8])));
        registry.Commands(Patterns(new SubscriptionCommands(subscriptions, TopicKind.Pattern, [.. "psubscribe"u8], [.. "punsubscribe"u8],
            [.. "ERR PSUBSCRIBE isn't allowed for a DENY BLOCKING client"u8])));
        registry.Commands(ShardChannels(new SubscriptionCommands(
            subscriptions, TopicKind.ShardChannel, [.. "ssubscribe"u8], [.. "sunsubscribe"u8],
            [.. "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"u8])));
        registry.Commands(Publishing(new PublishCommands(publisher, registry.Configuration.Find("cluster-enabled"))));
        registry.Command(Container(new PubSubCommands(subscriptions)));
        _events = new KeyEventPublisher(registry.Parameter(new EventClassesParameter()
        {
            Description = "Which events of keys are published, and on which channels.",
        }), subscriptions, publisher);
        registry.Observe(_events);
        registry.Info("Stats", 500, info =>
        {
            info.Line("pubsub_channels", subscriptions.Channels.Count);
            info.Line("pubsub_patterns", subscriptions.Patterns.Count);
            info.Line("pubsubshard_channels", subscriptions.ShardChannels.Count);
        });
        registry.Info("Clients", 200, info => info.Line("pubsub_clients", subscriptions.ClientCount));
    }

    /// <inheritdoc/>
    public void Start(IServer server) => _events.Update();

    /// <inheritdoc/>
    public void Stop() => _publisher?.Dispose();

    private static CommandSpec[] Channels(SubscriptionCommands commands) =>
    [
        new()
        {
            Name = "subscribe", Arity = -2, Handler = commands.Subscribe, Flags = Subscribing | CommandFlags.Sentinel,
            Channels = ChannelSpec.Subscribe, Group = "pubsub", Since = "2.0.0",
            Complexity = "O(N) where N is the number of channels to subscribe to.",
            Summary = "Listens for messages published to channels.",
            Arguments = "channel:string ...",
        },
        new()
        {
            Name = "unsubscribe", Arity = -1, Handler = commands.Unsubscribe, Flags = Subscribing | CommandFlags.Sentinel,
            Group = "pubsub", Since = "2.0.0", Complexity = "O(N) where N is the number of channels to unsubscribe.",
            Summary = "Stops listening to channels, or to all of them.",
            Arguments = "[channel:string ...]",
        },
    ];

    private static CommandSpec[] Patterns(SubscriptionCommands commands) =>
    [
        new()
        {
            Name = "psubscribe", Arity = -2, Handler = commands.Subscribe, Flags = Subscribing | CommandFlags.Sentinel,
            Channels = ChannelSpec.SubscribePatterns, Group = "pubsub", Since = "2.0.0",
            Complexity = "O(N) where N is the number of patterns to subscribe to.",
            Summary = "Listens for messages published to channels that match patterns.",
            Arguments = "pattern ...",
        },
        new()
        {
            Name = "punsubscribe", Arity = -1, Handler = commands.Unsubscribe, Flags = Subscribing | CommandFlags.Sentinel,
            Group = "pubsub", Since = "2.0.0", Complexity = "O(N) where N is the number of patterns to unsubscribe.",
            Summary = "Stops listening to patterns, or to all of them.",
            Arguments = "[pattern ...]",
        },
    ];

    private static CommandSpec[] ShardChannels(SubscriptionCommands commands) =>
    [
        new()
        {
            Name = "ssubscribe", Arity = -2, Handler = commands.Subscribe, Flags = Subscribing, Keys = ShardChannelKeys,
            Channels = ChannelSpec.Subscribe, Group = "pubsub", Since = "7.0.0",
            Complexity = "O(N) where N is the number of shard channels to subscribe to.",
            Summary = "Listens for messages published to shard channels.",
            Arguments = "shardchannel:string ...",
        },
        new()
        {
            Name = "sunsubscribe", Arity = -1, Handler = commands.Unsubscribe, Flags = Subscribing, Keys = ShardChannelKeys,
            Group = "pubsub", Since = "7.0.0", Complexity = "O(N) where N is the number of shard channels to unsubscribe.",
            Summary = "Stops listening to shard channels, or to all of them.",
            Arguments = "[shardchannel:string ...]",
        },
    ];

    private static CommandSpec[] Publishing(PublishCommands commands) =>
    [
        new()
        {
            Name = "publish", Arity = 3, Handler = commands.Publish,
            Flags = Asking | CommandFlags.Fast | CommandFlags.MayReplicate | CommandFlags.Sentinel,
            Channels = ChannelSpec.Publish, Group = "pubsub", Since = "2.0.0",
            Complexity = "O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of "
                + "subscribed patterns (by any client).",
            Summary = "Sends a message to the subscribers of a channel.",
            Arguments = "channel:string message:string",
        },
        new()
        {
            Name = "spublish", Arity = 3, Handler = commands.PublishToShard,
            Flags = Asking | CommandFlags.Fast | CommandFlags.MayReplicate, Keys = [KeySpec.At(1, KeyFlags.NotKey)],
            Channels = ChannelSpec.Publish, Group = "pubsub", Since = "7.0.0",
            Complexity = "O(N) where N is the number of clients subscribed to the receiving shard channel.",
            Summary = "Sends a message to the subscribers of a shard channel.",
            Arguments = "shardchannel:string message:string",
        },
    ];

    private static CommandSpec Container(PubSubCommands commands) =>
        new()
        {
            Name = "pubsub", Arity = -2, Group = "pubsub", Since = "2.8.0", Complexity = "Depends on subcommand.",
            Summary = "Container for questions about subscriptions.",
            Subcommands = [.. ChannelRows(commands), .. ShardRows(commands)],
        };

    private static CommandSpec[] ChannelRows(PubSubCommands commands) =>
    [
        new()
        {
            Name = "channels", Arity = -2, Handler = commands.Channels, Flags = Asking,
            Group = "pubsub", Since = "2.8.0",
            Complexity = "O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short "
                + "channels and patterns)",
            Summary = "Lists the channels that have subscribers.",
            Arguments = "[pattern]",
        },
        new()
        {
            Name = "numpat", Arity = 2, Handler = commands.CountPatterns, Flags = Asking,
            Group = "pubsub", Since = "2.8.0", Complexity = "O(1)",
            Summary = "Counts the patterns that have subscribers.",
        },
        new()
        {
            Name = "numsub", Arity = -2, Handler = commands.CountSubscribers, Flags = Asking,
            Group = "pubsub", Since = "2.8.0", Complexity = "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
            Summary = "Counts the subscribers of channels, patterns left aside.",
            Arguments = "[channel:string ...]",
        },
    ];

    private static CommandSpec[] ShardRows(PubSubCommands commands) =>
    [
        new()
        {
            Name = "shardchannels", Arity = -2, Handler = commands.ShardChannels, Flags = Asking,
            Group = "pubsub", Since = "7.0.0",
            Complexity = "O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively "
                + "short shard channels).",
            Summary = "Lists the shard channels that have subscribers.",
            Arguments = "[pattern]",
        },
        new()
        {
            Name = "shardnumsub", Arity = -2, Handler = commands.CountShardSubscribers, Flags = Asking,
            Group = "pubsub", Since = "7.0.0",
            Complexity = "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
            Summary = "Counts the subscribers of shard channels.",
            Arguments = "[shardchannel:string ...]",
        },
        new()
        {
            Name = "help", Arity = 2, Handler = SubcommandHelp.Write, Flags = CommandFlags.Loading | CommandFlags.Stale,
            Group = "pubsub", Since = "6.2.0", Complexity = "O(1)",
            Summary = "Lists the subcommands.",
        },
    ];
}
