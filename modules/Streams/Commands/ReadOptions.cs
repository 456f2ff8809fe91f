using ModularKv.Abstractions;

namespace ModularKv.Streams.Commands;

/// <summary>The arguments of XREAD and XREADGROUP. Source: xreadCommand.</summary>
internal struct ReadOptions
{
    /// <summary>Milliseconds to wait, 0 without end; -1: BLOCK was not given.</summary>
    public long TimeoutMs { get; private set; }

    /// <summary>Entries per stream at most; 0: all.</summary>
    public long Count { get; private set; }

    /// <summary>Argument of the first key.</summary>
    public int KeysAt { get; private set; }

    /// <summary>Number of streams; their ids follow the keys.</summary>
    public int Streams { get; private set; }

    /// <summary>Argument of the group's name, the consumer's follows; 0: none.</summary>
    public int GroupAt { get; private set; }

    /// <summary>Entries do not become pending.</summary>
    public bool NoAck { get; private set; }

    /// <summary>Argument of a stream's id.</summary>
    public readonly int IdAt(int stream) => KeysAt + Streams + stream;

    /// <summary>Reads the arguments; replies where they are wrong.</summary>
    public static bool TryParse(ref CommandContext call, bool isGroup, out ReadOptions options)
    {
        options = new ReadOptions { TimeoutMs = -1 };
        for (int i = 1; i < call.ArgumentCount && options.KeysAt == 0; i++)
        {
            int more = call.ArgumentCount - i - 1;
            if (more > 0 && call.ArgumentIs(i, "block"u8))
            {
                if (!options.TryTimeout(ref call, ++i)) return false;
            }
            else if (more > 0 && call.ArgumentIs(i, "count"u8))
            {
                if (!StreamKeys.TryInteger(ref call, ++i, out long count)) return false;
                options.Count = Math.Max(0, count);
            }
            else if (more > 0 && call.ArgumentIs(i, "streams"u8))
            {
                if (!options.TryStreams(ref call, i + 1)) return false;
            }
            else if (more > 1 && call.ArgumentIs(i, "group"u8))
            {
                if (!isGroup) return OnlyForGroups(ref call, "GROUP");
                options.GroupAt = i + 1;
                i += 2;
            }
            else if (call.ArgumentIs(i, "noack"u8))
            {
                if (!isGroup) return OnlyForGroups(ref call, "NOACK");
                options.NoAck = true;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        if (options.KeysAt == 0)
        {
            call.Reply.SyntaxError();
            return false;
        }

        if (!isGroup || options.GroupAt > 0) return true;
        call.Reply.Error("ERR Missing GROUP option for XREADGROUP"u8);
        return false;
    }

    private bool TryTimeout(ref CommandContext call, int index)
    {
        if (!StreamKeys.TryInteger(ref call, index, "ERR timeout is not an integer or out of range"u8, out long timeout)) return false;
        TimeoutMs = timeout;
        if (timeout >= 0 && timeout <= long.MaxValue - call.NowMs) return true;
        call.Reply.Error(timeout < 0 ? "ERR timeout is negative"u8 : "ERR timeout is out of range"u8);
        return false;
    }

    private bool TryStreams(ref CommandContext call, int index)
    {
        int arguments = call.ArgumentCount - index;
        KeysAt = index;
        Streams = arguments / 2;
        if ((arguments & 1) == 0) return true;
        call.Reply.Error("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."u8);
        return false;
    }

    private static bool OnlyForGroups(ref CommandContext call, string option)
    {
        call.Reply.Error($"ERR The {option} option is only supported by XREADGROUP. You called XREAD instead.");
        return false;
    }
}
