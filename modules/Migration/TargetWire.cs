using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Migration;

/// <summary>
/// Commands to a target, and the lines that it answers. A target that takes nothing is a <see cref="TimeoutException"/> of whatever sends,
/// a broken connection an <see cref="IOException"/>.
/// </summary>
internal sealed class TargetWire() : CommandOutput(PieceBytes)
{
    /// <summary>Bytes sent at once. Source: migrateCommand.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>Longer answers are cut.</summary>
    private const int LineBytesMax = 1023;

    private readonly byte[] _in = new byte[4096];
    private readonly byte[] _line = new byte[LineBytesMax];
    private DialedConnection _connection = null!;
    private long _timeoutMs;
    private int _inFrom;
    private int _inTo;

    /// <summary>Begins an exchange.</summary>
    public void Open(DialedConnection connection, long timeoutMs)
    {
        _connection = connection;
        _timeoutMs = timeoutMs;
        _inFrom = _inTo = 0;
        Discard();
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

    /// <inheritdoc/>
    protected override void Write(ReadOnlySpan<byte> bytes) => _connection.Send(bytes, _timeoutMs);
}
