using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>What a key should hold.</summary>
internal sealed record ModelValue(string Type, byte[] Content, long ExpireAtMs);

/// <summary>A keyspace beside plain dictionaries, and random operations on both.</summary>
internal sealed class KeyspaceModel : IKeyspaceSink, IDisposable
{
    public const int DatabaseCount = 3;
    private const int Keys = 300;
    private const int PiecesContentMax = 10_000;

    private readonly Random _random;
    private readonly MemoryOwner _owner;
    private readonly bool _largeValues;
    private long _nowMs = 1_700_000_000_000;

    public KeyspaceModel(int seed, bool checking = true, bool largeValues = true)
    {
        _random = new Random(seed);
        _largeValues = largeValues;
        KeyspaceOptions options = new() { Databases = DatabaseCount, Checking = checking, Seed = (ulong)seed };
        State = new KeyspaceState(options, new ServerStatistics(), this);
        State.Clock.Update(_nowMs);
        Databases = new Databases(State);
        Strings = new StringType();
        Objects = new ObjectType();
        _owner = new MemoryOwner("test", State.Blocks);
        Pieces = new PiecesType(_owner);
        State.Types.Register(Strings);
        State.Types.Register(Objects);
        State.Types.Register(Pieces);
        Evacuation = new Evacuation(State);
        Defragmentation = new Defragmentation(State);
        Expiry = new ActiveExpireCycle(State);
        for (int i = 0; i < DatabaseCount; i++) Expected[i] = [];
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public StringType Strings { get; }

    public ObjectType Objects { get; }

    public PiecesType Pieces { get; }

    public Evacuation Evacuation { get; }

    public Defragmentation Defragmentation { get; }

    public ActiveExpireCycle Expiry { get; }

    public Dictionary<string, ModelValue>[] Expected { get; } = new Dictionary<string, ModelValue>[DatabaseCount];

    public long ExpiredCalls { get; private set; }

    public long NowMs => _nowMs;

    public long OwnedBlocks => _owner.Blocks;

    public void Expired(Database database, scoped in KeyRef key, bool lazy) => ExpiredCalls++;

    public void Added(Database database, scoped in KeyRef key)
    {
        // The model compares contents; events have tests of their own.
    }

    public void Missed(Database database, scoped in KeyRef key)
    {
    }

    public void Dispose()
    {
        Expiry.Dispose();
        Defragmentation.Dispose();
        State.Dispose();
    }

    public void Advance(long ms)
    {
        _nowMs += ms;
        State.Clock.Update(_nowMs);
    }

    /// <summary>The data set as a snapshot that starts now must show it, expired keys that are still there included.</summary>
    public Dictionary<(int Database, string Key), ModelValue> Present()
    {
        Dictionary<(int Database, string Key), ModelValue> present = [];
        State.SeesExpired = true;
        for (int i = 0; i < DatabaseCount; i++)
        {
            foreach ((string key, ModelValue value) in Expected[i])
            {
                using PinnedKey pinned = new(Encoding.UTF8.GetBytes(key));
                if (Databases.Store(i).Exists(pinned.Key)) present.Add((i, key), value);
            }
        }

        State.SeesExpired = false;
        return present;
    }

    public byte[] Content(Entry entry)
        => entry.Is(Strings) ? entry.Value.ToArray() : entry.Is(Objects) ? Objects.Get(entry) : Pieces.Get(entry);

    /// <summary>One random operation.</summary>
    public void Step(bool mayFlush = true)
    {
        int number = _random.Next(DatabaseCount);
        DatabaseStore store = Databases.Store(number);
        Dictionary<string, ModelValue> expected = Expected[number];
        string name = "key:" + _random.Next(Keys);
        if (_random.Next(20) == 0) name = name.PadRight(300, 'x');
        using PinnedKey pinned = new(Encoding.UTF8.GetBytes(name));
        KeyRef key = pinned.Key;
        switch (_random.Next(mayFlush ? 1000 : 998))
        {
            case < 300: Put(store, expected, name, key); break;
            case < 400: Delete(store, expected, name, key); break;
            case < 500: Change(store, expected, name, key); break;
            case < 600: Expire(store, expected, name, key); break;
            case < 700: CompareOne(store, expected, name, key); break;
            case < 860: Transfer(number, name, key); break;
            case < 900: Advance(_random.Next(50)); break;
            case < 930: State.LazyFree.Step(_random.Next(1, 50)); break;
            case < 950: Evacuation.Step(20); break;
            case < 960: Defragment(); break;
            case < 975: Expiry.Slow(); break;
            case < 985: CompareRandom(store, expected); break;
            case < 997: GiveBackIdle(); break;
            case < 998: Swap(number, _random.Next(DatabaseCount)); break;
            default: Flush(_random.Next(-1, DatabaseCount)); break;
        }
    }

    private void GiveBackIdle()
    {
        State.Blocks.GiveBackIdle();
        foreach (DatabaseStore store in State.Stores) store.Content.Heap.GiveBackIdle();
    }

    public void Compare()
    {
        for (int i = 0; i < DatabaseCount; i++)
        {
            DatabaseStore store = Databases.Store(i);
            foreach (string name in Expected[i].Keys.ToArray())
            {
                using PinnedKey pinned = new(Encoding.UTF8.GetBytes(name));
                CompareOne(store, Expected[i], name, pinned.Key);
            }

            Assert.Equal(Expected[i].Count, store.Count);
            Assert.Equal(Expected[i].Values.Count(value => value.ExpireAtMs >= 0), store.ExpiringCount);
            Assert.Equal(store.Count, store.Content.TypeCounts.Sum());
            CheckMemory(store);
        }
    }

    /// <summary>Removes everything; nothing may be left.</summary>
    public void Drain()
    {
        Flush(-1);
        while (State.LazyFree.Step(1000))
        {
        }

        Assert.Equal((0, 0), (State.LazyFree.Pending, State.LazyFree.PendingPieces));
        Assert.Equal(0, Objects.LiveCount);
        Assert.Equal(0, _owner.Blocks);
        State.Blocks.VerifyNoLeaks();
        foreach (DatabaseStore store in State.Stores) store.Content.Heap.VerifyNoLeaks();
        State.Background.Dispose();
        Assert.Equal(0, State.Background.PendingBytes);
    }

    public void Put(DatabaseStore store, Dictionary<string, ModelValue> expected, string name, KeyRef key)
    {
        byte[] content = RandomContent();
        Ttl ttl = _random.Next(3) == 0 ? Ttl.Keep : Ttl.Clear;
        long expiry = ttl == Ttl.Keep && Live(expected, name) is { } old ? old.ExpireAtMs : -1;
        string type = "string";
        switch (_random.Next(5))
        {
            case 0:
                type = "object";
                Objects.Create(store, key, (byte[])content.Clone(), ttl);
                break;
            case 1:
                type = "pieces";
                if (content.Length > PiecesContentMax) content = content[..PiecesContentMax];
                Pieces.Create(store, key, content, ttl);
                break;
            case 2:
                PutOwned(store, key, content, ttl);
                break;
            default:
                content.CopyTo(store.Put(key, Strings, content.Length, ttl).WritableValue);
                break;
        }

        expected[name] = new ModelValue(type, content, expiry);
    }

    private static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceEqual(other);

    private unsafe void PutOwned(DatabaseStore store, KeyRef key, byte[] content, Ttl ttl)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)content.Length + 16);
        content.CopyTo(new Span<byte>(block, content.Length));
        OwnedBytes owned = new(block, content.Length, content.Length + 16);
        store.PutOwned(key, Strings, ref owned, ttl);
        Assert.True(owned.IsEmpty);
    }

    private byte[] RandomContent()
    {
        int length = _random.Next(100) switch
        {
            < 70 => _random.Next(60),
            < 90 => _random.Next(2000),
            < 99 => _random.Next(_largeValues ? 40_000 : 4000),
            _ => _random.Next(_largeValues ? 1_500_000 : 4000),
        };
        byte[] content = new byte[length];
        _random.NextBytes(content);
        return content;
    }

    private ModelValue? Live(Dictionary<string, ModelValue> expected, string name)
    {
        if (!expected.TryGetValue(name, out ModelValue? value)) return null;
        if (value.ExpireAtMs < 0 || value.ExpireAtMs >= _nowMs) return value;
        expected.Remove(name);
        return null;
    }

    private void Delete(DatabaseStore store, Dictionary<string, ModelValue> expected, string name, KeyRef key)
    {
        bool was = Live(expected, name) != null;
        if (_random.Next(2) == 0)
        {
            Assert.Equal(was, store.Delete(key, lazy: _random.Next(2) == 0));
        }
        else
        {
            Entry entry = store.FindForWrite(key);
            Assert.Equal(was, !entry.IsMissing);
            if (was) store.Delete(entry);
        }

        expected.Remove(name);
    }

    private void Change(DatabaseStore store, Dictionary<string, ModelValue> expected, string name, KeyRef key)
    {
        ModelValue? old = Live(expected, name);
        Entry entry = store.FindForWrite(key);
        Assert.Equal(old == null, entry.IsMissing);
        if (old == null) return;
        byte[] content = (byte[])old.Content.Clone();
        byte marked = (byte)_random.Next(256);
        int at = content.Length == 0 ? 0 : _random.Next(content.Length);
        if (entry.Is(Strings))
        {
            byte[] wanted = RandomContent();
            entry = store.Resize(entry, wanted.Length, growing: _random.Next(2) == 0);
            int common = Math.Min(wanted.Length, content.Length);
            Assert.True(Same(entry.Value[..common], content.AsSpan(0, common)), "resize lost bytes");
            wanted.CopyTo(entry.WritableValue);
            content = wanted;
        }
        else if (content.Length > 0)
        {
            content[at] = marked;
            if (entry.Is(Pieces)) Pieces.ChangeByte(entry, at, marked);
            else Objects.Get(entry)[at] = marked;
        }

        expected[name] = old with { Content = content };
    }

    private void Expire(DatabaseStore store, Dictionary<string, ModelValue> expected, string name, KeyRef key)
    {
        ModelValue? old = Live(expected, name);
        Entry entry = store.FindForWrite(key);
        Assert.Equal(old == null, entry.IsMissing);
        if (old == null) return;
        long at = _random.Next(4) == 0 ? -1 : _nowMs + _random.Next(400);
        entry = at < 0 ? store.ClearExpiry(entry) : store.SetExpiry(entry, at);
        Assert.Equal(at, entry.ExpireAtMs);
        Assert.True(Same(Content(entry), old.Content));
        expected[name] = old with { ExpireAtMs = at };
    }

    private void CompareOne(DatabaseStore store, Dictionary<string, ModelValue> expected, string name, KeyRef key)
    {
        ModelValue? value = Live(expected, name);
        Entry entry = store.Find(key);
        Assert.Equal(value == null, entry.IsMissing);
        if (value == null) return;
        Assert.True(Same(entry.Key, Encoding.UTF8.GetBytes(name)));
        Assert.Equal(value.Type, State.Types.Of(entry).Name);
        Assert.Equal(value.ExpireAtMs, entry.ExpireAtMs);
        Assert.True(Same(Content(entry), value.Content), "another value");
    }

    private void CompareRandom(DatabaseStore store, Dictionary<string, ModelValue> expected)
    {
        Entry entry = store.Random();
        if (entry.IsMissing) Assert.DoesNotContain(expected.Keys.ToArray(), name => Live(expected, name) != null);
        else Assert.True(Live(expected, Encoding.UTF8.GetString(entry.Key)) != null);
    }

    private void Transfer(int number, string name, KeyRef key)
    {
        DatabaseStore store = Databases.Store(number);
        int other = _random.Next(DatabaseCount);
        string newName = "key:" + _random.Next(Keys);
        using PinnedKey pinned = new(Encoding.UTF8.GetBytes(newName));
        KeyRef newKey = pinned.Key;
        ModelValue? value = Live(Expected[number], name);
        switch (_random.Next(3))
        {
            case 0:
                Assert.Equal(value != null, store.Rename(key, newKey));
                if (value == null) return;
                Expected[number].Remove(name);
                Expected[number][newName] = value;
                break;
            case 1:
                bool moves = value != null && other != number && Live(Expected[other], name) == null;
                Assert.Equal(moves, store.MoveTo(Databases.Store(other), key));
                if (!moves) return;
                Expected[number].Remove(name);
                Expected[other][name] = value!;
                break;
            default:
                Assert.Equal(value != null, store.Copy(key, Databases.Store(other), newKey));
                if (value != null) Expected[other][newName] = value with { };
                break;
        }
    }

    private void Swap(int one, int other)
    {
        Databases.Swap(one, other);
        (Expected[one], Expected[other]) = (Expected[other], Expected[one]);
    }

    /// <summary>A part of a pass, also where the server would see nothing to win.</summary>
    private void Defragment()
    {
        Defragmentation.Begin();
        Defragmentation.Step(_random.Next(50));
    }

    private void Flush(int index)
    {
        Databases.Flush(index, lazy: _random.Next(2) == 0);
        for (int i = 0; i < DatabaseCount; i++)
        {
            if (index < 0 || index == i) Expected[i].Clear();
        }
    }

    private unsafe void CheckMemory(DatabaseStore store)
    {
        // Values that wait to be freed count still.
        while (State.LazyFree.Step(1000))
        {
        }

        long external = 0, externals = 0;
        ExternalSum sum = new(&external, &externals);
        ulong cursor = 0;
        do cursor = store.Content.Table.Scan(cursor, ref sum);
        while (cursor != 0);
        Assert.Equal(external, store.Content.ExternalBytes);
        Assert.Equal(externals, store.Content.ExternalCount);
        Assert.Equal(store.Count, store.Content.Heap.BlockCount);
    }

    private readonly unsafe struct ExternalSum(long* bytes, long* count) : IRecordVisitor
    {
        public void Visit(Abstractions.Memory.Record* record)
        {
            if (!record->IsExternal) return;
            *bytes += record->ExternalCapacity;
            (*count)++;
        }
    }
}
