using System.Text;

namespace ModularKv.Scripting.Libraries;

/// <summary>Compares names of functions: bytes, without regard to the case of ASCII letters; found by a span too.</summary>
internal sealed class FunctionNames : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    /// <summary>The one there is.</summary>
    public static readonly FunctionNames Instance = new();

    /// <inheritdoc/>
    public bool Equals(byte[]? x, byte[]? y) => Ascii.EqualsIgnoreCase(x, y);

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other);

    /// <inheritdoc/>
    public int GetHashCode(byte[] name) => GetHashCode(name.AsSpan());

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte b in name) hash = (hash ^ (uint)(b | 0x20)) * 16777619;
        return (int)hash;
    }

    /// <inheritdoc/>
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
