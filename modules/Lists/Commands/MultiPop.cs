using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>The arguments of LMPOP and BLMPOP: <c>numkeys key [key ...] LEFT|RIGHT [COUNT count]</c>.</summary>
internal readonly struct MultiPop
{
    private MultiPop(int firstKey, int keys, bool fromLeft, long count)
    {
        FirstKey = firstKey;
        Keys = keys;
        FromLeft = fromLeft;
        Count = count;
    }

    /// <summary>Argument index of the first key.</summary>
    public int FirstKey { get; }

    /// <summary>Number of keys.</summary>
    public int Keys { get; }

    /// <summary>Whether to pop from the head.</summary>
    public bool FromLeft { get; }

    /// <summary>How many elements at most.</summary>
    public long Count { get; }

    /// <summary>Reads them; answers the client where they are wrong.</summary>
    /// <param name="call">The call.</param>
    /// <param name="at">Where numkeys stands.</param>
    /// <param name="options">What was read.</param>
    public static bool TryRead(ref CommandContext call, int at, out MultiPop options)
    {
        options = default;
        if (!ListArguments.TryAtLeast(ref call, at, 1, "ERR numkeys should be greater than 0"u8, out long keys)) return false;
        if (keys >= call.ArgumentCount - at - 1)
        {
            call.Reply.SyntaxError();
            return false;
        }

        int side = at + 1 + (int)keys;
        if (!ListArguments.TrySide(ref call, side, out bool left)) return false;
        long count = -1;
        for (int i = side + 1; i < call.ArgumentCount; i++)
        {
            if (count != -1 || !call.ArgumentIs(i, "count"u8) || i + 1 == call.ArgumentCount)
            {
                call.Reply.SyntaxError();
                return false;
            }

            if (!ListArguments.TryAtLeast(ref call, ++i, 1, "ERR count should be greater than 0"u8, out count)) return false;
        }

        options = new MultiPop(at + 1, (int)keys, left, count == -1 ? 1 : count);
        return true;
    }
}
