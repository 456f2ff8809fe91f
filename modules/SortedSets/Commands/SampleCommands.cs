using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZRANDMEMBER and ZSCAN.</summary>
internal sealed class SampleCommands(SortedSetType type)
{
    // Below this share of the members, ranks are drawn until enough differ; above it, each member is asked in turn.
    private const int DrawShare = 3;

    // ZSCAN resolves hashes within groups of equal scores by walking over them; larger groups get more buckets per walk.
    private const int TiesPerBucket = 512;

    private readonly ScanArguments _arguments = new();
    private readonly ScanReply _found = new();
    private readonly HashSet<long> _drawn = [];
    private readonly List<ScanItem> _items = [];

    /// <summary>ZRANDMEMBER key [count [WITHSCORES]]. Source: redis.io/commands/zrandmember.</summary>
    public void Random(ref CommandContext call)
    {
        if (call.ArgumentCount > 2)
        {
            RandomMany(ref call);
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Null();
        }
        else if (!entry.Is(type))
        {
            call.Reply.WrongType();
        }
        else
        {
            SetView set = new(entry);
            set.At(call.Server.Random.Next(set.Count)).ReplyMember(call.Reply);
        }
    }

    /// <summary>ZSCAN key cursor [MATCH pattern] [COUNT count]. Source: redis.io/commands/zscan.</summary>
    public void Scan(ref CommandContext call)
    {
        if (!ScanArguments.TryReadCursor(ref call, 2, out ulong cursor)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            ScanReply.SendEmpty(call.Reply);
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        if (!_arguments.TryReadOptions(ref call, 3, ScanOptions.None)) return;
        SetView set = new(entry);
        if (set.IsTree)
        {
            cursor = ScanTree(set, cursor);
        }
        else
        {
            cursor = 0;
            Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
            for (SetCursor at = set.First(); at.IsValid; at.MoveNext()) AddFound(at.Member(digits), at.Score);
        }

        _found.Send(call.Reply, cursor);
    }

    /// <summary>
    /// Goes by the table's buckets, whose order does not depend on scores: a member whose score changes between two calls is not missed.
    /// The table has hashes only, so the members are looked for among those with that score.
    /// </summary>
    private ulong ScanTree(SetView set, ulong cursor)
    {
        _items.Clear();
        ScanCollector collector = new(_items);
        long bucketsMax = _arguments.StepsMax;
        long wanted = _arguments.Count;
        do
        {
            int before = _items.Count;
            cursor = set.Tree.Scan(cursor, ref collector);
            for (int i = before; i < _items.Count && wanted < int.MaxValue; i++) wanted = Math.Max(wanted, Share(set, _items[i].Order));
        }
        while (cursor != 0 && _items.Count < wanted && --bucketsMax > 0);

        // By score, then by hash: each group of equal scores is walked over once.
        _items.Sort();
        for (int i = 0; i < _items.Count; )
        {
            int end = i + 1;
            while (end < _items.Count && _items[end].Order == _items[i].Order) end++;
            Resolve(set, i, end);
            i = end;
        }

        _items.Clear();
        if (_items.Capacity > 1 << 16) _items.Capacity = 0;
        return cursor;
    }

    /// <summary>How many members to bring at least, so that walking over a group of equal scores is worth it.</summary>
    private static long Share(SetView set, ulong order)
    {
        OrderedTree tree = set.Tree.Tree;
        if (tree.Count <= TiesPerBucket) return 0;
        long ties = tree.RankOf(order + 1, default) - tree.RankOf(order, default);
        return ties / TiesPerBucket * ScanItem.PerBucket;
    }

    private void Resolve(SetView set, int first, int end)
    {
        ulong order = _items[first].Order;
        for (TreeCursor item = set.Tree.Tree.Seek(order, default); item.IsValid && item.Head == order; item.MoveNext())
        {
            // A single one left to find needs no search.
            uint hash = (uint)KeyHash.Compute(item.Tail);
            int low = first, high = end;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (_items[middle].Hash < hash) low = middle + 1;
                else high = middle;
            }

            if (low < end && _items[low].Hash == hash) AddFound(item.Tail, set.Tree.ScoreOf(item));
        }
    }

    private void AddFound(ReadOnlySpan<byte> member, double score)
    {
        if (!_arguments.Matches(member)) return;
        Span<byte> text = stackalloc byte[PairList.ScoreBytesMax];
        _found.Add(member);
        _found.Add(text[..NumberText.WriteDouble(text, score)]);
    }

    private void RandomMany(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long count))
        {
            call.Reply.NotAnInteger();
            return;
        }

        // The smallest number has no positive counterpart.
        if (count == long.MinValue)
        {
            call.Reply.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
            return;
        }

        bool withScores = call.ArgumentIs(3, "withscores"u8);
        if (call.ArgumentCount > 4 || (call.ArgumentCount == 4 && !withScores))
        {
            call.Reply.SyntaxError();
            return;
        }

        if (withScores && count is < -(long.MaxValue / 2) or > long.MaxValue / 2)
        {
            call.Reply.Error("ERR value is out of range"u8);
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        if (entry.IsMissing || count == 0) call.Reply.Array(0);
        else if (count < 0) RandomWithRepetition(ref call, new SetView(entry), -count, withScores);
        else RandomDistinct(ref call, new SetView(entry), count, withScores);
    }

    private static void RandomWithRepetition(ref CommandContext call, SetView set, long count, bool withScores)
    {
        Begin(call.Reply, count, withScores);
        for (; count > 0; count--)
        {
            ReplyWith(call.Reply, set.At(call.Server.Random.Next(set.Count)), withScores);
            if ((call.Client.Flags & ClientFlags.CloseNow) != 0) return;
        }
    }

    private void RandomDistinct(ref CommandContext call, SetView set, long count, bool withScores)
    {
        long left = set.Count;
        count = Math.Min(count, left);
        Begin(call.Reply, count, withScores);
        if (count == left)
        {
            // All of them: from the last to the first, as Redis walks.
            SetCursor all = set.At(left - 1);
            for (; all.IsValid; all.MovePrevious()) ReplyWith(call.Reply, all, withScores);
            return;
        }

        IRandom random = call.Server.Random;
        if (count <= left / DrawShare)
        {
            _drawn.Clear();
            while (_drawn.Count < count)
            {
                long rank = random.Next(left);
                if (_drawn.Add(rank)) ReplyWith(call.Reply, set.At(rank), withScores);
            }

            _drawn.Clear();
            return;
        }

        // Each with the chance that brings exactly so many. Source: Knuth, algorithm S.
        for (SetCursor at = set.First(); count > 0; left--)
        {
            if (random.Next(left) < count)
            {
                ReplyWith(call.Reply, at, withScores);
                count--;
            }

            if (count > 0) at.MoveNext();
        }
    }

    private static void Begin(ReplyWriter reply, long count, bool withScores) =>
        reply.Array(withScores && reply.Protocol == 2 ? count * 2 : count);

    private static void ReplyWith(ReplyWriter reply, SetCursor at, bool withScores)
    {
        if (withScores && reply.Protocol > 2) reply.Array(2);
        at.ReplyMember(reply);
        if (withScores) reply.Double(at.Score);
    }

    private readonly record struct ScanItem(ulong Order, uint Hash) : IComparable<ScanItem>
    {
        /// <summary>About how many there are in a bucket.</summary>
        public const int PerBucket = 12;

        public int CompareTo(ScanItem other)
        {
            int order = Order.CompareTo(other.Order);
            return order != 0 ? order : Hash.CompareTo(other.Hash);
        }
    }

    private readonly struct ScanCollector(List<ScanItem> items) : IScoreTableVisitor
    {
        public void Visit(uint hash, ulong score) =>
            items.Add(new(ScoreOrder.FromScore(BitConverter.UInt64BitsToDouble(score)), hash));
    }
}
