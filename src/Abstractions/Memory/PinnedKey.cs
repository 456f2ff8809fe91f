using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// A key that the module made up itself (a pattern filled in, a key kept from an earlier call): a copy off-heap. Dispose it.
/// </summary>
public unsafe ref struct PinnedKey : IDisposable
{
    private byte* _copy;
    private readonly int _length;
    private readonly ulong _hash;

    /// <summary>Copies <paramref name="bytes"/>.</summary>
    public PinnedKey(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        _copy = (byte*)NativeMemory.Alloc((nuint)_length + 16);
        bytes.CopyTo(new Span<byte>(_copy, _length));
        _hash = KeyHash.Compute(_copy, _length);
    }

    /// <summary>The key; valid until <see cref="Dispose"/>.</summary>
    public readonly KeyRef Key => new(_copy, _length, _hash);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_copy);
        _copy = null;
    }
}
