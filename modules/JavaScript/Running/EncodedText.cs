using System.Buffers;

namespace ModularKv.JavaScript.Running;

/// <summary>The bytes of a string, in the caller's room where they fit and in a rented array where not.</summary>
internal ref struct EncodedText
{
    /// <summary>Room that a caller gives, bytes.</summary>
    public const int OnStack = 512;

    private readonly byte[]? _rented;

    /// <param name="text">The string.</param>
    /// <param name="room">Room of <see cref="OnStack"/> bytes.</param>
    public EncodedText(string text, Span<byte> room)
    {
        Span<byte> into = text.Length * 3 <= room.Length ? room : _rented = ArrayPool<byte>.Shared.Rent(ByteText.BytesMax(text));
        Bytes = into[..ByteText.Encode(text, into)];
    }

    /// <summary>The bytes, until it is disposed.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Gives the array back.</summary>
    public readonly void Dispose()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }
}
