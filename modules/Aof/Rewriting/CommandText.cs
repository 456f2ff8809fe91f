using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Aof.Rewriting;

/// <summary>Formats a snapshot's entries as commands. Writing thread only.</summary>
internal sealed class CommandText
{
    private const int BufferBytes = 256 * 1024;

    // Room for the longest header: mark, digits, line end.
    private const int HeaderBytes = 32;

    private readonly BaseFile _file;
    private readonly ItemReader _items = new();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;
    private int _database = -1;

    /// <param name="file">Where to.</param>
    /// <param name="timestamp">Unix seconds to be noted in front; 0: none.</param>
    /// <param name="libraries">Sources of the function libraries.</param>
    public CommandText(BaseFile file, long timestamp, IReadOnlyList<byte[]> libraries)
    {
        _file = file;
        if (timestamp > 0)
        {
            Append("#TS:"u8);
            Digits(timestamp);
        }

        foreach (byte[] source in libraries)
        {
            Header((byte)'*', 3);
            Bulk("FUNCTION"u8);
            Bulk("LOAD"u8);
            Bulk(source);
        }
    }

    /// <summary>Adds an entry.</summary>
    public void Add(in SnapshotEntry entry)
    {
        if (entry.Database != _database)
        {
            _database = entry.Database;
            Header((byte)'*', 2);
            Bulk("SELECT"u8);
            BulkNumber(_database);
        }

        entry.OpenValue(_items);
        if (entry.Type == "string")
        {
            _ = _items.TryRdbType();
            Header((byte)'*', 3);
            Bulk("SET"u8);
            Bulk(entry.Key);
            Bulk(_items.String());
        }
        else
        {
            while (!_items.AtEnd) Command();
        }

        if (entry.Continued || entry.ExpireAtMs < 0) return;
        Header((byte)'*', 3);
        Bulk("PEXPIREAT"u8);
        Bulk(entry.Key);
        BulkNumber(entry.ExpireAtMs);
    }

    private void Command()
    {
        long arguments = (long)_items.Length();
        Header((byte)'*', arguments);
        for (long i = 0; i < arguments; i++) Bulk(_items.String());
    }

    private void BulkNumber(long number)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Bulk(digits[..NumberText.Write(digits, number)]);
    }

    private void Bulk(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        Append(bytes);
        Append("\r\n"u8);
    }

    private void Header(byte mark, long number)
    {
        if (_buffer.Length - _used < HeaderBytes) Flush();
        _buffer[_used++] = mark;
        Digits(number);
    }

    private void Digits(long number)
    {
        if (_buffer.Length - _used < HeaderBytes) Flush();
        _used += NumberText.Write(_buffer.AsSpan(_used), number);
        _buffer[_used++] = (byte)'\r';
        _buffer[_used++] = (byte)'\n';
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used) Flush();
        if (bytes.Length > _buffer.Length)
        {
            _file.Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>Writes what is collected.</summary>
    public void Flush()
    {
        if (_used > 0) _file.Write(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
