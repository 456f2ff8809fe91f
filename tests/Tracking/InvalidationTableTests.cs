using System.Text;
using ModularKv.Abstractions.Memory;
using ModularKv.Tracking.Invalidation;

namespace ModularKv.Tracking.Tests;

/// <summary>The table of keys against a plain dictionary, in checked memory.</summary>
public sealed class InvalidationTableTests : IDisposable
{
    private readonly MemoryHeap heap = new("test", new MemoryHeapOptions { Checking = true });
    private readonly MemoryOwner memory;
    private readonly InvalidationTable table;

    public InvalidationTableTests()
    {
        memory = new MemoryOwner("tracking", heap);
        table = new InvalidationTable(memory);
    }

    public void Dispose()
    {
        table.Dispose();
        Assert.Equal(0, memory.UsedBytes);
        heap.VerifyNoLeaks();
        heap.Dispose();
    }

    [Theory]
    [InlineData(1, 20, 300)]
    [InlineData(2, 2000, 5)]
    [InlineData(3, 300, 40)]
    public void Agrees_with_a_dictionary(int seed, int keys, int clients)
    {
        Random random = new(seed);
        byte[][] names = [.. Enumerable.Range(0, keys).Select(i => Encoding.ASCII.GetBytes(new string('k', i % 7 * 40) + i))];
        Dictionary<int, SortedSet<uint>> model = [];
        for (int step = 0; step < 30_000; step++)
        {
            int key = random.Next(keys);
            ulong hash = KeyHash.Compute(names[key]);
            if (random.Next(50) == 0)
            {
                uint[] expected = model.Remove(key, out SortedSet<uint>? told) ? [.. told] : [];
                Assert.True(expected.AsSpan().SequenceEqual(table.Take(names[key], hash)), $"seed {seed}, step {step}");
            }
            else
            {
                uint client = (uint)random.Next(clients) + 1;
                table.Remember(names[key], hash, client);
                if (!model.TryGetValue(key, out SortedSet<uint>? readers)) model.Add(key, readers = []);
                readers.Add(client);
            }

            if (random.Next(10_000) != 0) continue;
            table.Clear();
            table.FreeSome();
            model.Clear();
        }

        Assert.Equal(model.Count, table.KeyCount);
        Assert.Equal(model.Sum(pair => pair.Value.Count), table.ItemCount);
        foreach ((int key, SortedSet<uint> readers) in model)
        {
            uint[] expected = [.. readers];
            Assert.True(expected.AsSpan().SequenceEqual(table.Take(names[key], KeyHash.Compute(names[key]))), $"seed {seed}, key {key}");
        }

        Assert.Equal((0, 0), (table.KeyCount, table.ItemCount));
    }

    [Fact]
    public void A_large_table_is_given_back_bit_by_bit()
    {
        for (int i = 0; i < 50_000; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes($"key:{i}");
            table.Remember(key, KeyHash.Compute(key), 1);
        }

        long used = memory.UsedBytes;
        Assert.InRange(used, 50_000 * 13, 50_000 * 40);
        table.Clear();
        Assert.Equal((0, 0), (table.KeyCount, table.ItemCount));
        Assert.Equal(used, memory.UsedBytes);
        int turns = 0;
        while (memory.UsedBytes > 0 && turns < 1000)
        {
            table.FreeSome();
            turns++;
        }

        Assert.Equal(0, memory.UsedBytes);
    }
}
