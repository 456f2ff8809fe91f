using ModularKv.Abstractions;

namespace ModularKv.Aof.Loading;

/// <summary>A file of the log as it is read: an image may stand in front, what follows it is given back by its reader.</summary>
internal sealed class LogSource(DataFile file) : RdbSource
{
    private byte[] _returned = [];
    private int _at;

    /// <summary>Bytes read and not given back: where the next one stands.</summary>
    public long Position { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> into)
    {
        int read;
        if (_at < _returned.Length)
        {
            read = Math.Min(into.Length, _returned.Length - _at);
            _returned.AsSpan(_at, read).CopyTo(into);
            _at += read;
        }
        else
        {
            read = file.Read(into);
        }

        Position += read;
        return read;
    }

    /// <inheritdoc/>
    public override void Unread(ReadOnlySpan<byte> bytes)
    {
        byte[] rest = _returned[_at..];
        _returned = [.. bytes, .. rest];
        _at = 0;
        Position -= bytes.Length;
    }
}
