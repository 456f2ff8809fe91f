using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Persistence;

/// <summary>Sorted sets in RDB files. Source: rdb.c.</summary>
internal static class SortedSetRdb
{
    /// <summary>RDB_TYPE_ZSET: scores as text, read only.</summary>
    public const byte TextScores = 3;

    /// <summary>RDB_TYPE_ZSET_2.</summary>
    public const byte BinaryScores = 5;

    /// <summary>RDB_TYPE_ZSET_ZIPLIST: read only.</summary>
    public const byte Ziplist = 12;

    /// <summary>RDB_TYPE_ZSET_LISTPACK.</summary>
    public const byte PackedList = 17;

    /// <summary>Larger listpacks than the usual limit allows are built anew.</summary>
    private const int WholePairsMax = 128;

    // A power of two, and at least two places for a member.
    private const int SeenPlaces = 2 * WholePairsMax;

    public static bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        SetView set = new(value);
        if (!set.IsTree)
        {
            writer.RdbType(PackedList);
            writer.String(set.List);
            return true;
        }

        if (position == 0)
        {
            writer.RdbType(BinaryScores);
            writer.Length((ulong)set.Count);
        }

        // From the greatest to the smallest, as Redis does: so a skip list is rebuilt from its head.
        for (SetCursor at = set.At(set.Count - 1 - (long)position); at.IsValid; at.MovePrevious())
        {
            if (writer.Written >= ValuePiece.Bytes) return false;
            writer.String(at.Member(default));
            writer.Double(at.Score);
            position++;
        }

        return true;
    }

    public static Entry Load(ValueReader reader, int rdbType, SortedSetStore store, Database database, scoped in KeyRef key)
    {
        ReadOnlySpan<byte> list = default;
        if (rdbType == PackedList)
        {
            list = reader.String();
            if (TryTakeWhole(list, store, database, key, out Entry whole)) return whole;
        }

        TreeSet set = TreeSet.Create();
        try
        {
            if (rdbType is TextScores or BinaryScores) ReadPairs(reader, rdbType == TextScores, store, ref set);
            else if (rdbType == Ziplist) ReadZiplist(reader.String(), store.Memory, ref set);
            else ReadList(list, store.Memory, ref set);
            if (set.Count == 0) throw new ValueFormatException("a sorted set without members") { IsEmpty = true };
        }
        catch
        {
            set.Free(store.Memory);
            throw;
        }

        return store.Put(database, key, ref set);
    }

    // What Redis has saved is as it would be built here: it only has to be looked through. Whatever is unusual is built anew.
    private static bool TryTakeWhole(
        ReadOnlySpan<byte> list, SortedSetStore store, Database database, scoped in KeyRef key, out Entry entry)
    {
        entry = default;
        if (!Listpack.IsWellFormed(list)) throw new ValueFormatException("a malformed listpack of pairs");
        int count = Listpack.Count(list);
        if (count == 0 || count % 2 != 0 || count / 2 > WholePairsMax || !IsInOrder(list, out int longest)) return false;
        if (!store.FitsList(count / 2, longest, list.Length)) return false;
        entry = database.Put(key, store.Type, list.Length);
        list.CopyTo(entry.WritableValue);
        entry.SetEncoding(SortedSetType.ListEncoding);
        return true;
    }

    private static bool IsInOrder(ReadOnlySpan<byte> list, out int longest)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> digitsBefore = stackalloc byte[NumberText.IntegerBytesMax];
        Span<ulong> seen = stackalloc ulong[SeenPlaces];
        seen.Clear();
        longest = 0;
        double before = double.NegativeInfinity;
        ListpackElement memberBefore = default;
        for (int at = Listpack.First(list); at >= 0; )
        {
            bool isFirst = at == Listpack.HeaderBytes;
            ListpackElement element = Listpack.Take(list, ref at);
            ListpackElement text = Listpack.Take(list, ref at);
            double score = text.Integer;
            if (!text.IsInteger && !DoubleText.TryParse(text.Bytes, out score)) return false;
            ReadOnlySpan<byte> member = element.Text(digits);
            bool follows = score > before
                || (score == before && (isFirst || memberBefore.Text(digitsBefore).SequenceCompareTo(member) < 0));
            if (!follows || !TryNote(seen, KeyHash.Compute(member))) return false;
            longest = Math.Max(longest, member.Length);
            before = score;
            memberBefore = element;
        }

        return true;
    }

    // False: a member of that hash was noted before. 0 is taken for a free place, so that hash is no good.
    private static bool TryNote(Span<ulong> seen, ulong hash)
    {
        if (hash == 0) return false;
        for (int place = (int)hash & (seen.Length - 1); ; place = (place + 1) & (seen.Length - 1))
        {
            if (seen[place] == hash) return false;
            if (seen[place] != 0) continue;
            seen[place] = hash;
            return true;
        }
    }

    // Redis writes from the greatest to the smallest: turned round, each member comes behind all others.
    private static void ReadPairs(ValueReader reader, bool text, SortedSetStore store, ref TreeSet set)
    {
        MemoryOwner memory = store.Memory;
        PairStack pairs = store.Pairs;
        ulong left = reader.Length();
        pairs.Clear();
        while (left > 0)
        {
            for (; left > 0 && !pairs.IsFull; left--)
            {
                // The string is borrowed until the score is read.
                pairs.PushMember(reader.String());
                double score = text ? TextScore(reader) : reader.Double();
                if (double.IsNaN(score)) throw new ValueFormatException("a score that is no number");
                pairs.PushScore(score);
            }

            // Only the first stack can be sure to be behind all others: its members' set is empty.
            bool inOrder = set.Count == 0 && pairs.IsDescending;
            while (pairs.TryPop(out ReadOnlySpan<byte> member, out double score))
            {
                if (inOrder) AddLast(memory, ref set, member, score);
                else Add(memory, ref set, member, score);
            }
        }
    }

    /// <summary>A length or one of three marks, then digits. Source: rdbLoadDoubleValue.</summary>
    private static double TextScore(ValueReader reader)
    {
        int length = reader.Raw(1)[0];
        switch (length)
        {
            case 253: return double.NaN;
            case 254: return double.PositiveInfinity;
            case 255: return double.NegativeInfinity;
            default: return Number(reader.Raw(length));
        }
    }

    private static double Number(ReadOnlySpan<byte> text) =>
        DoubleText.TryParseClamped(text, out double score) ? score : throw new ValueFormatException("a score that is no number");

    private static void ReadList(ReadOnlySpan<byte> list, MemoryOwner memory, ref TreeSet set)
    {
        if (!Listpack.IsWellFormed(list) || Listpack.Count(list) % 2 != 0) throw new ValueFormatException("a malformed listpack of pairs");
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        for (int at = Listpack.First(list); at >= 0; )
        {
            ListpackElement member = Listpack.Take(list, ref at);
            Add(memory, ref set, member.Text(digits), Score(Listpack.Take(list, ref at)));
        }
    }

    private static void ReadZiplist(ReadOnlySpan<byte> bytes, MemoryOwner memory, ref TreeSet set)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        ZiplistReader reader = new(bytes);
        while (reader.TryNext(out ListpackElement member))
        {
            if (!reader.TryNext(out ListpackElement score)) throw new ValueFormatException("a member without a score");
            Add(memory, ref set, member.Text(digits), Score(score));
        }
    }

    private static double Score(ListpackElement element) => element.IsInteger ? element.Integer : Number(element.Bytes);

    private static void AddLast(MemoryOwner memory, ref TreeSet set, ReadOnlySpan<byte> member, double score)
    {
        ulong hash = KeyHash.Compute(member);
        if (set.TryGet(member, hash, out _)) throw new ValueFormatException("a member that comes twice");
        set.AddLast(memory, member, hash, score);
    }

    private static void Add(MemoryOwner memory, ref TreeSet set, ReadOnlySpan<byte> member, double score)
    {
        if (double.IsNaN(score)) throw new ValueFormatException("a score that is no number");
        ulong hash = KeyHash.Compute(member);
        if (set.TryGet(member, hash, out _)) throw new ValueFormatException("a member that comes twice");
        set.Add(memory, member, hash, score);
    }
}
