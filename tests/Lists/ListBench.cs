using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Tests.Shared;

namespace ModularKv.Lists.Tests;

/// <summary>A keyspace with the type "list" and nothing else, on heaps that check themselves.</summary>
internal sealed class ListBench : TypeBench<ListType>
{
    public ListBench(int size = -2, int depth = 0)
        : base("lists")
    {
        Settings.Set(size, depth);
        Register(new ListType(Owner, Settings));
    }

    public ListSettings Settings { get; } = new();

    public ListStore Store => Type.Store;

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
