using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.PubSub.Commands;

/// <summary>PUBLISH and SPUBLISH.</summary>
internal sealed class PublishCommands(Publisher publisher, Parameter? clusterEnabled)
{
    /// <summary>PUBLISH channel message. Source: redis.io/commands/publish.</summary>
    public void Publish(ref CommandContext call)
    {
        long receivers = publisher.Publish(call.Argument(1), call.Argument(2));
        Propagate(ref call);
        call.Reply.Integer(receivers);
    }

    /// <summary>SPUBLISH shardchannel message. Source: redis.io/commands/spublish.</summary>
    public void PublishToShard(ref CommandContext call)
    {
        long receivers = publisher.PublishToShard(call.Argument(1), call.Argument(2));
        Propagate(ref call);
        call.Reply.Integer(receivers);
    }

    // In a cluster messages go over the cluster's own links.
    private void Propagate(ref CommandContext call)
    {
        if (call.Server.Propagation.Active && clusterEnabled?.Format() != "yes") call.PropagateToReplicas();
    }
}
