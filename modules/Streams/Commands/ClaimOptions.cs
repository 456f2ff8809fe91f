using ModularKv.Abstractions;

namespace ModularKv.Streams.Commands;

/// <summary>The arguments of XCLAIM behind the consumer's name. Source: xclaimCommand.</summary>
internal struct ClaimOptions
{
    /// <summary>Argument of the first id.</summary>
    public const int IdsAt = 5;

    /// <summary>Argument behind the last id.</summary>
    public int IdsEnd { get; private set; }

    /// <summary>Milliseconds since the delivery of what may be claimed; 0: any.</summary>
    public long MinIdleMs { get; private set; }

    /// <summary>Unix milliseconds that become the time of delivery.</summary>
    public long DeliveredMs { get; private set; }

    /// <summary>Number of deliveries to set; -1: counted on.</summary>
    public long Deliveries { get; private set; }

    /// <summary>Entries that are not pending become so.</summary>
    public bool IsForced { get; private set; }

    /// <summary>Reply ids only, and do not count a delivery.</summary>
    public bool JustId { get; private set; }

    /// <summary>The group's last id becomes this, if it is smaller.</summary>
    public StreamId LastId { get; private set; }

    /// <summary>Reads the arguments; replies where they are wrong.</summary>
    public static bool TryParse(ref CommandContext call, out ClaimOptions options)
    {
        options = new ClaimOptions { Deliveries = -1, DeliveredMs = -1 };
        if (!StreamKeys.TryInteger(ref call, 4, "ERR Invalid min-idle-time argument for XCLAIM"u8, out long minIdle)) return false;
        options.MinIdleMs = Math.Max(0, minIdle);
        int i = IdsAt;
        while (i < call.ArgumentCount && StreamIdText.TryParseStrict(call.Argument(i), 0, out _)) i++;
        options.IdsEnd = i;
        for (; i < call.ArgumentCount; i++)
        {
            if (!options.TryOption(ref call, ref i)) return false;
        }

        // A time that cannot be is the present: clients count from clocks of their own.
        long delivered = options.DeliveredMs;
        if (delivered < 0 || delivered > call.NowMs) options.DeliveredMs = call.NowMs;
        return true;
    }

    private bool TryOption(ref CommandContext call, ref int i)
    {
        bool hasMore = i < call.ArgumentCount - 1;
        if (call.ArgumentIs(i, "force"u8))
        {
            IsForced = true;
        }
        else if (call.ArgumentIs(i, "justid"u8))
        {
            JustId = true;
        }
        else if (hasMore && call.ArgumentIs(i, "idle"u8))
        {
            if (!StreamKeys.TryInteger(ref call, ++i, "ERR Invalid IDLE option argument for XCLAIM"u8, out long idle)) return false;
            DeliveredMs = unchecked(call.NowMs - idle);
        }
        else if (hasMore && call.ArgumentIs(i, "time"u8))
        {
            if (!StreamKeys.TryInteger(ref call, ++i, "ERR Invalid TIME option argument for XCLAIM"u8, out long time)) return false;
            DeliveredMs = time;
        }
        else if (hasMore && call.ArgumentIs(i, "retrycount"u8))
        {
            if (!StreamKeys.TryInteger(ref call, ++i, "ERR Invalid RETRYCOUNT option argument for XCLAIM"u8, out long count)) return false;
            Deliveries = count;
        }
        else if (hasMore && call.ArgumentIs(i, "lastid"u8))
        {
            if (!StreamKeys.TryId(ref call, ++i, out StreamId id)) return false;
            LastId = id;
        }
        else
        {
            StreamKeys.Error(ref call, $"ERR Unrecognized XCLAIM option '{StreamKeys.Shown(ref call, i)}'");
            return false;
        }

        return true;
    }
}
