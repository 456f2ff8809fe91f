using ModularKv.Abstractions;

namespace ModularKv.PubSub;

/// <summary>One message as RESP, in a buffer that is used again and again.</summary>
internal sealed class MessageBuffer
{
    /// <summary>A buffer that grew beyond this for a large message is given back after it, bytes.</summary>
    private const int KeptBytesMax = 64 * 1024;

    /// <summary>Room for a bulk's header and line ends.</summary>
    private const int HeaderBytes = 32;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>What was written.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Starts with bytes that are RESP already.</summary>
    public void Begin(ReadOnlySpan<byte> start)
    {
        start.CopyTo(_bytes);
        _length = start.Length;
    }

    /// <summary>Adds a bulk string.</summary>
    public void Bulk(ReadOnlySpan<byte> content)
    {
        int needed = checked(_length + content.Length + HeaderBytes);
        if (needed > _bytes.Length) Array.Resize(ref _bytes, Math.Max(needed, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L)));
        Span<byte> free = _bytes.AsSpan(_length);
        free[0] = (byte)'$';
        int at = 1 + NumberText.Write(free[1..], content.Length);
        free[at++] = (byte)'\r';
        free[at++] = (byte)'\n';
        content.CopyTo(free[at..]);
        at += content.Length;
        free[at++] = (byte)'\r';
        free[at++] = (byte)'\n';
        _length += at;
    }

    /// <summary>Done with the message.</summary>
    public void End()
    {
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[1024];
        _length = 0;
    }
}
