using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

public sealed class ScoreTableTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 100)]
    [InlineData(3, 20_000)]
    public void Agrees_with_a_list_of_scores_per_hash(int seed, int hashes)
    {
        TestRandom random = new(seed);
        using MemoryHeap heap = new("scores", new MemoryHeapOptions { Checking = true });
        MemoryOwner owner = new("scores", heap);
        ScoreTable table = ScoreTable.Create();
        Dictionary<uint, List<ulong>> expected = [];
        long count = 0;
        for (int i = 0; i < 60_000; i++)
        {
            // The upper half of a hash must not matter.
            uint key = Scramble(random.Next(hashes));
            ulong hash = ((ulong)(uint)random.Next(1000) << 32) | key;
            if (!expected.TryGetValue(key, out List<ulong>? scores)) expected[key] = scores = [];
            switch (random.Next(5))
            {
                case 0 or 1 when scores.Count < 4:
                    scores.Add((ulong)i);
                    table.Add(owner, hash, (ulong)i);
                    count++;
                    break;
                case 2 or 3:
                    Assert.False(table.Remove(owner, hash, ulong.MaxValue));
                    if (scores.Count == 0) break;
                    int at = random.Next(scores.Count);
                    Assert.True(table.Remove(owner, hash, scores[at]));
                    scores.RemoveAt(at);
                    count--;
                    break;
                case 4 when scores.Count > 0:
                    table.Change(hash, scores[0], (ulong)i + 1_000_000);
                    scores[0] = (ulong)i + 1_000_000;
                    break;
            }

            Check(table, hash, scores);
            Assert.Equal((count, owner.UsedBytes, owner.Blocks), (table.Count, table.UsedBytes, table.BlockCount));
        }

        foreach ((uint key, List<ulong> scores) in expected) Check(table, key, scores);
        ScoreTable clone = table.Clone(owner);
        foreach ((uint key, List<ulong> scores) in expected)
        {
            Check(clone, key, scores);
            foreach (ulong score in scores) Assert.True(table.Remove(owner, key, score));
        }

        Assert.Equal((0, 0, 0), (table.Count, table.UsedBytes, table.BlockCount));
        foreach ((uint key, List<ulong> scores) in expected) Check(clone, key, scores);
        while (heap.PrepareMoving(1000) > 0)
        {
            // All pages that are worth it.
        }

        ulong position = 0;
        while (!clone.Defragment(owner, ref position, 10)) Assert.NotEqual(0UL, position);
        while (!heap.EndMoving(1000)) Assert.Equal(0UL, position);
        foreach ((uint key, List<ulong> scores) in expected) Check(clone, key, scores);
        while (!clone.FreeSome(owner, 10)) Assert.True(clone.BlockCount > 0);
        heap.VerifyNoLeaks();
    }

    [Fact]
    public void A_million_scores_stay_small()
    {
        using MemoryHeap heap = new("scores", new MemoryHeapOptions());
        MemoryOwner owner = new("scores", heap);
        ScoreTable table = ScoreTable.Create();
        const int Items = 1_000_000;
        for (int i = 0; i < Items; i++) table.Add(owner, Scramble(i), (ulong)i);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{table.UsedBytes / (double)Items:f2} bytes per item, {heap.CommittedBytes / (double)Items:f2} committed");
        Assert.InRange(table.UsedBytes, 0, 14L * Items);
        for (int i = 0; i < Items; i++) Assert.True(table.Remove(owner, Scramble(i), (ulong)i));
        Assert.Equal((0, 0, 0), (table.Count, table.UsedBytes, table.BlockCount));
        heap.VerifyNoLeaks();
        Assert.InRange(Unsafe.SizeOf<ScoreTable>(), 1, 64);
    }

    private static void Check(ScoreTable table, ulong hash, List<ulong> scores)
    {
        List<ulong> found = [];
        int candidate = 0;
        while (table.Next(hash, ref candidate, out ulong score)) found.Add(score);
        found.Sort();
        Assert.Equal(scores.Order(), found);
    }

    // One to one, and even in the low bits.
    private static uint Scramble(int number)
    {
        uint h = (uint)number;
        h = (h ^ (h >> 16)) * 0x85EB_CA6B;
        h = (h ^ (h >> 13)) * 0xC2B2_AE35;
        return h ^ (h >> 16);
    }
}
