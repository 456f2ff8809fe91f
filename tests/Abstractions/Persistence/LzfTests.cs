using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Persistence;

public sealed class LzfTests
{
    [Fact]
    public void What_is_compressed_comes_back()
    {
        var compressor = new LzfCompressor();
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
    public void Bytes_that_liblzf_wrote_are_read()
    {
        // "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabcabcabc" by lzf_compress: a literal, a long reference, a literal, a short reference.
        byte[] compressed = [0x00, (byte)'a', 0xE0, 0x14, 0x00, 0x01, (byte)'b', (byte)'c', 0x80, 0x02];
        byte[] back = new byte[1 + 29 + 2 + 6];
        Assert.True(Lzf.TryDecompress(compressed, back));
        Assert.Equal(new string('a', 30) + "bcabcabc"[..2] + "abcabc", System.Text.Encoding.ASCII.GetString(back));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        byte[] noise = new byte[1000];
        new Random(1).NextBytes(noise);
        Assert.Equal(0, new LzfCompressor().Compress(noise, new byte[992]));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_give_other_bytes()
    {
        Random random = new(7);
        byte[] compressed = new byte[400];
        byte[] text = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 17))];
        int length = new LzfCompressor().Compress(text, compressed);
        byte[] back = new byte[text.Length];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = compressed[..length];
            damaged[random.Next(length)] = (byte)random.Next(256);
            Lzf.TryDecompress(damaged.AsSpan(0, random.Next(length + 1)), back);
        }
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
