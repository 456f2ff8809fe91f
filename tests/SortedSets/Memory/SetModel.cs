using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.SortedSets.Tests.Memory;

/// <summary>Sorted sets in a checking keyspace, and one of them beside .NET collections of what it must hold.</summary>
internal sealed unsafe class SetModel : IKeyspaceSink, IDisposable
{
    private readonly KeyspaceState _state;
    private readonly MemoryOwner _memory;
    private readonly byte[] _key = GC.AllocateArray<byte>(8, pinned: true);

    public SetModel(long entriesMax = 128, long valueMax = 64)
    {
        _state = new KeyspaceState(new KeyspaceOptions { Checking = true, Databases = 2 }, new ServerStatistics(), this);
        _state.Clock.Update(1_700_000_000_000);
        Databases = new Databases(_state);
        _memory = new MemoryOwner("sorted sets", _state.Blocks);
        EntriesMax = new IntegerParameter("entries", entriesMax, 0);
        Store = new SortedSetStore(_memory, EntriesMax, new MemoryParameter("value", valueMax));
        Type = Store.Type = new SortedSetType(Store);
        _state.Types.Register(Type);
    }

    public IntegerParameter EntriesMax { get; }

    public Databases Databases { get; }

    public Database Database => Databases.Store(0);

    public SortedSetStore Store { get; }

    public SortedSetType Type { get; }

    public KeyRef Key
    {
        get
        {
            // Pinned for good: the address stays.
            fixed (byte* bytes = _key) return new KeyRef(bytes, _key.Length, KeyHash.Compute(bytes, _key.Length));
        }
    }

    public MemoryOwner Memory => _memory;

    /// <summary>What the key must hold.</summary>
    public SortedSet<(double Score, byte[] Member)> Expected { get; } = new(Comparer<(double Score, byte[] Member)>.Create(Compare));

    public Dictionary<string, double> Scores { get; } = [];

    public static int Compare((double Score, byte[] Member) a, (double Score, byte[] Member) b)
    {
        // Both zeros are one score.
        int order = a.Score == b.Score ? 0 : a.Score.CompareTo(b.Score);
        return order != 0 ? order : a.Member.AsSpan().SequenceCompareTo(b.Member);
    }

    public void Add(byte[] member, double score, AddFlags flags)
    {
        bool known = Scores.TryGetValue(Convert.ToHexString(member), out double old);
        Entry entry = Database.FindForWrite(Key);
        double given = score;
        AddOutcome outcome = Store.Add(Database, Key, ref entry, member, ref score, flags);
        if (!known)
        {
            Assert.Equal((flags & AddFlags.OnlyExisting) != 0 ? AddOutcome.Refused : AddOutcome.Added, outcome);
            if (outcome == AddOutcome.Added) Remember(member, score);
            return;
        }

        double wanted = (flags & AddFlags.Increment) != 0 ? old + given : given;
        bool refused = (flags & AddFlags.OnlyNew) != 0 || ((flags & AddFlags.OnlyLess) != 0 && wanted >= old)
            || ((flags & AddFlags.OnlyGreater) != 0 && wanted <= old);
        if ((flags & (AddFlags.OnlyNew | AddFlags.Increment)) == AddFlags.Increment && double.IsNaN(wanted))
        {
            Assert.Equal(AddOutcome.NotANumber, outcome);
            return;
        }

        Assert.Equal(refused ? AddOutcome.Refused : wanted == old ? AddOutcome.Same : AddOutcome.Updated, outcome);
        if (outcome != AddOutcome.Updated) return;
        Forget(member);
        Remember(member, wanted);
    }

    public void Remove(byte[] member)
    {
        Entry entry = Database.FindForWrite(Key);
        bool known = Scores.ContainsKey(Convert.ToHexString(member));
        if (entry.IsMissing)
        {
            Assert.False(known);
            return;
        }

        Assert.Equal(known, Store.Remove(Database, ref entry, member));
        if (known) Forget(member);
        DeleteIfEmpty(entry);
    }

    public void RemoveRange(int from, int to)
    {
        Entry entry = Database.FindForWrite(Key);
        if (entry.IsMissing) return;
        Store.RemoveRange(Database, ref entry, new RankRange(from, to));
        foreach ((double Score, byte[] Member) item in Expected.Take(to).Skip(from).ToArray()) Forget(item.Member);
        DeleteIfEmpty(entry);
    }

    /// <summary>Compares everything that can be read.</summary>
    public void Verify()
    {
        Entry entry = Database.Find(Key);
        Assert.Equal(Expected.Count == 0, entry.IsMissing);
        if (entry.IsMissing) return;
        Verify(entry);
    }

    public void Verify(Entry entry)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetView set = new(entry);
        Assert.Equal(Expected.Count, set.Count);
        SetCursor at = set.First();
        long rank = 0;
        foreach ((double score, byte[] member) in Expected)
        {
            Assert.True(at.IsValid);
            Assert.True(at.Member(digits).SequenceEqual(member));
            Assert.Equal(score, at.Score);
            if (set.IsTree) Assert.Equal(double.IsNegative(score), double.IsNegative(at.Score));
            Assert.Equal(rank, set.RankOf(member, out double found));
            Assert.Equal(score, found);
            rank++;
            at.MoveNext();
        }

        Assert.False(at.IsValid);
        foreach ((double _, byte[] member) in Expected.Reverse())
        {
            rank--;
            at = rank == Expected.Count - 1 ? set.At(rank) : at;
            Assert.True(at.Member(digits).SequenceEqual(member));
            at.MovePrevious();
        }

        Assert.Equal(set.IsTree ? set.Tree.UsedBytes : 0, Type.MemoryUsage(entry, 0));
    }

    public void VerifyScores(ScoreRange range)
    {
        Entry entry = Database.Find(Key);
        if (entry.IsMissing) return;
        RankRange ranks = new SetView(entry).Ranks(range);
        int expected = Expected.Count(item => range.IsAboveMin(item.Score) && range.IsBelowMax(item.Score));
        Assert.Equal(expected, ranks.Count);
        if (expected > 0) Assert.Equal(Expected.Count(item => !range.IsAboveMin(item.Score)), ranks.From);
    }

    public void Expired(Database database, scoped in KeyRef key, bool lazy) => Assert.Fail("nothing expires here");

    public void Missed(Database database, scoped in KeyRef key)
    {
    }

    public void Added(Database database, scoped in KeyRef key)
    {
    }

    /// <summary>Deletes the key, and with it the last block of the module.</summary>
    public void Dispose()
    {
        Database.Delete(Key);
        Assert.Equal((0, 0), (_memory.Blocks, _memory.UsedBytes));
        _state.Dispose();
    }

    private void DeleteIfEmpty(Entry entry)
    {
        if (new SetView(entry).Count == 0) Database.Delete(entry);
    }

    private void Remember(byte[] member, double score)
    {
        // A listpack has one zero; what goes through one on its way loses the sign.
        if (score == 0 && Database.Find(Key).Encoding == SortedSetType.ListEncoding) score = 0;
        Scores[Convert.ToHexString(member)] = score;
        Expected.Add((score, member));
    }

    private void Forget(byte[] member)
    {
        string name = Convert.ToHexString(member);
        Assert.True(Expected.Remove((Scores[name], member)));
        Scores.Remove(name);
    }
}
