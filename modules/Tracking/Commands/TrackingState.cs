using ModularKv.Abstractions;

namespace ModularKv.Tracking.Commands;

/// <summary>CLIENT CACHING, GETREDIR and TRACKINGINFO.</summary>
internal sealed class TrackingState(TrackedClients clients)
{
    /// <summary>CLIENT CACHING YES | NO. Source: redis.io/commands/client-caching.</summary>
    public void Caching(ref CommandContext call)
    {
        if (clients.Find(call.Client) is not { IsTracking: true } state)
        {
            call.Reply.Error(
                "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled"u8);
            return;
        }

        bool isYes = call.ArgumentIs(2, "yes"u8);
        if (!isYes && !call.ArgumentIs(2, "no"u8))
        {
            call.Reply.SyntaxError();
        }
        else if (isYes && !state.OptIn)
        {
            call.Reply.Error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."u8);
        }
        else if (!isYes && !state.OptOut)
        {
            call.Reply.Error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."u8);
        }
        else
        {
            clients.SetCaching(state, true);
            call.Reply.Ok();
        }
    }

    /// <summary>CLIENT GETREDIR. Source: redis.io/commands/client-getredir.</summary>
    public void Redirection(ref CommandContext call) => call.Reply.Integer(call.Client.RedirectId);

    /// <summary>CLIENT TRACKINGINFO. Source: redis.io/commands/client-trackinginfo.</summary>
    public void Info(ref CommandContext call)
    {
        TrackedClient? state = clients.Find(call.Client) is { IsTracking: true } tracking ? tracking : null;
        ReplyWriter reply = call.Reply;
        reply.Map(3);
        reply.Bulk("flags"u8);
        WriteFlags(reply, state);
        reply.Bulk("redirect"u8);
        reply.Integer(call.Client.RedirectId);
        reply.Bulk("prefixes"u8);
        reply.Array(state?.Prefixes.Count ?? 0);
        foreach (byte[] prefix in state?.Prefixes ?? []) reply.Bulk(prefix);
    }

    private static void WriteFlags(ReplyWriter reply, TrackedClient? state)
    {
        if (state is null)
        {
            reply.Set(1);
            reply.Bulk("off"u8);
            return;
        }

        bool isBroken = (state.Client.Flags & ClientFlags.TrackingBroken) != 0;
        int count = 1;
        foreach (bool set in (ReadOnlySpan<bool>)[state.IsBroadcast, state.OptIn, state.OptOut, state.CachingGiven, state.NoLoop, isBroken])
        {
            if (set) count++;
        }

        reply.Set(count);
        reply.Bulk("on"u8);
        if (state.IsBroadcast) reply.Bulk("bcast"u8);
        if (state.OptIn) reply.Bulk("optin"u8);
        if (state.OptIn && state.CachingGiven) reply.Bulk("caching-yes"u8);
        if (state.OptOut) reply.Bulk("optout"u8);
        if (state.OptOut && state.CachingGiven) reply.Bulk("caching-no"u8);
        if (state.NoLoop) reply.Bulk("noloop"u8);
        if (isBroken) reply.Bulk("broken_redirect"u8);
    }
}
