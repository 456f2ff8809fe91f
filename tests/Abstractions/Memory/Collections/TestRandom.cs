namespace ModularKv.Abstractions.Tests.Memory.Collections;

/// <summary>A seeded generator for what asks for <see cref="IRandom"/>; prints its seed, so that a failure can be repeated.</summary>
internal sealed class TestRandom : IRandom
{
    private readonly Random random;

    public TestRandom(int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        random = new Random(seed);
    }

    public ulong Next() => ((ulong)(uint)random.Next(1 << 16) << 48) ^ ((ulong)random.NextInt64(1L << 48));

    public long Next(long bound) => random.NextInt64(bound);

    public int Next(int bound) => random.Next(bound);

    public int Next(int from, int bound) => random.Next(from, bound);

    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
