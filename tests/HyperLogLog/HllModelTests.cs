using ModularKv.HyperLogLog.Memory;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Tests;

/// <summary>Both representations against an array of registers, and the estimate against what was added.</summary>
public sealed class HllModelTests(ITestOutputHelper output)
{
    private const long SparseBytesMax = 3000;

    private readonly HllValue _values = new();

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3000)]
    [InlineData(100_000)]
    public void Values_hold_the_highest_run_of_each_register(long sparseBytesMax)
    {
        Random random = Seeded();
        LooseBytes value = new();
        byte[] model = new byte[HllLayout.Registers];
        for (int step = 0; step < 20_000; step++)
        {
            byte[] element = new byte[random.Next(0, 20)];
            random.NextBytes(element);
            (int index, int run) = ElementHash.Place(element);
            bool raises = run > model[index];
            if (raises) model[index] = (byte)run;
            RegisterChange change = _values.Add(ref value, element, sparseBytesMax);
            Assert.Equal(raises ? RegisterChange.Done : RegisterChange.None, change);
            if (step % 997 == 0 || step < 50) AssertHolds(model, value.Bytes);
        }

        AssertHolds(model, value.Bytes);
        Assert.True(_values.TryMakeDense(ref value));
        AssertHolds(model, value.Bytes);
    }

    [Fact]
    public void A_value_becomes_dense_above_the_limit_and_not_before()
    {
        LooseBytes value = new();
        int longest = 0;
        for (int i = 0; !HllLayout.IsDense(value.Bytes); i++)
        {
            longest = Math.Max(longest, value.Bytes.Length);
            _values.Add(ref value, BitConverter.GetBytes(i), SparseBytesMax);
        }

        Assert.InRange(longest, SparseBytesMax - 3, SparseBytesMax);
        Assert.Equal(HllLayout.DenseBytes, value.Bytes.Length);
    }

    [Fact]
    public void Estimates_are_within_six_standard_errors()
    {
        Random random = Seeded();
        LooseBytes value = new();
        long added = 0;
        foreach (int goal in (int[])[1, 10, 100, 1000, 10_000, 100_000, 1_000_000])
        {
            for (; added < goal; added++) _values.Add(ref value, BitConverter.GetBytes(random.NextInt64()), SparseBytesMax);
            Assert.True(_values.TryEstimate(value.Bytes, out long estimate));
            Assert.InRange(estimate, goal - goal * 0.05 - 1, goal + goal * 0.05 + 1);
        }
    }

    [Fact]
    public void Registers_are_packed_and_unpacked()
    {
        Random random = Seeded();
        byte[] raw = new byte[HllLayout.Registers];
        byte[] dense = new byte[HllLayout.DenseRegisterBytes];
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < raw.Length; i++) raw[i] = (byte)random.Next(64);
            DenseRegisters.Pack(raw, dense);
            for (int i = 0; i < raw.Length; i++) Assert.Equal(raw[i], DenseRegisters.Get(dense, i));

            byte[] other = new byte[HllLayout.Registers];
            for (int i = 0; i < raw.Length; i++) other[i] = (byte)random.Next(64);
            byte[] expected = [.. raw.Zip(other, Math.Max)];
            DenseRegisters.Maximum(dense, other);
            Assert.Equal(expected, other);

            int[] histogram = new int[Estimator.HistogramSize];
            DenseRegisters.Histogram(raw, histogram);
            Assert.Equal(Enumerable.Range(0, 64).Select(value => raw.Count(register => register == value)), histogram);

            int index = random.Next(raw.Length);
            byte[] before = [.. dense];
            DenseRegisters.Set(dense, index, 63 - raw[index]);
            Assert.Equal(63 - raw[index], DenseRegisters.Get(dense, index));
            DenseRegisters.Set(dense, index, raw[index]);
            Assert.Equal(before, dense);
        }
    }

    [Fact]
    public void Merging_in_rising_order_gives_what_adding_one_by_one_gives()
    {
        Random random = Seeded();
        for (int round = 0; round < 30; round++)
        {
            LooseBytes source = new();
            int elements = random.Next(1, 900);
            for (int i = 0; i < elements; i++) _values.Add(ref source, BitConverter.GetBytes(random.Next()), SparseBytesMax);
            byte[] raw = new byte[HllLayout.Registers];
            Assert.True(HllValue.TryMaximum(source.Bytes, raw));

            LooseBytes merged = new();
            _values.RaiseAll(ref merged, raw, SparseBytesMax);
            LooseBytes plain = new();
            for (int i = 0; i < raw.Length; i++)
            {
                if (raw[i] == 0) continue;
                byte[] one = new byte[HllLayout.Registers];
                one[i] = raw[i];
                _values.RaiseAll(ref plain, one, SparseBytesMax);
            }

            Assert.Equal(plain.Bytes.ToArray(), merged.Bytes.ToArray());
            AssertHolds(raw, merged.Bytes);
        }
    }

    [Fact]
    public void Corrupt_codes_are_found_and_never_followed()
    {
        Random random = Seeded();
        byte[] raw = new byte[HllLayout.Registers];
        for (int round = 0; round < 3000; round++)
        {
            LooseBytes value = new();
            int elements = random.Next(0, 300);
            for (int i = 0; i < elements; i++) _values.Add(ref value, BitConverter.GetBytes(random.Next()), SparseBytesMax);
            int damages = random.Next(1, 4);
            for (int i = 0; i < damages; i++)
            {
                Span<byte> bytes = value.Bytes;
                bytes[random.Next(HllLayout.HeaderBytes, bytes.Length)] = (byte)random.Next(256);
                value.Resize(random.Next(4) == 0 ? random.Next(HllLayout.HeaderBytes + 1, bytes.Length) : bytes.Length);
            }

            // What is said does not matter here; that nothing is read or written beyond the bytes does.
            HllValue.TryMaximum(value.Bytes, raw);
            _values.TryEstimate(value.Bytes, out _);
            for (int i = 0; i < 20 && value.Bytes.Length > HllLayout.HeaderBytes; i++)
            {
                _values.Add(ref value, BitConverter.GetBytes(random.Next()), SparseBytesMax);
            }
        }
    }

    private void AssertHolds(byte[] model, ReadOnlySpan<byte> value)
    {
        byte[] raw = new byte[HllLayout.Registers];
        Assert.True(HllLayout.IsValid(value));
        Assert.True(HllValue.TryMaximum(value, raw));
        Assert.Equal(model, raw);
        Assert.True(_values.TryEstimate(value, out long estimate));
        Assert.Equal(HllValue.Estimate(model), estimate);
    }

    private Random Seeded()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
