using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>The options of LPOS.</summary>
internal struct PositionOptions
{
    /// <summary>Which match is the first to be told, from 1 on.</summary>
    public long Rank { get; private set; }

    /// <summary>Whether the search begins with the last element.</summary>
    public bool FromTail { get; private set; }

    /// <summary>Whether an array is asked for.</summary>
    public bool HasCount { get; private set; }

    /// <summary>How many matches; 0: all.</summary>
    public long Count { get; private set; }

    /// <summary>How many elements are looked at; 0: all.</summary>
    public long MaxLength { get; private set; }

    /// <summary>Reads them; answers the client where they are wrong.</summary>
    public static bool TryRead(ref CommandContext call, out PositionOptions options)
    {
        const int First = 3;
        options = new PositionOptions { Rank = 1 };
        for (int i = First; i < call.ArgumentCount; i++)
        {
            bool hasValue = i + 1 < call.ArgumentCount;
            if (hasValue && call.ArgumentIs(i, "rank"u8))
            {
                if (!options.TryRank(ref call, ++i)) return false;
            }
            else if (hasValue && call.ArgumentIs(i, "count"u8))
            {
                if (!ListArguments.TryAtLeast(ref call, ++i, 0, "ERR COUNT can't be negative"u8, out long count)) return false;
                options.HasCount = true;
                options.Count = count;
            }
            else if (hasValue && call.ArgumentIs(i, "maxlen"u8))
            {
                if (!ListArguments.TryAtLeast(ref call, ++i, 0, "ERR MAXLEN can't be negative"u8, out long length)) return false;
                options.MaxLength = length;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private bool TryRank(ref CommandContext call, int at)
    {
        if (!ListArguments.TryInteger(ref call, at, out long rank)) return false;
        if (rank == 0)
        {
            call.Reply.Error("ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... "u8
                + "or use negative to start from the end of the list"u8);
            return false;
        }

        // The smallest integer has no opposite: as in Redis every match is beyond it then.
        FromTail = rank < 0;
        Rank = rank < 0 ? unchecked(-rank) : rank;
        return true;
    }
}
