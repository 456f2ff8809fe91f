using System.Globalization;
using System.Text;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Migration;

/// <summary>Commands to a target, collected to pieces of a size worth sending, and the lines that it answers.</summary>
internal sealed class TargetWire
{
    /// <summary>Bytes sent at once. Source: migrateCommand.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>Longer answers are cut.</summary>
    private const int LineBytesMax = 1023;

    private readonly byte[] _out = new byte[PieceBytes];
    private readonly byte[] _in = new byte[4096];
    private readonly byte[] _line = new byte[LineBytesMax];
    private DialedConnection _connection = null!;
    private long _timeoutMs;
    private int _outLength;
    private int _inFrom;
    private int _inTo;

    /// <summary>Begins an exchange.</summary>
    public void Open(DialedConnection connection, long timeoutMs)
    {
        _connection = connection;
        _timeoutMs = timeoutMs;
        _outLength = _inFrom = _inTo = 0;
    }

    /// <summary>Begins a command of so many arguments.</summary>
    public void Begin(int arguments) => Header('*', arguments);

    /// <summary>Adds an argument.</summary>
    /// <exception cref="TimeoutException">The target takes nothing.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    public void Argument(ReadOnlySpan<byte> argument)
    {
        Header('$', argument.Length);
        Put(argument);
        Put("\r\n"u8);
    }

    /// <summary>Adds a number as an argument.</summary>
    public void Argument(long number)
    {
        Span<byte> text = stackalloc byte[Abstractions.NumberText.IntegerBytesMax];
        Argument(text[..Abstractions.NumberText.Write(text, number)]);
    }

    /// <summary>Sends what is collected.</summary>
    public void Flush()
    {
        int length = _outLength;
        _outLength = 0;
        if (length > 0) _connection.Send(_out.AsSpan(0, length), _timeoutMs);
    }

    /// <summary>The next line, without its end. Borrowed until the next call.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    /// <exception cref="IOException">The connection is broken or closed.</exception>
    public ReadOnlySpan<byte> ReadLine()
    {
        int length = 0;
        while (true)
        {
            if (_inFrom == _inTo)
            {
                _inFrom = 0;
                _inTo = _connection.Receive(_in, _timeoutMs);
                if (_inTo == 0) throw new IOException("the target has closed the connection");
            }

            byte next = _in[_inFrom++];
            if (next == (byte)'\n') break;
            if (length < LineBytesMax) _line[length++] = next;
        }

        ReadOnlySpan<byte> line = _line.AsSpan(0, length);
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Header(char kind, int number)
    {
        Span<byte> text = stackalloc byte[16];
        int length = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}{number}\r\n"), text);
        Put(text[..length]);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _out.Length - _outLength)
        {
            Flush();
            while (bytes.Length >= _out.Length)
            {
                _connection.Send(bytes[..PieceBytes], _timeoutMs);
                bytes = bytes[PieceBytes..];
            }
        }

        bytes.CopyTo(_out.AsSpan(_outLength));
        _outLength += bytes.Length;
    }
}
