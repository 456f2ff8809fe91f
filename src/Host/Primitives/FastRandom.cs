using ModularKv.Abstractions;

namespace ModularKv.Host.Primitives;

/// <summary>SplitMix64: small, fast, seedable.</summary>
internal sealed class FastRandom(ulong seed) : IRandom
{
    private ulong _state = seed;

    /// <inheritdoc/>
    public ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <inheritdoc/>
    public long Next(long bound)
    {
        Invariant.Check(bound > 0, "a random bound must be positive");
        return (long)Math.BigMul(Next(), (ulong)bound, out _);
    }
}
