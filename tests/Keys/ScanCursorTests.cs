using System.Text;
using ModularKv.Keys;

namespace ModularKv.Tests.Keys;

public class ScanCursorTests
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
        Assert.True(ScanCursor.TryParse(Encoding.Latin1.GetBytes(text), out ulong cursor));
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
    public void Refuses_the_rest(string text) => Assert.False(ScanCursor.TryParse(Encoding.Latin1.GetBytes(text), out _));
}
