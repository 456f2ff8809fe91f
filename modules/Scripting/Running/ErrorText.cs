namespace ModularKv.Scripting.Running;

/// <summary>Puts an error together from parts, in a buffer that is used again and again.</summary>
internal sealed class ErrorText
{
    /// <summary>A buffer that grew beyond this is not kept, bytes.</summary>
    private const int KeptBytesMax = 64 * 1024;

    private byte[] _bytes = new byte[256];
    private int _length;

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Starts a text.</summary>
    public ErrorText Begin()
    {
        _length = 0;
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[256];
        return this;
    }

    /// <summary>Adds a part.</summary>
    public ErrorText Add(ReadOnlySpan<byte> part)
    {
        if (_bytes.Length - _length < part.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + part.Length));
        part.CopyTo(_bytes.AsSpan(_length));
        _length += part.Length;
        return this;
    }
}
