using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.SortedSets.Encodings;
using ModularKv.SortedSets.Memory;
using ModularKv.SortedSets.Persistence;

namespace ModularKv.SortedSets;

/// <summary>Changes sorted sets in a database; the only place that picks an encoding. Knows neither commands nor replies.</summary>
internal sealed class SortedSetStore(MemoryOwner memory, IntegerParameter entriesMax, MemoryParameter valueMax)
{
    // Source: LISTPACK_MAX_SAFETY_LIMIT.
    private const long ListBytesMax = 1 << 30;

    private SortedSetType? _type;

    /// <summary>Owner of the trees.</summary>
    public MemoryOwner Memory => memory;

    /// <summary>Room for a value that is being loaded.</summary>
    public PairStack Pairs { get; } = new();

    /// <summary>The type that the values get.</summary>
    public SortedSetType Type { get => _type!; set => _type = value; }

    /// <summary>Whether so many members, the longest of that length, are kept as a listpack.</summary>
    public bool FitsList(long count, long longest, long bytes) =>
        count <= entriesMax.Value && longest <= valueMax.Value && bytes < ListBytesMax;

    /// <summary>Adds a member or changes its score.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The key.</param>
    /// <param name="entry">The key's entry opened for writing, or a missing one; the entry as it is then.</param>
    /// <param name="member">The member.</param>
    /// <param name="score">The score; the increment with <see cref="AddFlags.Increment"/>; the new score then.</param>
    /// <param name="flags">The conditions.</param>
    public AddOutcome Add(
        Database database, scoped in KeyRef key, ref Entry entry, ReadOnlySpan<byte> member, ref double score, AddFlags flags)
    {
        if (entry.IsMissing)
        {
            if ((flags & AddFlags.OnlyExisting) != 0) return AddOutcome.Refused;
            entry = Create(database, key, member, score);
            return AddOutcome.Added;
        }

        if (entry.Encoding == SortedSetType.TreeEncoding) return AddToTree(ref entry.Structure<TreeSet>(), member, ref score, flags);
        ReadOnlySpan<byte> list = entry.Value;
        int at = PairList.Find(list, member);
        if (at >= 0)
        {
            double current = PairList.ScoreAt(list, at);
            AddOutcome outcome = Decide(current, ref score, flags);
            if (outcome != AddOutcome.Updated) return outcome;
            Listpack.Remove(entry.WritableValue, at, 2);
            InsertPair(database, ref entry, member, score);
            return AddOutcome.Updated;
        }

        if ((flags & AddFlags.OnlyExisting) != 0) return AddOutcome.Refused;
        if (FitsList(PairList.Count(list) + 1, member.Length, (long)Listpack.Bytes(list) + member.Length))
        {
            InsertPair(database, ref entry, member, score);
            return AddOutcome.Added;
        }

        ToTree(database, ref entry);
        return AddToTree(ref entry.Structure<TreeSet>(), member, ref score, flags);
    }

    /// <summary>Removes a member. False: it is not there. An empty set stays for the caller to delete.</summary>
    public bool Remove(Database database, ref Entry entry, ReadOnlySpan<byte> member)
    {
        if (entry.Encoding == SortedSetType.TreeEncoding) return entry.Structure<TreeSet>().Remove(memory, member);
        int at = PairList.Find(entry.Value, member);
        if (at < 0) return false;
        RemovePairs(database, ref entry, at, 1);
        return true;
    }

    /// <summary>Removes members by rank.</summary>
    public void RemoveRange(Database database, ref Entry entry, RankRange range)
    {
        if (range.Count == 0) return;
        if (entry.Encoding == SortedSetType.TreeEncoding) entry.Structure<TreeSet>().RemoveRange(memory, range.From, range.Count);
        else RemovePairs(database, ref entry, PairList.At(entry.Value, range.From), (int)range.Count);
    }

    /// <summary>Stores what was built, as a listpack where it is small; the set is the key's from then on, or freed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">Replaced where it exists.</param>
    /// <param name="built">Not empty.</param>
    public Entry Put(Database database, scoped in KeyRef key, scoped ref TreeSet built)
    {
        Entry entry;
        if (TryMeasure(built, out long bytes))
        {
            entry = database.Put(key, Type, bytes);
            Span<byte> list = entry.WritableValue;
            Listpack.Initialize(list);
            for (TreeCursor item = built.Tree.First(); item.IsValid; item.MoveNext())
            {
                PairList.Insert(list, Listpack.EndOf(list), item.Tail, built.ScoreOf(item));
            }

            entry.SetEncoding(SortedSetType.ListEncoding);
            built.Free(memory);
            return entry;
        }

        entry = database.Put(key, Type, TreeRoot.Bytes);
        entry.Structure<TreeSet>() = built;
        entry.SetEncoding(SortedSetType.TreeEncoding);
        return entry;
    }

    /// <summary>Turns a listpack into a tree.</summary>
    public void ToTree(Database database, ref Entry entry)
    {
        TreeSet set = TreeSet.Create();
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        ReadOnlySpan<byte> list = entry.Value;
        for (int at = Listpack.First(list); at >= 0; )
        {
            ReadOnlySpan<byte> member = Listpack.Take(list, ref at).Text(digits);
            set.Add(memory, member, KeyHash.Compute(member), PairList.Score(Listpack.Take(list, ref at)));
        }

        entry = database.Resize(entry, TreeRoot.Bytes);
        entry.Structure<TreeSet>() = set;
        entry.SetEncoding(SortedSetType.TreeEncoding);
    }

    private Entry Create(Database database, scoped in KeyRef key, ReadOnlySpan<byte> member, double score)
    {
        Entry entry;
        if (!FitsList(1, member.Length, member.Length))
        {
            TreeSet set = TreeSet.Create();
            set.Add(memory, member, KeyHash.Compute(member), score);
            entry = database.Put(key, Type, TreeRoot.Bytes);
            entry.Structure<TreeSet>() = set;
            entry.SetEncoding(SortedSetType.TreeEncoding);
            return entry;
        }

        entry = database.Put(key, Type, Listpack.EmptyBytes + PairList.SizeOf(member, score));
        Span<byte> list = entry.WritableValue;
        Listpack.Initialize(list);
        PairList.Insert(list, Listpack.EndOf(list), member, score);
        entry.SetEncoding(SortedSetType.ListEncoding);
        return entry;
    }

    private AddOutcome AddToTree(ref TreeSet set, ReadOnlySpan<byte> member, ref double score, AddFlags flags)
    {
        ulong hash = KeyHash.Compute(member);
        if (set.TryGet(member, hash, out double current))
        {
            AddOutcome outcome = Decide(current, ref score, flags);
            if (outcome == AddOutcome.Updated) set.Change(memory, member, hash, current, score);
            return outcome;
        }

        if ((flags & AddFlags.OnlyExisting) != 0) return AddOutcome.Refused;
        set.Add(memory, member, hash, score);
        return AddOutcome.Added;
    }

    /// <summary>What becomes of a member that is there. Source: zsetAdd.</summary>
    private static AddOutcome Decide(double current, ref double score, AddFlags flags)
    {
        if ((flags & AddFlags.OnlyNew) != 0) return AddOutcome.Refused;
        if ((flags & AddFlags.Increment) != 0)
        {
            score += current;
            if (double.IsNaN(score)) return AddOutcome.NotANumber;
        }

        if ((flags & AddFlags.OnlyLess) != 0 && score >= current) return AddOutcome.Refused;
        if ((flags & AddFlags.OnlyGreater) != 0 && score <= current) return AddOutcome.Refused;
        return score == current ? AddOutcome.Same : AddOutcome.Updated;
    }

    private static void InsertPair(Database database, ref Entry entry, ReadOnlySpan<byte> member, double score)
    {
        int at = PairList.PlaceFor(entry.Value, member, score);
        entry = database.Resize(entry, Listpack.Bytes(entry.Value) + PairList.SizeOf(member, score));
        PairList.Insert(entry.WritableValue, at, member, score);
    }

    private static void RemovePairs(Database database, ref Entry entry, int at, int count)
    {
        Span<byte> list = entry.WritableValue;
        Listpack.Remove(list, at, count * 2);
        entry = database.Resize(entry, Listpack.Bytes(list));
    }

    private bool TryMeasure(in TreeSet set, out long bytes)
    {
        bytes = Listpack.EmptyBytes;
        if (set.Count > entriesMax.Value) return false;
        long longest = 0;
        for (TreeCursor item = set.Tree.First(); item.IsValid; item.MoveNext())
        {
            bytes += PairList.SizeOf(item.Tail, set.ScoreOf(item));
            longest = Math.Max(longest, item.Tail.Length);
        }

        return FitsList(set.Count, longest, bytes);
    }
}

/// <summary>Options of ZADD.</summary>
[Flags]
internal enum AddFlags
{
    None = 0,

    /// <summary>NX</summary>
    OnlyNew = 1,

    /// <summary>XX</summary>
    OnlyExisting = 2,

    /// <summary>GT</summary>
    OnlyGreater = 4,

    /// <summary>LT</summary>
    OnlyLess = 8,

    /// <summary>INCR</summary>
    Increment = 16,

    /// <summary>CH</summary>
    CountChanged = 32,
}

/// <summary>What adding a member did.</summary>
internal enum AddOutcome
{
    /// <summary>A condition was not met.</summary>
    Refused,

    /// <summary>It has this score already.</summary>
    Same,
    Added,
    Updated,

    /// <summary>inf and -inf have no sum.</summary>
    NotANumber,
}
