using System.Globalization;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Strings.Tests;

public sealed class ExtendedDoubleTests
{
    private const string Refused = "ERR value is not a valid float";
    private const string NotFinite = "ERR increment would produce NaN or Infinity";

    [Theory]
    [InlineData("10.5", "0.1", "10.6")]
    [InlineData("5.0e3", "200", "5200")]
    [InlineData("-1.5", "1.5", "0")]
    [InlineData("0x1p-1", "+0X.8", "1")]
    [InlineData("-1e-30", "0", "0")]
    [InlineData("17179869184", "1.5", "17179869185.5")]
    [InlineData("5.", ".5", "5.5")]
    [InlineData("9223372036854775807", "1", "9223372036854775808")]
    [InlineData("18446744073709551615", "0.5", "18446744073709551616")]
    [InlineData("inf", "1", NotFinite)]
    [InlineData("-Infinity", "inf", NotFinite)]
    [InlineData("1e4932", "1e4932", NotFinite)]
    [InlineData("nan", "1", Refused)]
    [InlineData("1e5000", "1", Refused)]
    [InlineData("1e-5000", "1", Refused)]
    [InlineData("", "1", Refused)]
    [InlineData(" 1", "1", Refused)]
    [InlineData("1 ", "1", Refused)]
    [InlineData("1e", "1", Refused)]
    [InlineData("0x", "1", Refused)]
    [InlineData("0x1p", "1", Refused)]
    [InlineData(".", "1", Refused)]
    [InlineData("1_0", "1", Refused)]
    [InlineData("--1", "1", Refused)]
    public void Sums_that_everybody_can_check(string left, string right, string expected) => Assert.Equal(expected, Sum(left, right));

    [Fact]
    public void Longest_text_is_below_the_limit()
    {
        Assert.True(ExtendedDouble.TryParse(Encoding.ASCII.GetBytes(new string('1', 10).PadLeft(5119, '0')), out ExtendedDouble value));
        Assert.Equal("1111111111", value.ToString());
        Assert.False(ExtendedDouble.TryParse(Encoding.ASCII.GetBytes(new string('0', 5120)), out _));
    }

    [Fact]
    public void Random_sums_agree_with_Redis()
    {
        using RedisOracle? redis = RedisOracle.TryStart();
        Assert.SkipWhen(redis is null, "no redis-server is installed");
        const int Seed = 81723;
        Random random = new(Seed);
        List<(string Left, string Right)> pairs = [];
        for (int i = 0; i < 6000; i++) pairs.Add((Number(random), Number(random)));

        List<string[]> commands = [];
        foreach ((string left, string right) in pairs)
        {
            commands.Add(["SET", "k", left]);
            commands.Add(["INCRBYFLOAT", "k", right]);
        }

        string[] replies = redis.Run(commands);
        for (int i = 0; i < pairs.Count; i++)
        {
            (string left, string right) = pairs[i];
            string reply = replies[2 * i + 1], sum = Sum(left, right);
            Assert.True(reply == sum, $"seed {Seed}: {left} + {right}: {reply}, not {sum}");
        }
    }

    private static string Sum(string left, string right)
    {
        if (!ExtendedDouble.TryParse(Encoding.ASCII.GetBytes(left), out ExtendedDouble a)) return Refused;
        if (!ExtendedDouble.TryParse(Encoding.ASCII.GetBytes(right), out ExtendedDouble b)) return Refused;
        return ExtendedDouble.TryAdd(a, b, out ExtendedDouble sum) && sum.IsFinite ? sum.ToString() : NotFinite;
    }

    /// <summary>Numbers of all sizes and forms, most of them well-formed.</summary>
    private static string Number(Random random)
    {
        string sign = random.Next(3) switch { 0 => "-", 1 => "", _ => random.Next(10) == 0 ? "+" : "" };
        string text = sign + random.Next(12) switch
        {
            0 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            1 => random.Next(1000) + "." + random.Next(100000).ToString("D5", CultureInfo.InvariantCulture),
            2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
            3 => (random.NextDouble() * Math.Pow(10, random.Next(-30, 30))).ToString("E17", CultureInfo.InvariantCulture),
            4 => Digits(random, random.Next(1, 60)) + "." + Digits(random, random.Next(0, 60)),
            5 => Digits(random, 1) + "." + Digits(random, random.Next(1, 25)) + "e" + random.Next(-4990, 4950),
            6 => "0x" + random.NextInt64().ToString(random.Next(2) == 0 ? "x" : "X", CultureInfo.InvariantCulture)
                + "." + random.NextInt64().ToString("x", CultureInfo.InvariantCulture) + "p" + random.Next(-16600, 16400),
            7 => "0x" + random.NextInt64().ToString("x", CultureInfo.InvariantCulture) + random.Next(16) + "8",
            8 => "." + Digits(random, random.Next(1, 30)) + "E-" + random.Next(20),

            // Halfway between two mantissas: ties go to the even one.
            9 => (((UInt128)(ulong)random.NextInt64() | (1ul << 63)) * 2 + 1).ToString(CultureInfo.InvariantCulture),

            // Denormal numbers, and what rounds to zero.
            10 => Digits(random, random.Next(1, 22)) + "e-" + random.Next(4920, 4975),
            _ => random.Next(50).ToString(CultureInfo.InvariantCulture),
        };
        if (random.Next(40) == 0) text = text.Insert(random.Next(text.Length + 1), "xep .0-"[random.Next(7)].ToString());
        return text;
    }

    private static string Digits(Random random, int count)
    {
        StringBuilder digits = new();
        for (int i = 0; i < count; i++) digits.Append((char)('0' + random.Next(10)));
        return digits.ToString();
    }
}
