namespace ModularKv.Monitoring.Live;

/// <summary>One line of MONITOR, in a buffer that is used again and again.</summary>
internal sealed class MonitorLine
{
    /// <summary>A buffer that grew beyond this for one line is given back after it, bytes.</summary>
    private const int KeptBytesMax = 64 * 1024;

    /// <summary>The longest form of one byte: \xff.</summary>
    private const int EscapedBytesMax = 4;

    private const int PieceBytes = 64 * 1024;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The line so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Starts a line.</summary>
    public void Begin(ReadOnlySpan<byte> head)
    {
        _length = 0;
        Room(head.Length);
        head.CopyTo(_bytes);
        _length = head.Length;
    }

    /// <summary>Adds a space and the argument in quotes, as sdscatrepr writes it.</summary>
    public void Argument(ReadOnlySpan<byte> argument)
    {
        Room(2);
        _bytes[_length++] = (byte)' ';
        _bytes[_length++] = (byte)'"';

        // Room for the worst case of a piece at a time: few bytes need escaping.
        while (argument.Length > 0)
        {
            int piece = Math.Min(argument.Length, PieceBytes);
            Escape(argument[..piece]);
            argument = argument[piece..];
        }

        Room(1);
        _bytes[_length++] = (byte)'"';
    }

    private void Escape(ReadOnlySpan<byte> bytes)
    {
        Room((long)bytes.Length * EscapedBytesMax);
        byte[] to = _bytes;
        int at = _length;
        foreach (byte b in bytes)
        {
            byte letter = Letter(b);
            if (letter == 0)
            {
                to[at++] = b;
                continue;
            }

            to[at++] = (byte)'\\';
            to[at++] = letter;
            if (letter != (byte)'x') continue;
            to[at++] = "0123456789abcdef"u8[b >> 4];
            to[at++] = "0123456789abcdef"u8[b & 15];
        }

        _length = at;
    }

    /// <summary>Done with the line.</summary>
    public void End()
    {
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[1024];
        _length = 0;
    }

    // What follows the backslash; 0: the byte stands as it is.
    private static byte Letter(byte b) => b switch
    {
        (byte)'\\' or (byte)'"' => b,
        (byte)'\n' => (byte)'n',
        (byte)'\r' => (byte)'r',
        (byte)'\t' => (byte)'t',
        7 => (byte)'a',
        8 => (byte)'b',
        < 32 or > 126 => (byte)'x',
        _ => 0,
    };

    private void Room(long more)
    {
        long needed = _length + more;
        if (needed > _bytes.Length) Array.Resize(ref _bytes, checked((int)Math.Max(needed, Math.Min(Array.MaxLength, _bytes.Length * 2L))));
    }
}
