using ModularKv.Abstractions;

namespace ModularKv.Tracking.Commands;

/// <summary>CLIENT TRACKING. The texts are Redis 7.0's.</summary>
internal sealed class TrackingSwitch(IServer server, TrackedClients clients)
{
    /// <summary>
    /// CLIENT TRACKING (ON | OFF) [REDIRECT client-id] [PREFIX prefix ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP].
    /// Source: redis.io/commands/client-tracking.
    /// </summary>
    public void Run(ref CommandContext call)
    {
        if (!TryParse(ref call, out TrackingOptions options)) return;
        if (call.ArgumentIs(2, "off"u8))
        {
            clients.Disable(call.Client);
        }
        else if (!call.ArgumentIs(2, "on"u8))
        {
            call.Reply.SyntaxError();
            return;
        }
        else
        {
            if (!AreCompatible(ref call, options) || Collide(ref call, options.Prefixes)) return;
            clients.Enable(call.Client, options);
        }

        call.Reply.Ok();
    }

    private bool TryParse(ref CommandContext call, out TrackingOptions options)
    {
        options = new TrackingOptions();
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            bool hasMore = i + 1 < call.ArgumentCount;
            if (call.ArgumentIs(i, "redirect"u8) && hasMore)
            {
                if (!TryRedirect(ref call, ++i, options)) return false;
            }
            else if (call.ArgumentIs(i, "prefix"u8) && hasMore)
            {
                options.Prefixes.Add(call.Argument(++i).ToArray());
            }
            else if (!TrySwitch(ref call, i, options))
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private static bool TrySwitch(ref CommandContext call, int index, TrackingOptions options)
    {
        if (call.ArgumentIs(index, "bcast"u8)) return options.Broadcast = true;
        if (call.ArgumentIs(index, "optin"u8)) return options.OptIn = true;
        if (call.ArgumentIs(index, "optout"u8)) return options.OptOut = true;
        return call.ArgumentIs(index, "noloop"u8) && (options.NoLoop = true);
    }

    private bool TryRedirect(ref CommandContext call, int index, TrackingOptions options)
    {
        if (options.Redirect != 0)
        {
            call.Reply.Error("ERR A client can only redirect to a single other client"u8);
            return false;
        }

        if (!NumberText.TryParse(call.Argument(index), out long id))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        // It may go later all the same; then the tracking client is told.
        if (server.Clients.Find(id) is null)
        {
            call.Reply.Error("ERR The client ID you want redirect to does not exist"u8);
            return false;
        }

        options.Redirect = id;
        return true;
    }

    private bool AreCompatible(ref CommandContext call, TrackingOptions options)
    {
        TrackedClient? now = clients.Find(call.Client);
        ReadOnlySpan<byte> error = default;
        if (!options.Broadcast && options.Prefixes.Count > 0)
        {
            error = "ERR PREFIX option requires BCAST mode to be enabled"u8;
        }
        else if (now is { IsTracking: true } && now.IsBroadcast != options.Broadcast)
        {
            error = "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a "u8
                + "different mode."u8;
        }
        else if (options.Broadcast && (options.OptIn || options.OptOut))
        {
            error = "ERR OPTIN and OPTOUT are not compatible with BCAST"u8;
        }
        else if (options.OptIn && options.OptOut)
        {
            error = "ERR You can't specify both OPTIN mode and OPTOUT mode"u8;
        }
        else if (now is not null && ((options.OptIn && now.OptOut) || (options.OptOut && now.OptIn)))
        {
            error = "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a "u8
                + "different mode."u8;
        }

        if (error.IsEmpty) return true;
        call.Reply.Error(error);
        return false;
    }

    // Redis 7.0 refuses an overlap of the second prefix given with a later one, and then switches tracking on all the same: two replies.
    private bool Collide(ref CommandContext call, List<byte[]> prefixes)
    {
        for (int i = 0; i < prefixes.Count; i++)
        {
            foreach (byte[] present in clients.Find(call.Client)?.Prefixes ?? [])
            {
                if (!Overlap(present, prefixes[i])) continue;
                Refuse(ref call, prefixes[i], " overlaps with an existing prefix '"u8, present);
                return true;
            }

            for (int j = i + 1; j < prefixes.Count; j++)
            {
                if (!Overlap(prefixes[i], prefixes[j])) continue;
                Refuse(ref call, prefixes[i], " overlaps with another provided prefix '"u8, prefixes[j]);
                return true;
            }
        }

        return false;
    }

    private static bool Overlap(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.StartsWith(other) || other.StartsWith(one);

    private static void Refuse(ref CommandContext call, byte[] prefix, ReadOnlySpan<byte> reason, byte[] other) =>
        call.Reply.Error([.. "ERR Prefix '"u8, .. Words.Shown(prefix), (byte)'\'', .. reason, .. Words.Shown(other),
            .. "'. Prefixes for a single client must not overlap."u8]);
}
