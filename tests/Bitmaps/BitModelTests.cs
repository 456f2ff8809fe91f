using System.Numerics;
using ModularKv.Bitmaps.Fields;
using ModularKv.Bitmaps.Memory;

namespace ModularKv.Bitmaps.Tests;

/// <summary>Counting, searching and fields against the plainest way to do the same, bit by bit.</summary>
public sealed class BitModelTests(ITestOutputHelper output)
{
    private const int Rounds = 3000;

    [Fact]
    public void Count_and_search_agree_with_a_loop_over_bits()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] value = Bytes(random, random.Next(1, round % 10 == 0 ? 9000 : 300));
            long first = random.NextInt64(value.Length * 8L);
            BitRange range = new(first, random.NextInt64(first, value.Length * 8L));
            long count = 0, firstSet = -1, firstClear = -1;
            for (long bit = range.First; bit <= range.Last; bit++)
            {
                bool isSet = Bit(value, bit);
                if (isSet) count++;
                if (isSet && firstSet < 0) firstSet = bit;
                if (!isSet && firstClear < 0) firstClear = bit;
            }

            Assert.Equal(count, BitCount.Count(value, range));
            Assert.Equal(firstSet, BitSearch.First(value, range, isSet: true));
            Assert.Equal(firstClear, BitSearch.First(value, range, isSet: false));
        }
    }

    [Fact]
    public void Fields_read_and_write_any_bits()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] value = Bytes(random, random.Next(9, 40));
            bool isSigned = random.Next(2) == 0;
            int width = random.Next(1, isSigned ? 65 : 64);
            BitField field = new(width, isSigned, random.NextInt64(value.Length * 8 - width + 1));
            BigInteger plain = 0;
            for (int i = 0; i < width; i++) plain = plain * 2 + (Bit(value, field.Offset + i) ? 1 : 0);
            if (isSigned && plain >= BigInteger.One << (width - 1)) plain -= BigInteger.One << width;
            Assert.Equal((long)plain, field.Read(value));

            byte[] changed = [.. value];
            long number = random.NextInt64(long.MinValue, long.MaxValue);
            field.Write(changed, number);
            Assert.Equal(field.Wrap(number), field.Read(changed));
            field.Write(changed, field.Read(value));
            Assert.Equal(value, changed);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_field_behind_the_end_is_zero(int offset)
    {
        BitField field = new(63, IsSigned: false, offset);
        Assert.Equal((0xFFL >> offset) << (63 - 8 + offset), field.Read([0xFF]));
        Assert.Equal(0, new BitField(64, IsSigned: true, 8 + offset).Read([0xFF]));
        Assert.Equal(0, new BitField(64, IsSigned: true, 4L << 30).Read([0xFF]));
    }

    [Fact]
    public void Sums_stay_in_range()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            bool isSigned = random.Next(2) == 0;
            BitField field = new(random.Next(1, isSigned ? 65 : 64), isSigned, 0);
            long before = field.Wrap(random.NextInt64(long.MinValue, long.MaxValue));
            long increment = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63);
            BigInteger max = (BigInteger.One << (isSigned ? field.Width - 1 : field.Width)) - 1;
            BigInteger min = isSigned ? -max - 1 : 0;
            BigInteger sum = (BigInteger)before + increment;
            bool fits = sum >= min && sum <= max;
            Assert.Equal(fits, FieldArithmetic.TryAdd(field, before, increment, FieldOverflow.Fail, out _));
            Assert.True(FieldArithmetic.TryAdd(field, before, increment, FieldOverflow.Saturate, out long saturated));
            Assert.Equal(BigInteger.Clamp(sum, min, max), saturated);
            Assert.True(FieldArithmetic.TryAdd(field, before, increment, FieldOverflow.Wrap, out long wrapped));
            Assert.Equal(0, (sum - wrapped) % (BigInteger.One << field.Width));
            Assert.InRange(wrapped, min, max);
        }
    }

    private static bool Bit(byte[] value, long bit) => ((value[bit >> 3] >> (7 - (int)(bit & 7))) & 1) == 1;

    // Long runs of one kind, with a few of the other: what a search has to get over.
    private static byte[] Bytes(Random random, int length)
    {
        byte[] value = new byte[length];
        int kind = random.Next(3);
        if (kind == 0) random.NextBytes(value);
        else if (kind == 1) value.AsSpan().Fill(0xFF);
        if (kind != 0) value[random.Next(length)] ^= (byte)(1 << random.Next(8));
        return value;
    }

    private Random Seeded()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
