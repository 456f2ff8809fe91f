using ModularKv.Keys;

namespace ModularKv.Tests.Keys;

public class ExpiryTimeTests
{
    [Theory]
    [InlineData(10, true, 5, true, 10005)]
    [InlineData(10, false, 5, true, 15)]
    [InlineData(-10, true, 5, true, -9995)]
    [InlineData(long.MaxValue, true, 0, false, 0)]
    [InlineData(long.MaxValue / 1000, true, 0, true, long.MaxValue / 1000 * 1000)]
    [InlineData(long.MaxValue / 1000, true, 808, false, 0)]
    [InlineData((long.MaxValue / 1000) + 1, true, 0, false, 0)]
    [InlineData((long.MinValue / 1000) - 1, true, 0, false, 0)]
    [InlineData(long.MaxValue, false, 0, true, long.MaxValue)]
    [InlineData(long.MaxValue, false, 1, false, 0)]
    [InlineData(long.MinValue, false, 1, true, long.MinValue + 1)]
    public void Overflow_is_refused_and_the_rest_is_exact(long number, bool inSeconds, long baseMs, bool fits, long expected)
    {
        Assert.Equal(fits, ExpiryTime.TryAbsolute(number, inSeconds, baseMs, out long at));
        if (fits) Assert.Equal(expected, at);
    }

    [Theory]
    [InlineData(ExpireConditions.None, 100, 50, true)]
    [InlineData(ExpireConditions.IfNone, -1, 50, true)]
    [InlineData(ExpireConditions.IfNone, 100, 50, false)]
    [InlineData(ExpireConditions.IfAny, -1, 50, false)]
    [InlineData(ExpireConditions.IfAny, 100, 50, true)]
    [InlineData(ExpireConditions.IfLater, -1, 50, false)]
    [InlineData(ExpireConditions.IfLater, 100, 100, false)]
    [InlineData(ExpireConditions.IfLater, 100, 101, true)]
    [InlineData(ExpireConditions.IfEarlier, -1, 50, true)]
    [InlineData(ExpireConditions.IfEarlier, 100, 100, false)]
    [InlineData(ExpireConditions.IfEarlier, 100, 99, true)]
    [InlineData(ExpireConditions.IfAny | ExpireConditions.IfEarlier, -1, 50, false)]
    [InlineData(ExpireConditions.IfAny | ExpireConditions.IfLater, 100, 101, true)]
    public void No_time_to_live_counts_as_infinitely_late(ExpireConditions conditions, long current, long wanted, bool allowed)
        => Assert.Equal(allowed, ExpiryTime.Allows(conditions, current, wanted));

    [Theory]
    [InlineData(1499, 1)]
    [InlineData(1500, 2)]
    [InlineData(499, 0)]
    [InlineData(-5000, 0)]
    [InlineData(long.MaxValue - 1000, (long.MaxValue - 1000 + 500) / 1000)]
    public void Remaining_seconds_are_rounded_and_never_negative(long leftMs, long seconds)
        => Assert.Equal(seconds, ExpiryTime.Remaining(1000 + leftMs, 1000, inSeconds: true));
}
