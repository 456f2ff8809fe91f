using System.Text;

namespace ModularKv.Abstractions.Tests.Commands;

/// <summary>Cursors as Redis 7.0.15 takes them; the options are compared with a real server by the streams.</summary>
public sealed class ScanArgumentsTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("", 0UL)]
    [InlineData("+7", 7UL)]
    [InlineData("007", 7UL)]
    [InlineData("\0", 0UL)]
    [InlineData("12\0z", 12UL)]
    [InlineData("-1", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void Takes_what_strtoul_takes(string text, ulong expected)
    {
        Assert.True(ScanArguments.TryParseCursor(Encoding.Latin1.GetBytes(text), out ulong cursor));
        Assert.Equal(expected, cursor);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("-")]
    [InlineData("1a")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999")]
    public void Refuses_the_rest(string text) => Assert.False(ScanArguments.TryParseCursor(Encoding.Latin1.GetBytes(text), out _));
}
