using ModularKv.Abstractions.Transport;

namespace ModularKv.Tls.Tests;

/// <summary>Two ends joined in memory; takes and gives random pieces, and often nothing.</summary>
internal sealed class MemoryWire : IWire
{
    private readonly byte[] _pipe = new byte[256 * 1024];
    private readonly Random? _random;
    private MemoryWire _peer = null!;
    private int _length;

    private MemoryWire(Random? random) => _random = random;

    /// <summary>The peer closed.</summary>
    public bool IsClosed { get; set; }

    /// <summary>With <paramref name="random"/> null everything passes at once.</summary>
    public static (MemoryWire Left, MemoryWire Right) Pair(Random? random)
    {
        var left = new MemoryWire(random);
        var right = new MemoryWire(random) { _peer = left };
        left._peer = right;
        return (left, right);
    }

    public int Receive(Span<byte> into)
    {
        int count = Math.Min(into.Length, _length);
        if (_random is not null) count = Math.Min(count, Some());
        if (count == 0) return IsClosed && _length == 0 ? 0 : IWire.WouldBlock;
        _pipe.AsSpan(0, count).CopyTo(into);
        _pipe.AsSpan(count, _length - count).CopyTo(_pipe);
        _length -= count;
        return count;
    }

    public int Send(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _peer._pipe.Length - _peer._length);
        if (_random is not null) count = Math.Min(count, Some());
        if (count == 0) return IWire.WouldBlock;
        bytes[..count].CopyTo(_peer._pipe.AsSpan(_peer._length));
        _peer._length += count;
        return count;
    }

    private int Some() => _random!.Next(3) switch
    {
        0 => 0,
        1 => _random.Next(1, 40),
        _ => _random.Next(1, 40_000),
    };
}

/// <summary>Keeps nothing.</summary>
internal sealed class SilentLog : ModularKv.Abstractions.ILog
{
    public void Write(ModularKv.Abstractions.LogLevel level, string text)
    {
    }
}
