using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof.Tests;

/// <summary>Rewrites that fail again and again are tried less and less often.</summary>
public sealed class RewriteLimitTests
{
    private const long MinuteMs = 60_000;

    [Fact]
    public void Holds_longer_each_time_and_forgets_after_a_success()
    {
        SimulatedHost log = new();
        RewriteLimit limit = new(log);
        long now = 1000;
        for (int failures = 0; failures < 3; failures++) Assert.False(limit.Holds(failures, now));
        foreach (int minutes in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            Assert.True(limit.Holds(3, now));
            Assert.EndsWith($"will retry in {minutes} minutes", log.Lines[^1], StringComparison.Ordinal);
            Assert.True(limit.Holds(3, now + (minutes * MinuteMs) - 1));
            now += minutes * MinuteMs;
            Assert.False(limit.Holds(3, now));
        }

        Assert.Equal(8, log.Lines.Count);
        Assert.False(limit.Holds(0, now));
        Assert.True(limit.Holds(3, now));
        Assert.EndsWith("will retry in 1 minutes", log.Lines[^1], StringComparison.Ordinal);
    }
}
