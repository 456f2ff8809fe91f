using System.Globalization;
using System.Text;

namespace ModularKv.Abstractions.Tests.Numbers;

public sealed class DoubleTextTests(ITestOutputHelper output)
{
    /// <summary>The digits of %.17g are those of the runtime's exact format with 17 digits, whatever the way they were made.</summary>
    [Fact]
    public void Writes_seventeen_exact_digits()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        Span<byte> to = stackalloc byte[40];
        for (int i = 0; i < 300_000; i++)
        {
            double value = Sample(random);
            if (!double.IsFinite(value) || value == 0) continue;
            string text = Encoding.ASCII.GetString(to[..NumberText.WriteDouble(to, value)]);
            string exact = value.ToString("E16", CultureInfo.InvariantCulture);
            int exponent = int.Parse(exact[(exact.IndexOf('E') + 1)..], CultureInfo.InvariantCulture);
            Assert.Equal(exact[..exact.IndexOf('E')].Replace(".", "").TrimStart('-').TrimEnd('0'), Digits(text));
            Assert.Equal(exponent is < -4 or >= 17, text.Contains('e'));
            Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The short way of reading gives what the runtime's parser gives.</summary>
    [Fact]
    public void Reads_decimals_as_the_runtime_does()
    {
        Random random = new(7);
        for (int i = 0; i < 200_000; i++)
        {
            string digits = random.NextInt64(0, 1L << random.Next(1, 62)).ToString("d" + random.Next(1, 18), CultureInfo.InvariantCulture);
            string text = (random.Next(3) == 0 ? "-" : "") + digits.Insert(random.Next(digits.Length + 1), random.Next(3) == 0 ? "" : ".");
            Assert.True(DoubleText.TryParse(Encoding.ASCII.GetBytes(text), out double value), text);
            double expected = double.Parse(text, CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" 1.5", 1.5)]
    [InlineData("1e999", double.PositiveInfinity)]
    [InlineData("-1e999", double.NegativeInfinity)]
    [InlineData("1e-999", 0)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("2\0x", 2)]
    public void Clamps_what_does_not_fit(string text, double expected)
    {
        Assert.True(DoubleText.TryParseClamped(Encoding.ASCII.GetBytes(text), out double value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1 ")]
    [InlineData(" ")]
    [InlineData("nan")]
    [InlineData("1e")]
    [InlineData("1..2")]
    public void Refuses_what_is_no_number(string text)
    {
        Assert.False(DoubleText.TryParse(Encoding.ASCII.GetBytes(text), out _));
        Assert.False(DoubleText.TryParseClamped(Encoding.ASCII.GetBytes(text), out _));
    }

    private static double Sample(Random random) => random.Next(5) switch
    {
        0 => BitConverter.Int64BitsToDouble(random.NextInt64()),
        1 => random.Next(-100_000, 100_000) / 8.0,
        2 => Math.Round(random.NextDouble() * 1000, random.Next(1, 6)),
        3 => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 19)),
        _ => Math.BitDecrement(Math.Pow(10, random.Next(-3, 16))),
    };

    private static string Digits(string text)
    {
        int e = text.IndexOf('e');
        string digits = (e < 0 ? text : text[..e]).Replace(".", "").TrimStart('-').TrimStart('0').TrimEnd('0');
        return digits;
    }
}
