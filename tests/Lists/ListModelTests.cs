using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Lists.Tests;

/// <summary>Random operations on lists beside lists of .NET, through both encodings and back.</summary>
public sealed class ListModelTests(ITestOutputHelper output)
{
    private const int Steps = 4000;
    private const int Names = 4;

    private readonly Dictionary<string, List<byte[]>> expected = [];
    private Random random = null!;
    private ListBench bench = null!;

    [Theory]
    [InlineData(-2, 0)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(6, 0)]
    [InlineData(40, 2)]
    public void Agrees_with_a_list(int size, int depth)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        random = new Random(seed);
        using ListBench made = bench = new ListBench(size, depth);
        HashSet<string> encodings = [];
        for (int i = 0; i < Steps; i++)
        {
            string name = "list" + random.Next(Names);
            Step(name);
            if (i % 60 == 0) Compare(name);
            if (expected.ContainsKey(name)) encodings.Add(bench.EncodingOf(name));
        }

        foreach (string name in expected.Keys) Compare(name);
        Assert.Equal(2, encodings.Count);
        bench.VerifyNoLeaks();
    }

    private void Step(string name)
    {
        if (!expected.TryGetValue(name, out List<byte[]>? model))
        {
            // One element: a listpack under every limit.
            Push(name, expected[name] = [], 1);
            return;
        }

        switch (random.Next(11))
        {
            case 0 or 1 or 2: Push(name, model, random.Next(1, 6)); break;
            case 3 or 4: Pop(name, model); break;
            case 5: RemoveRange(name, model); break;
            case 6: Insert(name, model); break;
            case 7: Replace(name, model); break;
            case 8: RemoveEqual(name, model); break;
            case 9: At(name, model); break;
            default: Copy(name, model); break;
        }
    }

    private void Push(string name, List<byte[]> model, int count)
    {
        bool front = random.Next(2) == 0;
        byte[][] elements = [.. Enumerable.Range(0, count).Select(_ => Element())];
        bench.Push(name, front, elements);
        foreach (byte[] element in elements) model.Insert(front ? 0 : model.Count, element);
    }

    private void Pop(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        bool front = random.Next(2) == 0;
        Entry entry = bench.Keys.FindForWrite(key.Key);
        Assert.Equal(model[front ? 0 : ^1], bench.Store.Peek(entry, front).Text(new byte[20]).ToArray());
        entry = bench.Store.RemoveEnd(bench.Keys, entry, front);
        model.RemoveAt(front ? 0 : model.Count - 1);
        Removed(name, model, entry);
    }

    private void RemoveRange(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        int start = random.Next(model.Count);
        int count = random.Next(Math.Min(model.Count - start, random.Next(5) == 0 ? 1000 : 10) + 1);
        Entry entry = bench.Store.RemoveRange(bench.Keys, bench.Keys.FindForWrite(key.Key), start, count);
        model.RemoveRange(start, count);
        Removed(name, model, entry);
    }

    private void Insert(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        int at = random.Next(model.Count);
        bool after = random.Next(2) == 0;
        byte[] element = Element();
        Entry entry = bench.Keys.FindForWrite(key.Key);
        (int node, int offset) = ListStore.Locate(entry, at);
        bench.Store.Insert(bench.Keys, entry, node, offset + (after ? 1 : 0), after, element);
        model.Insert(after ? at + 1 : at, element);
    }

    private void Replace(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        int at = random.Next(model.Count);
        byte[] element = Element();
        Entry entry = bench.Store.Replace(bench.Keys, bench.Keys.FindForWrite(key.Key), at, element);
        model[at] = element;
        bench.Store.AfterRemoval(bench.Keys, entry);
    }

    private void RemoveEqual(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        byte[] text = model[random.Next(model.Count)];
        int limit = random.Next(1, 4);
        Entry entry = bench.Store.RemoveEqual(bench.Keys, bench.Keys.FindForWrite(key.Key), text, limit, false, out long removed);
        for (int i = 0; i < removed; i++) model.RemoveAt(model.FindIndex(element => element.AsSpan().SequenceEqual(text)));
        Assert.InRange(removed, 1, limit);
        Removed(name, model, entry);
    }

    private void At(string name, List<byte[]> model)
    {
        using PinnedKey key = ListBench.Key(name);
        int at = random.Next(model.Count);
        Assert.Equal(model[at], bench.Store.ElementAt(bench.Keys.Find(key.Key), at).Text(new byte[20]).ToArray());
    }

    private void Copy(string name, List<byte[]> model)
    {
        if (random.Next(5) != 0) return;
        string other = "list" + random.Next(Names);
        if (other == name) return;
        using PinnedKey from = ListBench.Key(name);
        using PinnedKey to = ListBench.Key(other);
        Assert.True(bench.Keys.Copy(from.Key, bench.Keys, to.Key));
        expected[other] = [.. model];
        Compare(other);
    }

    private void Removed(string name, List<byte[]> model, Entry entry)
    {
        using PinnedKey key = ListBench.Key(name);
        Assert.Equal(model.Count, ListStore.Length(entry));
        if (model.Count > 0)
        {
            bench.Store.AfterRemoval(bench.Keys, entry);
            return;
        }

        bench.Keys.Delete(key.Key);
        expected.Remove(name);
    }

    private void Compare(string name)
    {
        if (!expected.TryGetValue(name, out List<byte[]>? model)) return;
        Assert.Equal(model, bench.Read(name));
        Assert.Equal(Enumerable.Reverse(model), bench.Read(name, backwards: true));
    }

    private byte[] Element() => random.Next(10) switch
    {
        0 => Encoding.ASCII.GetBytes(random.NextInt64().ToString()),
        1 => Encoding.ASCII.GetBytes(random.Next(100).ToString()),
        2 when random.Next(4) == 0 => Encoding.ASCII.GetBytes(new string('y', random.Next(3000, 10000))),
        3 => Encoding.ASCII.GetBytes(new string('z', random.Next(0, 300))),
        _ => Encoding.ASCII.GetBytes("element:" + random.Next(30)),
    };
}
