using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Lists.Tests;

/// <summary>A keyspace with the type "list" and nothing else, on heaps that check themselves.</summary>
internal sealed class ListBench : IKeyspaceSink, IDisposable
{
    public ListBench(int size = -2, int depth = 0)
    {
        State = new KeyspaceState(new KeyspaceOptions { Databases = 2, Checking = true, Seed = 1 }, new ServerStatistics(), this);
        State.Clock.Update(1_700_000_000_000);
        Databases = new Databases(State);
        Owner = new MemoryOwner("lists", State.Blocks);
        Settings.Set(size, depth);
        Type = new ListType(Owner, Settings);
        State.Types.Register(Type);
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public MemoryOwner Owner { get; }

    public ListSettings Settings { get; } = new();

    public ListType Type { get; }

    public ListStore Store => Type.Store;

    public DatabaseStore Keys => Databases.Store(0);

    public static PinnedKey Key(string name) => new(Encoding.Latin1.GetBytes(name));

    /// <summary>Pushes elements; creates the list.</summary>
    public void Push(string name, bool front, params byte[][] elements)
    {
        using PinnedKey key = Key(name);
        long text = elements.Sum(element => (long)element.Length);
        int packed = elements.Sum(element => Abstractions.Collections.Listpack.SizeOf(element));
        Entry entry = Store.Reserve(Keys, key.Key, Keys.FindForWrite(key.Key), new ElementRoom(text, packed, elements.Length));
        foreach (byte[] element in elements) Store.Add(entry, front, element);
    }

    /// <summary>All elements.</summary>
    public List<byte[]> Read(string name, bool backwards = false)
    {
        using PinnedKey key = Key(name);
        Collector all = new();
        Entry entry = Keys.Find(key.Key);
        if (!entry.IsMissing) Type.ForEach(entry, backwards, all);
        return all.Elements;
    }

    public string EncodingOf(string name)
    {
        using PinnedKey key = Key(name);
        return Type.EncodingOf(Keys.Find(key.Key));
    }

    public string Digest(string name)
    {
        using PinnedKey key = Key(name);
        DigestBuilder digest = new();
        Type.Digest(Keys.Find(key.Key), digest);
        return digest.ToString();
    }

    /// <summary>Removes everything and looks whether something was forgotten.</summary>
    public void VerifyNoLeaks()
    {
        Databases.Flush(-1, lazy: false);
        while (State.LazyFree.Step(1000))
        {
            // Until nothing is left.
        }

        State.Blocks.VerifyNoLeaks();
        Assert.Equal(0, Owner.Blocks);
        Assert.Equal(0, Owner.UsedBytes);
    }

    public void Expired(Database database, scoped in KeyRef key, bool lazy)
    {
        // No key of these tests expires.
    }

    public void Added(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

    public void Missed(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

    public void Dispose() => State.Dispose();

    private sealed class Collector : IElementVisitor
    {
        public List<byte[]> Elements { get; } = [];

        public bool Visit(ReadOnlySpan<byte> element)
        {
            Elements.Add(element.ToArray());
            return true;
        }
    }
}
