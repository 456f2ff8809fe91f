using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.TestKit;

namespace ModularKv.Host.Tests.Protocol;

public sealed class NumberTextTests
{
    private static IEnumerable<long> Interesting()
    {
        for (long i = -1100; i <= 1100; i++) yield return i;
        for (int digits = 1; digits < 19; digits++)
        {
            long power = (long)Math.Pow(10, digits);
            foreach (long near in new[] { power - 1, power, power + 1 })
            {
                yield return near;
                yield return -near;
            }
        }

        for (int bit = 0; bit < 64; bit++)
        {
            yield return (1L << bit) - 1;
            yield return 1L << bit;
            yield return -(1L << bit);
        }

        yield return long.MaxValue;
        yield return long.MinValue;
        yield return long.MinValue + 1;
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++) yield return random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
    }

    [Fact]
    public void Integers_are_written_and_read_back()
    {
        Span<byte> to = stackalloc byte[24];
        foreach (long value in Interesting())
        {
            string expected = value.ToString(CultureInfo.InvariantCulture);
            to.Fill(0xEE);
            int length = NumberText.Write(to, value);
            Assert.Equal(expected, Encoding.ASCII.GetString(to[..length]));
            Assert.Equal(0xEE, to[length]);
            Assert.True(NumberText.TryParse(to[..length], out long back));
            Assert.Equal(value, back);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("-0")]
    [InlineData("-01")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1a")]
    [InlineData("a")]
    [InlineData("--1")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999")]
    [InlineData("-99999999999999999999")]
    [InlineData("100000000000000000000")]
    [InlineData("/")]
    [InlineData(":")]
    public void Other_spellings_are_refused(string text)
        => Assert.False(NumberText.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Random_texts_are_read_as_the_library_reads_them_when_canonical()
    {
        var random = new Random(9);
        const string Alphabet = "0123456789-+ .";
        for (int i = 0; i < 300_000; i++)
        {
            var chars = new char[random.Next(1, 22)];
            for (int j = 0; j < chars.Length; j++) chars[j] = Alphabet[random.Next(random.Next(4) == 0 ? Alphabet.Length : 10)];
            if (random.Next(3) == 0) chars[0] = '-';
            var text = new string(chars);
            bool isCanonical = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long expected)
                && expected.ToString(CultureInfo.InvariantCulture) == text;
            Assert.Equal(isCanonical, NumberText.TryParse(Encoding.ASCII.GetBytes(text), out long value));
            if (isCanonical) Assert.Equal(expected, value);
        }
    }

    [Theory]
    [InlineData(0.1, "0.10000000000000001")]
    [InlineData(3.0, "3")]
    [InlineData(-0.0, "-0")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e16, "10000000000000000")]
    [InlineData(1e17, "1e+17")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1.0000000000000001e-05")]
    [InlineData(1e100, "1e+100")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "4.9406564584124654e-324")]
    [InlineData(double.NaN, "nan")]
    public void Doubles_look_as_c_prints_them(double value, string expected)
    {
        Span<byte> to = stackalloc byte[40];
        Assert.Equal(expected, Encoding.ASCII.GetString(to[..NumberText.WriteDouble(to, value)]));
    }

    [Fact]
    public void Random_doubles_look_as_redis_prints_them()
    {
        using var redis = ServerProcess.StartRedis();
        using RespClient client = redis.Connect();
        const string Script = "local r={} for i=1,#ARGV do r[i]=string.format('%.17g',tonumber(ARGV[i])) end return r";
        var random = new Random(21);
        var to = new byte[40];
        for (int round = 0; round < 20; round++)
        {
            double[] values = [.. Enumerable.Range(0, 1000).Select(_ => RandomDouble(random))];
            object[] call = ["EVAL", Script, "0", .. values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))];
            Reply reply = client.Call(call);
            Assert.Equal(values.Length, reply.Items.Count);
            foreach ((int i, double value) in values.Index())
            {
                Assert.Equal(reply.Items[i].Text, Encoding.ASCII.GetString(to, 0, NumberText.WriteDouble(to, value)));
            }
        }
    }

    private static double RandomDouble(Random random)
    {
        while (true)
        {
            double value = random.Next(5) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                1 => random.NextDouble() * Math.Pow(10, random.Next(-8, 20)),
                2 => Math.Round(random.NextDouble() * 1000, random.Next(6)),
                3 => random.NextInt64(1L << 60) * (random.Next(2) == 0 ? 1 : 0.5),
                _ => Math.BitIncrement(Math.Pow(10, random.Next(-6, 19))),
            };
            if (double.IsFinite(value)) return random.Next(2) == 0 ? value : -value;
        }
    }
}
