namespace ModularKv.Abstractions;

/// <summary>
/// Commands on their way to a file or to another server, in RESP (an array of bulk strings each), collected to pieces of a size worth
/// handing on. One thread at a time.
/// </summary>
/// <param name="bufferBytes">Size of a piece; what is longer goes on by itself.</param>
public abstract class CommandOutput(int bufferBytes)
{
    // Room for the longest header: mark, digits, line end.
    private const int HeaderBytes = 32;

    private readonly byte[] _buffer = new byte[bufferBytes];
    private int _used;

    /// <summary>Begins a command of so many arguments, its name counted.</summary>
    public void Begin(long arguments) => Header((byte)'*', arguments);

    /// <summary>Adds an argument.</summary>
    public void Argument(ReadOnlySpan<byte> argument)
    {
        Header((byte)'$', argument.Length);
        Raw(argument);
        Raw("\r\n"u8);
    }

    /// <summary>Adds a number as an argument.</summary>
    public void Argument(long number)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Argument(digits[..NumberText.Write(digits, number)]);
    }

    /// <summary>Adds bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used) Flush();
        if (bytes.Length > _buffer.Length)
        {
            Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>Hands on what is collected.</summary>
    public void Flush()
    {
        int length = _used;
        _used = 0;
        if (length > 0) Write(_buffer.AsSpan(0, length));
    }

    /// <summary>Forgets what is collected.</summary>
    protected void Discard() => _used = 0;

    /// <summary>Takes a piece. What it throws comes out of the member that filled it.</summary>
    protected abstract void Write(ReadOnlySpan<byte> bytes);

    private void Header(byte mark, long number)
    {
        if (_buffer.Length - _used < HeaderBytes) Flush();
        _buffer[_used++] = mark;
        _used += NumberText.Write(_buffer.AsSpan(_used), number);
        _buffer[_used++] = (byte)'\r';
        _buffer[_used++] = (byte)'\n';
    }
}
