using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>A key that somebody waits for.</summary>
internal readonly struct WaitKey(int database, byte[] bytes)
{
    public int Database { get; } = database;

    public byte[] Bytes { get; } = bytes;

    public ulong Hash { get; } = KeyHash.Compute(bytes);
}

/// <summary>The same without a copy of its own: what a change is looked up with.</summary>
internal readonly ref struct WaitProbe(int database, ReadOnlySpan<byte> bytes, ulong hash)
{
    public int Database { get; } = database;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ulong Hash { get; } = hash;
}

/// <summary>Compares both, so that a write while clients are blocked on other keys allocates nothing.</summary>
internal sealed class WaitKeyComparer : IEqualityComparer<WaitKey>, IAlternateEqualityComparer<WaitProbe, WaitKey>
{
    public static WaitKeyComparer Instance { get; } = new();

    public bool Equals(WaitKey x, WaitKey y) => x.Database == y.Database && x.Hash == y.Hash && x.Bytes.AsSpan().SequenceEqual(y.Bytes);

    public int GetHashCode(WaitKey key) => HashCode.Combine(key.Database, key.Hash);

    public bool Equals(WaitProbe alternate, WaitKey other)
        => alternate.Database == other.Database && alternate.Hash == other.Hash && alternate.Bytes.SequenceEqual(other.Bytes);

    public int GetHashCode(WaitProbe alternate) => HashCode.Combine(alternate.Database, alternate.Hash);

    public WaitKey Create(WaitProbe alternate) => new(alternate.Database, alternate.Bytes.ToArray());
}
