using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>LCS key1 key2 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]. Source: redis.io/commands/lcs.</summary>
internal sealed class LcsCommand(StringType type, StringLimit limit)
{
    private const Access SecondLook = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    private ref struct Options
    {
        public bool Length;
        public bool Ranges;
        public bool MatchLengths;
        public long MatchLengthMin;
    }

    /// <summary>The handler.</summary>
    public void Run(ref CommandContext call)
    {
        bool firstIsText = IsText(call.Keys.Find(call.Key(1)));
        Entry second = call.Keys.Find(call.Key(2));
        if (!firstIsText || !IsText(second))
        {
            call.Reply.Error("ERR The specified keys must contain string values"u8);
            return;
        }

        if (!TryParse(ref call, out Options options)) return;

        // Looking the second key up may have removed it, when it had expired; the first one's place is known for certain only now.
        Entry first = call.Keys.Find(call.Key(1), SecondLook);
        ReadOnlySpan<byte> a = first.IsMissing ? default : first.Value;
        ReadOnlySpan<byte> b = second.IsMissing ? default : second.Value;

        // The bounds are those of a table of 32-bit numbers, which ours is not: clients shall meet the limit where Redis has it.
        ulong tableBytes = ((ulong)a.Length + 1) * ((ulong)b.Length + 1) * sizeof(uint);
        if (!limit.Holds(tableBytes))
        {
            call.Reply.Error("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"u8);
            return;
        }

        bool lengthOnly = options is { Length: true, Ranges: false };
        LongestCommonSubsequence common = new(a, b, keepRows: !lengthOnly);
        if (lengthOnly) call.Reply.Integer(common.Length);
        else if (options.Ranges) ReplyRanges(call.Reply, a, b, common, in options);
        else ReplyText(call.Reply, a, b, common);
    }

    private bool IsText(Entry entry) => entry.IsMissing || entry.Is(type);

    private static bool TryParse(ref CommandContext call, out Options options)
    {
        options = default;
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "idx"u8)) options.Ranges = true;
            else if (call.ArgumentIs(i, "len"u8)) options.Length = true;
            else if (call.ArgumentIs(i, "withmatchlen"u8)) options.MatchLengths = true;
            else if (call.ArgumentIs(i, "minmatchlen"u8) && i + 1 < call.ArgumentCount)
            {
                if (NumberText.TryParse(call.Argument(++i), out options.MatchLengthMin)) continue;
                call.Reply.NotAnInteger();
                return false;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        if (!options.Length || !options.Ranges) return true;
        call.Reply.Error("ERR If you want both the length and indexes, please just use IDX."u8);
        return false;
    }

    private static void ReplyText(ReplyWriter reply, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LongestCommonSubsequence common)
    {
        byte[] text = new byte[common.Length];
        int at = common.Length, i = a.Length, j = b.Length;
        while (at > 0)
        {
            if (a[i - 1] == b[j - 1])
            {
                text[--at] = a[--i];
                j--;
            }
            else if (common.Step(i, j)) i--;
            else j--;
        }

        reply.Bulk(text);
    }

    /// <summary>Runs of matching bytes, last one first, each as its place in both strings.</summary>
    private static void ReplyRanges(
        ReplyWriter reply, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LongestCommonSubsequence common, in Options options)
    {
        reply.Map(2);
        reply.Bulk("matches"u8);
        DeferredLength deferred = reply.Defer();
        int ranges = 0, i = a.Length, j = b.Length;
        while (i > 0 && j > 0)
        {
            int run = 0;
            while (i > 0 && j > 0 && a[i - 1] == b[j - 1])
            {
                i--;
                j--;
                run++;
            }

            if (run > 0)
            {
                if (run < options.MatchLengthMin) continue;
                ReplyRange(reply, i, j, run, options.MatchLengths);
                ranges++;
            }
            else if (common.Step(i, j)) i--;
            else j--;
        }

        reply.Finish(deferred, Aggregate.Array, ranges);
        reply.Bulk("len"u8);
        reply.Integer(common.Length);
    }

    private static void ReplyRange(ReplyWriter reply, int a, int b, int length, bool withLength)
    {
        reply.Array(withLength ? 3 : 2);
        reply.Array(2);
        reply.Integer(a);
        reply.Integer(a + length - 1);
        reply.Array(2);
        reply.Integer(b);
        reply.Integer(b + length - 1);
        if (withLength) reply.Integer(length);
    }
}
