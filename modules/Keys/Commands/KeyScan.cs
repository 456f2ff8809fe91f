using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>SCAN.</summary>
internal sealed class KeyScan
{
    private readonly ScanArguments _arguments = new();
    private readonly ScanReply _found = new();
    private readonly KeyCollector _collector;

    public KeyScan() => _collector = new KeyCollector(_arguments, _found);

    /// <summary>SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]. Source: redis.io/commands/scan.</summary>
    public void Scan(ref CommandContext call)
    {
        if (!ScanArguments.TryReadCursor(ref call, 1, out ulong cursor)) return;
        if (!_arguments.TryReadOptions(ref call, 2, ScanOptions.Type)) return;

        _collector.Begin(call.NowMs);
        if (_arguments.TypeAt != 0) _collector.OnlyType(FindType(call.Server.Types, call.Argument(_arguments.TypeAt)));
        long steps = _arguments.StepsMax;
        do
        {
            cursor = call.Keys.Scan(cursor, _collector);
        }
        while (cursor != 0 && steps-- > 0 && _collector.Visited < _arguments.Count);

        _found.Send(call.Reply, cursor);
        for (int i = 0; i < _collector.Expired.Count; i++)
        {
            // Looking an expired key up removes it.
            using PinnedKey key = new(_collector.Expired[i]);
            call.Keys.Exists(key.Key);
        }
    }

    private static DataType? FindType(IDataTypes types, ReadOnlySpan<byte> name)
    {
        foreach (DataType type in types.All)
        {
            if (Ascii.EqualsIgnoreCase(name, type.Name)) return type;
        }

        return null;
    }

    /// <summary>Takes the keys that the options let through, and notes those that have expired.</summary>
    private sealed class KeyCollector(ScanArguments arguments, ScanReply found) : IEntryVisitor
    {
        private long _nowMs;
        private bool _filtersType;
        private DataType? _type;

        /// <summary>Keys seen, those that did not match included: what COUNT limits.</summary>
        public long Visited { get; private set; }

        public List<byte[]> Expired { get; } = [];

        /// <summary>Null: nothing matches, as for the name of a type that does not exist.</summary>
        public void OnlyType(DataType? type)
        {
            _filtersType = true;
            _type = type;
        }

        public void Begin(long nowMs)
        {
            Visited = 0;
            _nowMs = nowMs;
            _filtersType = false;
            _type = null;
            Expired.Clear();
            found.Clear();
        }

        public void Visit(Entry entry)
        {
            Visited++;
            ReadOnlySpan<byte> key = entry.Key;
            if (!arguments.Matches(key)) return;
            if (entry.HasExpiry && entry.ExpireAtMs <= _nowMs)
            {
                Expired.Add(key.ToArray());
                return;
            }

            if (_filtersType && (_type is null || !entry.Is(_type))) return;
            found.Add(key);
        }
    }
}
