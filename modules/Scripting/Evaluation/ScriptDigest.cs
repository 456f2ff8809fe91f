using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModularKv.Scripting.Evaluation;

/// <summary>The SHA-1 under which a script is cached, as a number: found without making text of it.</summary>
internal readonly record struct ScriptDigest(ulong High, ulong Middle, uint Low)
{
    /// <summary>Bytes of its hexadecimal form.</summary>
    public const int TextBytes = SHA1.HashSizeInBytes * 2;

    /// <summary>The digest of a script's text.</summary>
    public static ScriptDigest Of(ReadOnlySpan<byte> source)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(source, hash);
        return From(hash);
    }

    /// <summary>Reads 40 hexadecimal digits, any case. False: they are none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ScriptDigest digest)
    {
        digest = default;
        if (text.Length != TextBytes) return false;
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        if (Convert.FromHexString(text, hash, out _, out _) != OperationStatus.Done) return false;
        digest = From(hash);
        return true;
    }

    /// <summary>Its 40 hexadecimal digits.</summary>
    public byte[] ToText()
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64BigEndian(hash, High);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], Middle);
        BinaryPrimitives.WriteUInt32BigEndian(hash[16..], Low);
        return System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash));
    }

    /// <inheritdoc/>
    public override int GetHashCode() => (int)High; // evenly spread as it is

    private static ScriptDigest From(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash),
        BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(hash[16..]));
}
