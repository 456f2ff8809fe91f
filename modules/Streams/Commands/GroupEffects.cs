using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>
/// What reading and claiming do to a group, as commands that do the same anywhere. Source: streamPropagateXCLAIM and friends.
/// </summary>
internal sealed class GroupEffects
{
    private readonly byte[] _id = new byte[StreamId.TextBytesMax];

    /// <summary>XCLAIM of a pending entry as it stands now.</summary>
    public void Claim(ref CommandContext call, int keyAt, int groupAt, StreamGroup group, StreamId id)
    {
        if (!call.Server.Propagation.Active) return;
        TreeCursor cursor = group.FindPending(id);
        var entry = new PendingEntry(cursor.Payload);
        EffectBuilder effect = call.PropagateAs()
            .Add("XCLAIM"u8).Add(call.Argument(keyAt)).Add(call.Argument(groupAt)).Add(group.OwnerOf(entry).Name).Add(0);
        Add(effect, id).Add("TIME"u8).Add(entry.DeliveredMs).Add("RETRYCOUNT"u8).Add(entry.Deliveries);
        Add(effect.Add("FORCE"u8).Add("JUSTID"u8).Add("LASTID"u8), group.LastId).Send();
    }

    /// <summary>XGROUP SETID to where the group stands now.</summary>
    public void LastId(ref CommandContext call, int keyAt, int groupAt, StreamGroup group)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs()
            .Add("XGROUP"u8).Add("SETID"u8).Add(call.Argument(keyAt)).Add(call.Argument(groupAt));
        Add(effect, group.LastId).Add("ENTRIESREAD"u8).Add(group.EntriesRead).Send();
    }

    /// <summary>XGROUP CREATECONSUMER.</summary>
    public void Consumer(ref CommandContext call, int keyAt, int groupAt, ReadOnlySpan<byte> name)
    {
        if (!call.Server.Propagation.Active) return;
        call.PropagateAs().Add("XGROUP"u8).Add("CREATECONSUMER"u8).Add(call.Argument(keyAt)).Add(call.Argument(groupAt)).Add(name).Send();
    }

    private EffectBuilder Add(EffectBuilder effect, StreamId id) => effect.Add(_id.AsSpan(0, id.Write(_id)));
}
