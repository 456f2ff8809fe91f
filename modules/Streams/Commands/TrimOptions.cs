using ModularKv.Abstractions;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>The options of XADD and XTRIM. Source: streamParseAddOrTrimArgsOrReply.</summary>
internal struct TrimOptions
{
    /// <summary>What to remove, where <see cref="Trims"/>.</summary>
    public TrimRule Rule { get; private set; }

    /// <summary>Whether MAXLEN or MINID was given.</summary>
    public readonly bool Trims => RuleAt > 0;

    /// <summary>Argument that holds the length or id of MAXLEN or MINID; 0: not given.</summary>
    public int RuleAt { get; private set; }

    /// <summary>Argument that holds the id (XADD).</summary>
    public int IdAt { get; private set; }

    /// <summary>NOMKSTREAM: XADD creates no key.</summary>
    public bool NoCreate { get; private set; }

    /// <summary>The id, where <see cref="IsIdGiven"/>.</summary>
    public StreamId Id { get; private set; }

    /// <summary>An id other than <c>*</c>.</summary>
    public bool IsIdGiven { get; private set; }

    /// <summary>An id other than <c>ms-*</c>.</summary>
    public bool IsSeqGiven { get; private set; }

    /// <summary>Reads the options; replies where they are wrong.</summary>
    public static bool TryParse(ref CommandContext call, bool isAdd, StreamSettings settings, out TrimOptions options)
    {
        options = default;
        long limit = -1;
        int i = 2;
        for (; i < call.ArgumentCount; i++)
        {
            bool isLast = i == call.ArgumentCount - 1;
            if (isAdd && call.Argument(i) is [(byte)'*']) break;
            if (!isLast && (call.ArgumentIs(i, "maxlen"u8) || call.ArgumentIs(i, "minid"u8)))
            {
                if (!options.TryRule(ref call, ref i)) return false;
            }
            else if (!isLast && call.ArgumentIs(i, "limit"u8))
            {
                i++;
                if (!TryNotNegative(ref call, i, "ERR The LIMIT argument must be >= 0."u8, out limit)) return false;
            }
            else if (isAdd && call.ArgumentIs(i, "nomkstream"u8))
            {
                options.NoCreate = true;
            }
            else if (isAdd)
            {
                bool isId = StreamIdText.TryParseForAdd(call.Argument(i), out StreamId id, out bool isSeqGiven);
                if (!isId) return StreamKeys.InvalidId(ref call);
                options.Id = id;
                options.IsIdGiven = true;
                options.IsSeqGiven = isSeqGiven;
                break;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        options.IdAt = i;
        return options.TryLimit(ref call, isAdd, limit, settings);
    }

    private bool TryRule(ref CommandContext call, ref int i)
    {
        if (Trims)
        {
            call.Reply.Error("ERR syntax error, MAXLEN and MINID options at the same time are not compatible"u8);
            return false;
        }

        bool byLength = call.ArgumentIs(i, "maxlen"u8);
        bool isApproximate = false;
        if (i + 2 < call.ArgumentCount && call.Argument(i + 1) is [(byte)'~'] or [(byte)'='])
        {
            i++;
            isApproximate = call.Argument(i)[0] == '~';
        }

        i++;
        long length = 0;
        StreamId id = default;
        bool isRead = byLength
            ? TryNotNegative(ref call, i, "ERR The MAXLEN argument must be >= 0."u8, out length)
            : StreamKeys.TryId(ref call, i, out id);
        if (!isRead) return false;
        Rule = new TrimRule(byLength, length, id, isApproximate, 0);
        RuleAt = i;
        return true;
    }

    private bool TryLimit(ref CommandContext call, bool isAdd, long limit, StreamSettings settings)
    {
        if (limit > 0 && !Trims)
        {
            call.Reply.Error("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"u8);
            return false;
        }

        if (!isAdd && !Trims)
        {
            call.Reply.Error("ERR syntax error, XTRIM must be called with a trimming strategy"u8);
            return false;
        }

        // What a master or a file says was limited there.
        if ((call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0) return true;
        if (limit >= 0 && !Rule.IsApproximate)
        {
            call.Reply.Error("ERR syntax error, LIMIT cannot be used without the special ~ option"u8);
            return false;
        }

        if (Rule.IsApproximate) Rule = Rule with { Limit = limit >= 0 ? limit : settings.TrimLimit };
        return true;
    }

    private static bool TryNotNegative(ref CommandContext call, int index, ReadOnlySpan<byte> error, out long value)
    {
        if (!StreamKeys.TryInteger(ref call, index, out value)) return false;
        if (value >= 0) return true;
        call.Reply.Error(error);
        return false;
    }
}
