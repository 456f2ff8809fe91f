using System.Text;
using ModularKv.Eviction.Keys;

namespace ModularKv.Eviction.Tests;

public sealed class CandidatePoolTests
{
    /// <summary>Against a sorted list of all keys offered, of which only the best ones count.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_keeps_the_best_and_hands_out_the_very_best_first(int seed)
    {
        Random random = new(seed);
        CandidatePool pool = new();
        List<ulong> model = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (random.Next(4) == 0)
            {
                Candidate? taken = pool.Take();
                Assert.Equal(model.Count == 0 ? null : model[^1], taken?.Score);
                if (model.Count > 0) model.RemoveAt(model.Count - 1);
                if (taken is not null) Assert.Equal(KeyOf(taken.Score), Encoding.ASCII.GetString(taken.Key));
                continue;
            }

            ulong score = (ulong)random.Next(200);
            pool.Offer(random.Next(16), Encoding.ASCII.GetBytes(KeyOf(score)), score);
            model.Add(score);
            model.Sort();
            if (model.Count > CandidatePool.Size) model.RemoveAt(0);
            Assert.Equal(model.Count, pool.Count);
        }
    }

    // Some longer than the buffer that a place begins with.
    private static string KeyOf(ulong score) => $"key:{score}" + new string('k', (int)score * 2);
}
