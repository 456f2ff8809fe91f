using System.Text;
using ModularKv.Keys;

namespace ModularKv.Tests.Keys;

/// <summary>Expected values are what redis-server 7.0.15 does with SORT on a list of the one element.</summary>
public class SortScoreTests
{
    [Theory]
    [InlineData("10", 10)]
    [InlineData("-10", -10)]
    [InlineData("+1.5", 1.5)]
    [InlineData(" 3", 3)]
    [InlineData("", 0)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("1e3", 1000)]
    [InlineData("1E-2", 0.01)]
    [InlineData("0x1A", 26)]
    [InlineData("-0x1.8p1", -3)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("0e-999", 0)]
    [InlineData("12345678901234567890123", 12345678901234567890123d)]
    [InlineData("7\0rest", 7)]
    public void Reads_what_strtod_reads(string text, double expected)
    {
        Assert.True(SortScore.TryParse(Encoding.Latin1.GetBytes(text), out double score));
        Assert.Equal(expected, score);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("1a")]
    [InlineData("1 ")]
    [InlineData(" ")]
    [InlineData("nan")]
    [InlineData(".")]
    [InlineData("1e")]
    [InlineData("e5")]
    [InlineData("+-1")]
    [InlineData("0x")]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("1,5")]
    public void Refuses_the_rest(string text) => Assert.False(SortScore.TryParse(Encoding.Latin1.GetBytes(text), out _));
}
