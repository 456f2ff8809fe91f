using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>
/// Places for a few keys that a module makes up, one after the other: as <see cref="PinnedKey"/>, but the memory is used again and again.
/// </summary>
public sealed unsafe class KeyRing : IDisposable
{
    private readonly byte* _bytes;
    private readonly int[] _lengths;
    private readonly ulong[] _hashes;

    /// <summary>Makes the places.</summary>
    /// <param name="places">How many.</param>
    /// <param name="bytesMax">The longest key that fits.</param>
    public KeyRing(int places, int bytesMax)
    {
        BytesMax = bytesMax;
        _lengths = new int[places];
        _hashes = new ulong[places];
        _bytes = (byte*)NativeMemory.Alloc((nuint)places * (nuint)bytesMax);
    }

    /// <summary>The longest key that fits.</summary>
    public int BytesMax { get; }

    /// <summary>The key in a place; valid until another one is put there.</summary>
    public KeyRef this[int place] => new(_bytes + ((nint)place * BytesMax), _lengths[place], _hashes[place]);

    /// <summary>Copies a key of at most <see cref="BytesMax"/> bytes into a place.</summary>
    /// <returns>Its hash.</returns>
    public ulong Set(int place, ReadOnlySpan<byte> key)
    {
        byte* to = _bytes + ((nint)place * BytesMax);
        key.CopyTo(new Span<byte>(to, BytesMax));
        _lengths[place] = key.Length;
        return _hashes[place] = KeyHash.Compute(to, key.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_bytes);
}
