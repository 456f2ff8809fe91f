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

    private const long BytesPerCall = 64 << 10;

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
            if (writer.Written >= BytesPerCall) return false;
            writer.String(at.Member(default));
            writer.Double(at.Score);
            position++;
        }

        return true;
    }

    public static Entry Load(ValueReader reader, int rdbType, SortedSetStore store, Database database, scoped in KeyRef key)
    {
        TreeSet set = TreeSet.Create();
        try
        {
            if (rdbType is TextScores or BinaryScores) ReadPairs(reader, rdbType == TextScores, store.Memory, ref set);
            else if (rdbType == Ziplist) ReadZiplist(reader.String(), store.Memory, ref set);
            else ReadList(reader.String(), store.Memory, ref set);
            if (set.Count == 0) throw new ValueFormatException("a sorted set without members") { IsEmpty = true };
        }
        catch
        {
            set.Free(store.Memory);
            throw;
        }

        return store.Put(database, key, ref set);
    }

    private static void ReadPairs(ValueReader reader, bool text, MemoryOwner memory, ref TreeSet set)
    {
        ulong count = reader.Length();
        byte[] member = [];
        for (ulong i = 0; i < count; i++)
        {
            // The string is borrowed until the score is read.
            ReadOnlySpan<byte> bytes = reader.String();
            if (member.Length < bytes.Length) member = new byte[Math.Max(64, bytes.Length)];
            bytes.CopyTo(member);
            Add(memory, ref set, member.AsSpan(0, bytes.Length), text ? TextScore(reader) : reader.Double());
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

    private static void Add(MemoryOwner memory, ref TreeSet set, ReadOnlySpan<byte> member, double score)
    {
        if (double.IsNaN(score)) throw new ValueFormatException("a score that is no number");
        ulong hash = KeyHash.Compute(member);
        if (set.TryGet(member, hash, out _)) throw new ValueFormatException("a member that comes twice");
        set.Add(memory, member, hash, score);
    }
}
