using ModularKv.Lists.Compression;

namespace ModularKv.Lists.Tests.Compression;

public sealed class LzfTests
{
    private readonly Lzf lzf = new();

    [Fact]
    public void What_was_compressed_comes_back()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(random.Next(10) == 0 ? 20_000 : 300)];
            int letters = random.Next(1, 40);
            for (int b = 0; b < bytes.Length; b++) bytes[b] = (byte)random.Next(letters);
            byte[] compressed = new byte[bytes.Length + (bytes.Length / 16) + 64];
            int length = lzf.Compress(bytes, compressed);
            byte[] back = new byte[bytes.Length];
            Assert.True(Lzf.TryDecompress(compressed.AsSpan(0, length), back));
            Assert.Equal(bytes, back);
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
        Assert.Equal(0, lzf.Compress(noise, new byte[992]));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_give_other_bytes()
    {
        Random random = new(7);
        byte[] compressed = new byte[400];
        byte[] text = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 17))];
        int length = lzf.Compress(text, compressed);
        byte[] back = new byte[text.Length];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = compressed[..length];
            damaged[random.Next(length)] = (byte)random.Next(256);
            Lzf.TryDecompress(damaged.AsSpan(0, random.Next(length + 1)), back);
        }
    }
}
