using System.Text;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Lists.Memory;

namespace ModularKv.Lists.Tests.Memory;

/// <summary>Random operations on a list of nodes and on a list of .NET, in a heap that checks every block.</summary>
public sealed class QuicklistModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Steps = 6000;

    private readonly MemoryHeap heap = new("test", new MemoryHeapOptions { Checking = true });
    private readonly ListSettings settings = new();
    private readonly List<byte[]> model = [];
    private Quicklist list = null!;
    private QuicklistEdit edit = null!;
    private QuicklistRoot root;
    private Random random = null!;

    [Theory]
    [InlineData(-2, 0, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(-1, 1, 0)]
    [InlineData(-1, 3, 50)]
    [InlineData(-5, 2, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(4, 1, 0)]
    [InlineData(20, 2, 30)]
    [InlineData(128, 0, 0)]
    public void It_agrees_with_a_list(int size, int depth, int threshold)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        random = new Random(seed);
        settings.Set(size, depth);
        settings.PackedThreshold = threshold;
        list = new Quicklist(new NodeBlocks(new MemoryOwner("lists", heap)), settings);
        edit = new QuicklistEdit(list);
        root = list.Create();
        for (int i = 0; i < Steps; i++)
        {
            Step();
            if (i % 50 == 0) Verify();
        }

        Verify();
        QuicklistRoot copy = list.Copy(root);
        while (!list.Free(ref root, 3)) Assert.True(root.Length > 0);
        root = copy;
        Verify();
        list.Free(ref root, int.MaxValue);
        heap.VerifyNoLeaks();
    }

    public void Dispose() => heap.Dispose();

    private void Step()
    {
        // Phases in which the list grows and shrinks by turns.
        bool grow = random.Next(1000) < 560;
        switch (random.Next(grow ? 6 : 12))
        {
            case 0 or 1: Push(random.Next(2) == 0); break;
            case 2: Insert(); break;
            case 3: Replace(); break;
            case 4: for (int i = random.Next(30); i >= 0; i--) Push(i % 7 == 0); break;
            case 5: for (int i = random.Next(30); i >= 0; i--) Pop(random.Next(3) == 0); break;
            case 6 or 7 or 8: Pop(random.Next(2) == 0); break;
            case 9: RemoveRange(); break;
            case 10: Sweep(); break;
            default: Pop(front: true); break;
        }
    }

    private void Push(bool front)
    {
        byte[] element = Element();
        list.Push(ref root, front, element);
        model.Insert(front ? 0 : model.Count, element);
    }

    private void Pop(bool front)
    {
        if (model.Count == 0) return;
        int at = front ? 0 : model.Count - 1;
        Assert.Equal(model[at], list.Peek(root, front).Text(new byte[20]).ToArray());
        list.RemoveEnd(ref root, front);
        model.RemoveAt(at);
    }

    private void Insert()
    {
        if (model.Count == 0) return;
        byte[] element = Element();
        int at = random.Next(model.Count);
        bool after = random.Next(2) == 0;
        (int node, int offset) = NodeArray.Locate(root, at);
        edit.Insert(ref root, node, offset + (after ? 1 : 0), after, element);
        model.Insert(after ? at + 1 : at, element);
    }

    private void Replace()
    {
        if (model.Count == 0) return;
        byte[] element = Element();
        int at = random.Next(model.Count);
        (int node, int offset) = NodeArray.Locate(root, at);
        edit.Replace(ref root, node, offset, element);
        model[at] = element;
    }

    private void RemoveRange()
    {
        if (model.Count == 0) return;
        int start = random.Next(model.Count);
        int count = Math.Min(model.Count - start, random.Next(random.Next(10) == 0 ? 500 : 12));
        list.RemoveRange(ref root, start, count);
        model.RemoveRange(start, count);
    }

    private void Sweep()
    {
        if (model.Count == 0) return;
        byte[] text = model[random.Next(model.Count)];
        int limit = random.Next(1, 5);
        bool fromTail = random.Next(2) == 0;
        long removed = QuicklistSweep.Run(list, ref root, new Needle(text), limit, fromTail);
        int expected = 0;
        for (int i = fromTail ? model.Count - 1 : 0; expected < limit && i >= 0 && i < model.Count; i += fromTail ? -1 : 1)
        {
            if (!model[i].AsSpan().SequenceEqual(text)) continue;
            model.RemoveAt(i);
            expected++;
            if (!fromTail) i--;
        }

        Assert.Equal(expected, removed);
    }

    private void Verify()
    {
        Assert.Equal(model.Count, root.Count);
        int at = 0;
        for (int i = 0; i < root.Length; i++)
        {
            ReadOnlySpan<byte> content = list.Blocks.Content(root, i);
            bool nearEnd = i < root.Depth || i >= root.Length - root.Depth;
            Assert.False(root[i].IsCompressed && nearEnd, $"node {i} of {root.Length} is compressed at depth {root.Depth}");
            if (root[i].IsPlain)
            {
                Assert.Equal(model[at++], content.ToArray());
                Assert.Equal(1, root[i].Count);
                continue;
            }

            Assert.True(Listpack.IsWellFormed(content));
            Assert.Equal(root[i].Count, Listpack.Count(content));
            int overhead = root[i].Count == 1 ? 16 : 0;
            Assert.True(content.Length <= NodeLimits.BytesMax(root.Fill) + overhead, $"a node of {content.Length} bytes");
            Assert.Equal((i, 0), NodeArray.Locate(root, at));
            Assert.Equal((i, root[i].Count - 1), NodeArray.Locate(root, at + root[i].Count - 1));
            for (int e = Listpack.First(content); e >= 0;) Assert.Equal(model[at++], Listpack.Take(content, ref e).ToArray());
        }

        Assert.Equal(model.Count, at);
    }

    private byte[] Element() => random.Next(12) switch
    {
        0 => Encoding.ASCII.GetBytes(random.NextInt64().ToString()),
        1 or 2 => Encoding.ASCII.GetBytes(random.Next(-5, 200).ToString()),
        3 => Encoding.ASCII.GetBytes(new string('z', random.Next(0, 300))),
        4 when random.Next(20) == 0 => Encoding.ASCII.GetBytes(new string('y', random.Next(3000, 20000))),
        5 => Encoding.ASCII.GetBytes("same"),
        _ => Encoding.ASCII.GetBytes("element:" + random.Next(50)),
    };
}
