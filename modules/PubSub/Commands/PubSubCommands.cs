using ModularKv.Abstractions;
using ModularKv.PubSub.Topics;

namespace ModularKv.PubSub.Commands;

/// <summary>PUBSUB and its subcommands: what is subscribed to.</summary>
internal sealed class PubSubCommands(Subscriptions subscriptions)
{
    /// <summary>PUBSUB CHANNELS [pattern]. Source: redis.io/commands/pubsub-channels.</summary>
    public void Channels(ref CommandContext call) => List(ref call, subscriptions.Channels);

    /// <summary>PUBSUB SHARDCHANNELS [pattern]. Source: redis.io/commands/pubsub-shardchannels.</summary>
    public void ShardChannels(ref CommandContext call) => List(ref call, subscriptions.ShardChannels);

    /// <summary>PUBSUB NUMSUB [channel ...]. Source: redis.io/commands/pubsub-numsub.</summary>
    public void CountSubscribers(ref CommandContext call) => Count(ref call, subscriptions.Channels);

    /// <summary>PUBSUB SHARDNUMSUB [shardchannel ...]. Source: redis.io/commands/pubsub-shardnumsub.</summary>
    public void CountShardSubscribers(ref CommandContext call) => Count(ref call, subscriptions.ShardChannels);

    /// <summary>PUBSUB NUMPAT. Source: redis.io/commands/pubsub-numpat.</summary>
    public void CountPatterns(ref CommandContext call) => call.Reply.Integer(subscriptions.Patterns.Count);

    private static void List(ref CommandContext call, TopicTable table)
    {
        if (call.ArgumentCount > 3)
        {
            call.Reply.Error([.. "ERR unknown subcommand or wrong number of arguments for '"u8, .. Words.Shown(call.Argument(1)),
                .. "'. Try PUBSUB HELP."u8]);
            return;
        }

        DeferredLength length = call.Reply.Defer();
        int count = 0;
        foreach (Topic topic in table.All)
        {
            if (call.ArgumentCount == 3 && !GlobPattern.Matches(call.Argument(2), topic.Name)) continue;
            call.Reply.Bulk(topic.Name);
            count++;
        }

        call.Reply.Finish(length, Aggregate.Array, count);
    }

    private static void Count(ref CommandContext call, TopicTable table)
    {
        call.Reply.Array((call.ArgumentCount - 2) * 2L);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            call.Reply.Bulk(call.Argument(i));
            call.Reply.Integer(table.Find(call.Argument(i))?.Count ?? 0);
        }
    }
}
