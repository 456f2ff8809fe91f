using System.Text;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Format.Memory;

namespace ModularKv.Rdb.Tests.Format;

public sealed class LzfTests
{
    [Fact]
    public void What_is_compressed_comes_back()
    {
        var compressor = new Lzf.Compressor();
        var random = new Random(4711);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] input = Input(random, random.Next(1, 3000));
            byte[] packed = new byte[input.Length + 100];
            int length = compressor.Compress(input, packed);
            Assert.True(length > 0, $"run {run}");
            byte[] output = new byte[input.Length];
            Assert.True(Lzf.TryDecompress(packed.AsSpan(0, length), output), $"run {run}");
            Assert.Equal(input, output);

            // Room that just suffices gives the same; less gives nothing and writes nothing behind it.
            byte[] tight = new byte[packed.Length];
            int shorter = compressor.Compress(input, tight.AsSpan(0, length - 1));
            Assert.Equal(0, shorter);
            Assert.All(tight[(length - 1)..], one => Assert.Equal(0, one));
        }
    }

    [Fact]
    public void Any_input_ends_in_a_result_or_a_refusal()
    {
        var random = new Random(99);
        byte[] output = new byte[500];
        for (int run = 0; run < 200_000; run++)
        {
            byte[] input = new byte[random.Next(0, 60)];
            random.NextBytes(input);
            _ = Lzf.TryDecompress(input, output.AsSpan(0, random.Next(0, 500)));
        }
    }

    [Fact]
    public void Lengths_come_back()
    {
        Span<byte> bytes = stackalloc byte[RdbLength.SizeMax];
        foreach (ulong length in (ulong[])[0, 63, 64, 16383, 16384, uint.MaxValue, 1UL << 32, ulong.MaxValue])
        {
            int size = RdbLength.Write(length, bytes);
            Assert.Equal(size, RdbLength.SizeOf(bytes[0]));
            Assert.Equal(length, RdbLength.Read(bytes[..size], out bool isEncoding));
            Assert.False(isEncoding);
        }

        Assert.Equal(0, RdbLength.SizeOf(0x82));
    }

    [Fact]
    public void The_checksum_is_Redis_s_in_any_pieces()
    {
        byte[] digits = Encoding.ASCII.GetBytes("123456789");
        Assert.Equal(0xe9c6d914c4b8d9caUL, Crc64.Append(0, digits));
        var random = new Random(5);
        byte[] bytes = new byte[1000];
        random.NextBytes(bytes);
        ulong whole = Crc64.Append(0, bytes);
        ulong single = 0;
        foreach (byte one in bytes) single = Crc64.Append(single, [one]);
        Assert.Equal(single, whole);
        for (int cut = 0; cut < 100; cut++) Assert.Equal(whole, Crc64.Append(Crc64.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    // Text of few letters with repetitions, near and far.
    private static byte[] Input(Random random, int length)
    {
        byte[] input = new byte[length];
        for (int i = 0; i < length;)
        {
            if (i > 4 && random.Next(3) == 0)
            {
                int from = random.Next(i);
                for (int count = random.Next(2, 300); count > 0 && i < length; count--) input[i++] = input[from++];
            }
            else
            {
                input[i++] = (byte)('a' + random.Next(20));
            }
        }

        return input;
    }
}
