using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Expiry;

/// <summary>
/// When to look at which hash: per database a tree of (time, key). Every hash with a field that expires stands in it at the time of the
/// first of them. What else stands in it is advice that has become void, as when the key was deleted or renamed: whoever looks drops it.
/// </summary>
internal sealed class ExpiryQueue(HashType type, MemoryOwner memory)
{
    /// <summary>Entries that each new one has looked at: void ones never pile up to more than about half of the queue.</summary>
    private const int ChecksPerPut = 2;

    /// <summary>Queues up to this length are looked through by the timer soon enough.</summary>
    private const int ShortQueue = 64;

    private const Access Aside = Access.NoTouch | Access.NoStatistics | Access.NoNotify | Access.Expired;

    private readonly List<OrderedTree> _dying = [];
    private OrderedTree[] _trees = [];
    private long[] _checked = [];

    /// <summary>Told when the first entry comes in and when the last one goes.</summary>
    public Action<bool> Used { get; set; } = _ => { };

    /// <summary>The databases; set before the first key is touched.</summary>
    public IDatabases Databases { get; set; } = null!;

    /// <summary>Number of entries of all databases.</summary>
    public long Total { get; private set; }

    /// <summary>Number of entries of a database.</summary>
    public long CountOf(int database) => database < _trees.Length ? _trees[database].Count : 0;

    /// <summary>The time of a hash's first field to expire has changed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The key. Nothing that was looked up before may be used any more.</param>
    /// <param name="beforeMs">The time before; 0: none.</param>
    /// <param name="afterMs">The time now; 0: none.</param>
    public void Track(Database database, ReadOnlySpan<byte> key, long beforeMs, long afterMs)
    {
        if (beforeMs == afterMs) return;
        if (beforeMs != 0 && database.Index < _trees.Length && _trees[database.Index].Remove(memory, (ulong)beforeMs, key)) Gone(1);
        if (afterMs != 0) Put(database, key, afterMs);
    }

    /// <summary>Takes the first entry out if its time is before <paramref name="nowMs"/>.</summary>
    /// <param name="database">Number of the database.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="key">A copy of the key, to be disposed.</param>
    public bool TryTake(int database, long nowMs, out PinnedKey key)
    {
        key = default;
        if (database >= _trees.Length) return false;
        ref OrderedTree tree = ref _trees[database];
        TreeCursor first = tree.First();
        if (!first.IsValid || first.Head >= (ulong)nowMs) return false;
        key = new PinnedKey(first.Tail);
        tree.RemoveAt(memory, 0);
        Gone(1);
        return true;
    }

    /// <summary>Looks whether some entries of a database are still true, in turn, and corrects those that are not.</summary>
    public void Check(Database database, int entries)
    {
        int index = database.Index;
        for (int i = 0; i < entries && CountOf(index) > 0; i++)
        {
            ref OrderedTree tree = ref _trees[index];
            if (_checked[index] >= tree.Count) _checked[index] = 0;
            TreeCursor cursor = tree.At(_checked[index]);
            ulong time = cursor.Head;
            using PinnedKey key = new(cursor.Tail);
            Entry entry = database.Find(key.Key, Aside);
            long next = entry.IsMissing || !entry.Is(type) ? 0 : HashReader.NextExpiry(entry);
            if (next == (long)time)
            {
                _checked[index]++;
                continue;
            }

            tree.RemoveAt(memory, _checked[index]);
            Gone(1);
            if (next != 0) Add(index, key.Key.Bytes, next);
        }
    }

    /// <summary>A key has come to a database otherwise than by a command of hashes.</summary>
    public void Arrived(Database database, scoped in KeyRef key)
    {
        Entry entry = database.Find(key, Aside);
        if (entry.IsMissing || !entry.Is(type)) return;
        long next = HashReader.NextExpiry(entry);
        if (next != 0) Put(database, key.Bytes, next);
    }

    /// <summary>Two databases exchange their contents.</summary>
    public void Swap(int first, int second)
    {
        Reserve(Math.Max(first, second));
        (_trees[first], _trees[second]) = (_trees[second], _trees[first]);
        (_checked[first], _checked[second]) = (_checked[second], _checked[first]);
    }

    /// <summary>All keys of a database go (-1: of all). The memory is given back by <see cref="FreeSome"/>.</summary>
    public void Clear(int database)
    {
        for (int i = 0; i < _trees.Length; i++)
        {
            if ((database >= 0 && database != i) || _trees[i].Count == 0) continue;
            long count = _trees[i].Count;
            _dying.Add(_trees[i]);
            _trees[i] = OrderedTree.Create(0);
            _checked[i] = 0;
            Gone(count);
        }
    }

    /// <summary>Frees about so many blocks of what was cleared.</summary>
    public void FreeSome(int blocks)
    {
        if (_dying.Count == 0) return;
        OrderedTree tree = _dying[^1];
        _dying.RemoveAt(_dying.Count - 1);
        if (!tree.FreeSome(memory, blocks)) _dying.Add(tree);
    }

    /// <summary>Frees everything at once.</summary>
    public void Dispose()
    {
        Clear(-1);
        while (_dying.Count > 0) FreeSome(int.MaxValue);
    }

    private void Put(Database database, ReadOnlySpan<byte> key, long timeMs)
    {
        Reserve(database.Index);
        Add(database.Index, key, timeMs);
        if (CountOf(database.Index) > ShortQueue) Check(database, ChecksPerPut);
    }

    private void Add(int database, ReadOnlySpan<byte> key, long timeMs)
    {
        _trees[database].Put(memory, (ulong)timeMs, key, out bool added);
        if (added && Total++ == 0) Used(true);
    }

    private void Gone(long entries)
    {
        Total -= entries;
        if (Total == 0) Used(false);
    }

    private void Reserve(int database)
    {
        int had = _trees.Length;
        if (database < had) return;
        Array.Resize(ref _trees, Databases.Count);
        Array.Resize(ref _checked, Databases.Count);
        for (int i = had; i < _trees.Length; i++) _trees[i] = OrderedTree.Create(0);
    }
}
