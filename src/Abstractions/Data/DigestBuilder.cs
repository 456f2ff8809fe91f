using System.Security.Cryptography;

namespace ModularKv.Abstractions;

/// <summary>Redis's data set digest: 20 bytes, SHA-1 of parts, mixed in order or combined without order. Source: debug.c.</summary>
public sealed class DigestBuilder
{
    private readonly byte[] _state = new byte[20];
    private readonly byte[] _hash = new byte[20];

    /// <summary>The 20 bytes so far.</summary>
    public ReadOnlySpan<byte> State => _state;

    /// <summary>Back to zero.</summary>
    public void Clear() => Array.Clear(_state);

    /// <summary>Combines without order: the digest of a set does not depend on the order of its elements (xorDigest).</summary>
    public void Xor(ReadOnlySpan<byte> part)
    {
        SHA1.HashData(part, _hash);
        XorState(_hash);
    }

    /// <summary>Combines in order: xor, then hash again (mixDigest).</summary>
    public void Mix(ReadOnlySpan<byte> part)
    {
        Xor(part);
        SHA1.HashData(_state, _hash);
        _hash.CopyTo(_state, 0);
    }

    /// <summary>Mixes a decimal integer, as Redis mixes times and lengths.</summary>
    public void Mix(long number)
    {
        Span<byte> text = stackalloc byte[20];
        Mix(text[..NumberText.Write(text, number)]);
    }

    /// <summary>Xors 20 raw bytes in.</summary>
    public void XorState(ReadOnlySpan<byte> digest)
    {
        for (int i = 0; i < 20; i++) _state[i] ^= digest[i];
    }

    /// <summary>40 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_state);
}
