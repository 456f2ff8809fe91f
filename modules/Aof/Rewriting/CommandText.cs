using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Aof.Rewriting;

/// <summary>Formats a snapshot's entries as commands. Writing thread only.</summary>
internal sealed class CommandText : CommandOutput
{
    private const int BufferBytes = 256 * 1024;

    private readonly BaseFile _file;
    private readonly ItemReader _items = new();
    private int _database = -1;

    /// <param name="file">Where to.</param>
    /// <param name="timestamp">Unix seconds to be noted in front; 0: none.</param>
    /// <param name="libraries">Sources of the function libraries.</param>
    public CommandText(BaseFile file, long timestamp, IReadOnlyList<byte[]> libraries) : base(BufferBytes)
    {
        _file = file;
        if (timestamp > 0) Raw(Encoding.ASCII.GetBytes($"#TS:{timestamp}\r\n"));
        foreach (byte[] source in libraries)
        {
            Begin(3);
            Argument("FUNCTION"u8);
            Argument("LOAD"u8);
            Argument(source);
        }
    }

    /// <summary>Adds an entry.</summary>
    public void Add(in SnapshotEntry entry)
    {
        if (entry.Database != _database)
        {
            _database = entry.Database;
            Begin(2);
            Argument("SELECT"u8);
            Argument(_database);
        }

        entry.OpenValue(_items);
        if (entry.Type == "string")
        {
            _ = _items.TryRdbType();
            Begin(3);
            Argument("SET"u8);
            Argument(entry.Key);
            Argument(_items.String());
        }
        else
        {
            while (!_items.AtEnd) Command();
        }

        if (entry.Continued || entry.ExpireAtMs < 0) return;
        Begin(3);
        Argument("PEXPIREAT"u8);
        Argument(entry.Key);
        Argument(entry.ExpireAtMs);
    }

    private void Command()
    {
        long arguments = (long)_items.Length();
        Begin(arguments);
        for (long i = 0; i < arguments; i++) Argument(_items.String());
    }

    /// <inheritdoc/>
    protected override void Write(ReadOnlySpan<byte> bytes) => _file.Write(bytes);
}
