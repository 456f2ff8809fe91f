using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.SortedSets.Encodings;
using ModularKv.SortedSets.Persistence;

namespace ModularKv.SortedSets;

/// <summary>Sorted sets: members ordered by score and, where that is equal, by their bytes.</summary>
internal sealed class SortedSetType(SortedSetStore store) : DataType, ISortedSetType
{
    /// <summary>A listpack in the record.</summary>
    public const int ListEncoding = 0;

    /// <summary>The root of a <see cref="TreeSet"/> in the record.</summary>
    public const int TreeEncoding = 1;

    private readonly DigestBuilder _element = new();

    public override string Name => "zset";

    public override bool OwnsMemory => true;

    public bool IsOrdered => true;

    public override ReadOnlySpan<byte> RdbTypes =>
        [SortedSetRdb.BinaryScores, SortedSetRdb.TextScores, SortedSetRdb.Ziplist, SortedSetRdb.PackedList];

    public override string EncodingOf(Entry value) => value.Encoding == TreeEncoding ? "skiplist" : "listpack";

    public override void Free(Entry value)
    {
        if (value.Encoding == TreeEncoding) value.Structure<TreeSet>().Free(store.Memory);
    }

    public override long FreeEffort(Entry value) => value.Encoding == TreeEncoding ? value.Structure<TreeSet>().BlockCount : 1;

    public override bool FreeSome(Entry value, int pieces) =>
        value.Encoding != TreeEncoding || value.Structure<TreeSet>().FreeSome(store.Memory, pieces);

    public override void Prefetch(Entry value, ulong elementHash)
    {
        if (value.Encoding == TreeEncoding) value.Structure<TreeSet>().Prefetch(elementHash);
    }

    public override void Duplicate(Entry source, Entry copy)
    {
        if (source.Encoding == TreeEncoding) copy.Structure<TreeSet>() = source.Structure<TreeSet>().Clone(store.Memory);
    }

    public override long MemoryUsage(Entry value, int samples) =>
        value.Encoding == TreeEncoding ? value.Structure<TreeSet>().UsedBytes : 0;

    public override bool Defragment(Entry value, ref ulong position, int pieces) =>
        value.Encoding != TreeEncoding || value.Structure<TreeSet>().Defragment(store.Memory, ref position, pieces);

    public override void Digest(Entry value, DigestBuilder digest)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> text = stackalloc byte[PairList.ScoreBytesMax];
        for (SetCursor at = new SetView(value).First(); at.IsValid; at.MoveNext())
        {
            _element.Clear();
            _element.Mix(at.Member(digits));
            _element.Mix(text[..NumberText.WriteDouble(text, at.Score)]);
            digest.Xor(_element.State);
        }
    }

    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => SortedSetRdb.Save(value, writer, ref position);

    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key) =>
        SortedSetRdb.Load(reader, rdbType, store, database, key);

    public override void Rewrite(Entry value, ICommandSink commands)
    {
        ulong position = 0;
        while (!Rewrite(value, commands, ref position))
        {
        }
    }

    public override bool Rewrite(Entry value, ICommandSink commands, ref ulong position) =>
        SortedSetRewriting.Write(value, commands, ref position);

    public long Length(Entry value) => new SetView(value).Count;

    public void ForEach(Entry value, bool reverse, IElementVisitor visitor)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetView set = new(value);
        for (SetCursor at = reverse ? set.At(set.Count - 1) : set.First(); at.IsValid; at.Move(reverse))
        {
            if (!visitor.Visit(at.Member(digits))) return;
        }
    }

    public bool TryGetScore(Entry value, ReadOnlySpan<byte> member, out double score) => new SetView(value).TryGetScore(member, out score);

    public void VisitByScore(Entry value, double min, double max, bool maxExclusive, IScoreVisitor visitor)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetView set = new(value);
        ScoreRange range = new(min, false, max, maxExclusive);
        SetCursor at = set.FirstFrom(min);
        for (; at.IsValid; at.MoveNext())
        {
            double score = at.Score;
            if (!range.IsBelowMax(score) || !visitor.Visit(at.Member(digits), score)) return;
        }
    }

    public ScoreChange Set(Database database, scoped in KeyRef key, ReadOnlySpan<byte> member, double score, ScoreCondition condition)
    {
        AddFlags flags = condition switch
        {
            ScoreCondition.OnlyNew => AddFlags.OnlyNew,
            ScoreCondition.OnlyExisting => AddFlags.OnlyExisting,
            _ => AddFlags.None,
        };
        Entry entry = database.FindForWrite(key);
        return store.Add(database, key, ref entry, member, ref score, flags) switch
        {
            AddOutcome.Added => ScoreChange.Added,
            AddOutcome.Updated => ScoreChange.Updated,
            _ => ScoreChange.None,
        };
    }
}
