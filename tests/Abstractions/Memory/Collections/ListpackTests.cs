using System.Text;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

public sealed class ListpackTests
{
    [Theory]
    [InlineData("0", "0001")]
    [InlineData("127", "7f01")]
    [InlineData("128", "c08002")]
    [InlineData("-1", "dfff02")]
    [InlineData("-4096", "d00002")]
    [InlineData("4095", "cfff02")]
    [InlineData("4096", "f1001003")]
    [InlineData("-8388608", "f200008004")]
    [InlineData("2147483647", "f3ffffff7f05")]
    [InlineData("-9223372036854775808", "f4000000000000008009")]
    [InlineData("a", "816102")]
    [InlineData("", "8001")]
    [InlineData("01", "82303103")]
    [InlineData("-0", "822d3003")]
    public void An_element_has_the_bytes_of_redis(string text, string hexadecimal)
    {
        byte[] listpack = new byte[64];
        Listpack.Initialize(listpack);
        Listpack.Append(listpack, Encoding.ASCII.GetBytes(text));
        int bytes = Listpack.Bytes(listpack);
        Assert.Equal(hexadecimal, Convert.ToHexStringLower(listpack[6..(bytes - 1)]));
        Assert.Equal(bytes - Listpack.EmptyBytes, Listpack.SizeOf(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(0xFF, listpack[bytes - 1]);
        Assert.Equal(text, Encoding.ASCII.GetString(Listpack.Get(listpack, Listpack.First(listpack)).ToArray()));
        Assert.True(Listpack.IsWellFormed(listpack.AsSpan(0, bytes)));
    }

    [Theory]
    [InlineData(127, 1)]
    [InlineData(128, 2)]
    [InlineData(16382, 2)]
    [InlineData(16383, 3)]
    [InlineData(2097150, 3)]
    [InlineData(2097151, 4)]
    public void The_length_backwards_grows_where_that_of_redis_does(int contentBytes, int expected)
    {
        int head = contentBytes > 4100 ? 5 : 2;
        byte[] listpack = new byte[contentBytes + 64];
        Listpack.Initialize(listpack);
        Listpack.Append(listpack, new byte[contentBytes - head]);
        Assert.Equal(Listpack.EmptyBytes + contentBytes + expected, Listpack.Bytes(listpack));
        Listpack.Append(listpack, "x"u8);
        Assert.Equal(6, Listpack.Previous(listpack, Listpack.Last(listpack)));
    }

    [Fact]
    public void It_agrees_with_a_list()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[] listpack = new byte[7];
        Listpack.Initialize(listpack);
        List<byte[]> model = [];
        for (int step = 0; step < 20_000; step++)
        {
            byte[] element = Element(random);
            int index = random.Next(model.Count + 1);
            switch (random.Next(model.Count > 200 ? 5 : 4))
            {
                case 0 or 1:
                    int at = index == model.Count ? Listpack.EndOf(listpack) : Listpack.Seek(listpack, index);
                    Array.Resize(ref listpack, Listpack.Bytes(listpack) + Listpack.SizeOf(element));
                    Listpack.Insert(listpack, at, element);
                    model.Insert(index, element);
                    break;
                case 2 when index < model.Count:
                    int old = Listpack.Seek(listpack, index - model.Count);
                    int grown = Listpack.Bytes(listpack) + Listpack.SizeOf(element) - Listpack.LengthAt(listpack, old);
                    if (grown > listpack.Length) Array.Resize(ref listpack, grown);
                    Listpack.Replace(listpack, old, element);
                    model[index] = element;
                    break;
                case 3 when model.Count > 0 && index < model.Count:
                    int next = Listpack.Remove(listpack, Listpack.Seek(listpack, index));
                    model.RemoveAt(index);
                    Assert.Equal(index == model.Count, next < 0);
                    break;
                case 4:
                    int count = random.Next(150);
                    Listpack.Remove(listpack, Listpack.Seek(listpack, index == model.Count ? 0 : index), count);
                    model.RemoveRange(index == model.Count ? 0 : index, Math.Min(count, model.Count - (index == model.Count ? 0 : index)));
                    break;
            }

            Array.Resize(ref listpack, Listpack.Bytes(listpack));
            if (step % 50 == 0) Compare(listpack, model, element);
        }
    }

    [Fact]
    public void Mutilated_bytes_are_refused_or_readable()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int step = 0; step < 50_000; step++)
        {
            byte[] listpack = new byte[400];
            Listpack.Initialize(listpack);
            for (int i = random.Next(8); i >= 0; i--)
            {
                byte[] element = Element(random);
                if (Listpack.Bytes(listpack) + Listpack.SizeOf(element) <= listpack.Length) Listpack.Append(listpack, element);
            }

            Array.Resize(ref listpack, Listpack.Bytes(listpack));
            Assert.True(Listpack.IsWellFormed(listpack));
            for (int i = random.Next(3); i >= 0; i--) listpack[random.Next(listpack.Length)] = (byte)random.Next(256);
            if (!Listpack.IsWellFormed(listpack)) continue;
            int elements = 0;
            for (int at = Listpack.First(listpack); at >= 0; elements++) Listpack.Take(listpack, ref at).ToArray();
            Assert.True(Listpack.Count(listpack) == elements);
        }
    }

    private static void Compare(byte[] listpack, List<byte[]> model, byte[] absent)
    {
        Assert.True(Listpack.IsWellFormed(listpack));
        Assert.Equal(model.Count, Listpack.Count(listpack));
        int at = Listpack.First(listpack);
        foreach (byte[] expected in model) Assert.Equal(expected, Listpack.Take(listpack, ref at).ToArray());
        Assert.Equal(-1, at);
        at = Listpack.Last(listpack);
        for (int i = model.Count - 1; i >= 0; i--)
        {
            Assert.Equal(model[i], Listpack.Get(listpack, at).ToArray());
            Assert.True(Listpack.Get(listpack, at).TextEquals(model[i]));
            at = Listpack.Previous(listpack, at);
        }

        Assert.Equal(-1, at);
        int found = Listpack.Find(listpack, Listpack.First(listpack), absent);
        int index = model.FindIndex(element => element.AsSpan().SequenceEqual(absent));
        Assert.Equal(index < 0 ? -1 : Listpack.Seek(listpack, index), found);
        int odd = Listpack.Find(listpack, Listpack.First(listpack), absent, skip: 1);
        index = Enumerable.Range(0, model.Count).Where(i => i % 2 == 0).FirstOrDefault(i => model[i].AsSpan().SequenceEqual(absent), -1);
        Assert.Equal(index < 0 ? -1 : Listpack.Seek(listpack, index), odd);
    }

    private static byte[] Element(Random random)
    {
        if (random.Next(2) == 0)
        {
            long number = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            return Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        byte[] bytes = new byte[random.Next(20) switch { 0 => random.Next(5000), 1 => random.Next(300), _ => random.Next(70) }];
        random.NextBytes(bytes);
        return bytes;
    }
}
