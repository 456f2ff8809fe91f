using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Reading;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>A stream that is read on another thread gives what the plain one gives, whatever the chunks' edges cut through.</summary>
public sealed class ReadAheadTests
{
    private const int Room = 64;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Gives_the_same_bytes_sums_and_captures(int chunkBytes)
    {
        int seed = 7341 + chunkBytes;
        var random = new Random(seed);
        byte[] image = new byte[20_000];
        random.NextBytes(image);
        var stream = new RdbStream(Room) { Sums = true };
        var source = new Pieces(image, random);
        stream.Open(source, new ReadAhead(source, Room, sums: true, chunkBytes));
        int at = 0;
        while (at < image.Length - 1000)
        {
            int count = random.Next(0, random.Next(4) == 0 ? 300 : Room);
            bool captures = random.Next(4) == 0;
            if (captures) stream.BeginCapture();
            Assert.True(stream.Bytes((ulong)count).SequenceEqual(image.AsSpan(at, count)), $"seed {seed}, byte {at}");
            if (captures) Assert.True(stream.EndCapture().SequenceEqual(image.AsSpan(at, count)), $"seed {seed}, capture at {at}");
            at += count;
            if (random.Next(3) == 0) stream.Skip((ulong)(count = random.Next(100)));
            else count = 0;
            at += count;
            Assert.Equal(at, stream.Position);
        }

        Assert.Equal(image[at++], stream.Byte());
        Assert.Equal(Crc64.Append(0, image.AsSpan(0, at)), stream.Sum());
        stream.Close();
        Assert.Equal(image[at..], source.ReadAll());
    }

    [Fact]
    public void Says_where_the_bytes_end_and_passes_on_why_they_cannot_be_read()
    {
        byte[] image = new byte[500];
        var source = new Pieces(image, new Random(1));
        var stream = new RdbStream(Room);
        stream.Open(source, new ReadAhead(source, Room, sums: false, chunkBytes: 100));
        stream.Skip(490);
        ValueFormatException end = Assert.Throws<ValueFormatException>(() => { stream.Bytes(20); });
        Assert.Contains("at byte 490", end.Message, StringComparison.Ordinal);
        Assert.True(stream.IsExhausted);
        stream.EndAhead();

        var failing = new Pieces(image, new Random(2)) { FailsAt = 250 };
        stream.Open(failing, new ReadAhead(failing, Room, sums: false, chunkBytes: 100));
        stream.Skip(200);
        IOException failure = Assert.Throws<IOException>(() => { stream.Skip(100); });
        Assert.Equal("no more of it", failure.Message);
        stream.EndAhead();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(90)]
    [InlineData(1000)]
    public void Gives_the_strings_of_an_image_expanded(int chunkBytes)
    {
        const int Behind = 700;
        int seed = 9917 + chunkBytes;
        var random = new Random(seed);
        (byte[] image, List<byte[]> strings) = CompressedImage(random);
        byte[] behind = new byte[Behind];
        random.NextBytes(behind);
        var source = new Pieces([.. image, .. behind], random);
        var stream = new RdbStream(Room) { Sums = true };
        var ahead = new ReadAhead(source, Room, sums: true, chunkBytes);
        stream.Open(source, ahead);
        stream.Skip(ImageHead);
        foreach (byte[] expected in strings)
        {
            Assert.Equal(RdbTypeByte.String, stream.Byte());
            Assert.Equal((byte)'k', stream.String()[0]);
            Assert.True(stream.String().SequenceEqual(expected), $"seed {seed}, byte {stream.Position}");
        }

        Assert.Equal(RdbOpcode.End, stream.Byte());
        Assert.Equal(Crc64.Append(0, image), stream.Sum());
        stream.Close();
        Assert.Equal(behind, source.ReadAll());
        Assert.Equal(strings.Count, ahead.ExpandedCount);
    }

    [Fact]
    public void Leaves_to_the_loop_what_is_broken()
    {
        (byte[] image, List<byte[]> strings) = CompressedImage(new Random(5));
        for (int cut = ImageHead; cut < image.Length; cut += 37)
        {
            byte[] broken = (byte[])image.Clone();
            broken[cut] ^= 0x55;
            var source = new Pieces(broken, new Random(cut));
            var ahead = new RdbStream(Room);
            ahead.Open(source, new ReadAhead(source, Room, sums: false, chunkBytes: 200));
            var plain = new RdbStream(Room);
            plain.Open(new Pieces(broken, new Random(cut)));
            Assert.Equal(Outcome(plain, strings.Count), Outcome(ahead, strings.Count));
            ahead.EndAhead();
        }
    }

    private const int ImageHead = 9;

    private static (byte[] Image, List<byte[]> Strings) CompressedImage(Random random)
    {
        var compressor = new LzfCompressor();
        List<byte> image = [.. "REDIS0011"u8];
        List<byte[]> strings = [];
        while (strings.Count < 300)
        {
            byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"part {random.Next(9)} ", 4 + random.Next(30))));
            byte[] packed = new byte[text.Length];
            int length = compressor.Compress(text, packed);
            image.AddRange([RdbTypeByte.String, 1, (byte)'k', 0xC3, .. Length(length), .. Length(text.Length), .. packed[..length]]);
            strings.Add(text);
        }

        image.Add(RdbOpcode.End);
        return ([.. image], strings);
    }

    private static byte[] Length(int length) => length < 64 ? [(byte)length] : [(byte)(0x40 | (length >> 8)), (byte)length];

    // What a reader of keys with strings comes to: a digest of all of them, or the error.
    private static string Outcome(RdbStream stream, int count)
    {
        ulong sum = 0;
        try
        {
            stream.Skip(ImageHead);
            for (int i = 0; i < count; i++)
            {
                stream.Byte();
                sum = Crc64.Append(sum, stream.String());
                sum = Crc64.Append(sum, stream.String());
            }
        }
        catch (ValueFormatException broken)
        {
            return broken.Message;
        }

        return $"{sum:x}";
    }

    private sealed class Pieces(byte[] bytes, Random random) : RdbSource
    {
        private byte[] _bytes = bytes;
        private int _at;

        public int FailsAt { get; init; } = int.MaxValue;

        public override int Read(Span<byte> into)
        {
            if (_at >= FailsAt) throw new IOException("no more of it");
            int count = Math.Min(Math.Min(into.Length, Math.Min(FailsAt, _bytes.Length) - _at), 1 + random.Next(90));
            _bytes.AsSpan(_at, count).CopyTo(into);
            _at += count;
            return count;
        }

        public override void Unread(ReadOnlySpan<byte> bytes)
        {
            _bytes = [.. bytes, .. _bytes[_at..]];
            _at = 0;
        }

        public byte[] ReadAll() => _bytes[_at..];
    }
}
