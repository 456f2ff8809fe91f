using ModularKv.Strings.Commands;

namespace ModularKv.Strings.Tests;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData(0, 3, 11, 0, 4)]
    [InlineData(0, -1, 11, 0, 11)]
    [InlineData(-4, -1, 11, 7, 4)]
    [InlineData(5, 3, 11, 0, 0)]
    [InlineData(5, 5000, 11, 5, 6)]
    [InlineData(-5000, 10000, 11, 0, 11)]
    [InlineData(0, -100, 11, 0, 1)]
    [InlineData(-50, -100, 11, 0, 0)]
    [InlineData(-100, -50, 11, 0, 1)]
    [InlineData(11, 12, 11, 0, 0)]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(0, -1, 0, 0, 0)]
    [InlineData(long.MinValue, long.MaxValue, 3, 0, 3)]
    [InlineData(long.MaxValue, long.MinValue, 3, 0, 0)]
    public void Clamp_cuts_as_GETRANGE_does(long start, long end, int length, int offset, int count) =>
        Assert.Equal((offset, count), ByteRange.Clamp(start, end, length));
}
