using System.Buffers.Text;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>SCAN.</summary>
internal sealed class KeyScan
{
    private readonly KeyCollector _collector = new();

    /// <summary>SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]. Source: redis.io/commands/scan.</summary>
    public void Scan(ref CommandContext call)
    {
        if (!ScanCursor.TryParse(call.Argument(1), out ulong cursor))
        {
            call.Reply.Error("ERR invalid cursor"u8);
            return;
        }

        _collector.Clear(call.NowMs);
        if (!TryReadOptions(ref call, out long count)) return;

        // A sparse table must not hold the loop up: at most ten steps for each key asked for.
        long steps = count > long.MaxValue / 10 ? long.MaxValue : count * 10;
        do
        {
            cursor = call.Keys.Scan(cursor, _collector);
        }
        while (cursor != 0 && steps-- > 0 && _collector.Visited < count);

        Reply(ref call, cursor);
        for (int i = 0; i < _collector.Expired.Count; i++)
        {
            // Looking an expired key up removes it.
            using PinnedKey key = new(_collector.Expired[i]);
            call.Keys.Exists(key.Key);
        }

        _collector.Clear(0);
    }

    private bool TryReadOptions(ref CommandContext call, out long count)
    {
        count = 10;
        for (int i = 2; i < call.ArgumentCount; i += 2)
        {
            if (i + 1 == call.ArgumentCount)
            {
                call.Reply.SyntaxError();
                return false;
            }

            if (call.ArgumentIs(i, "count"u8))
            {
                if (!NumberText.TryParse(call.Argument(i + 1), out count))
                {
                    call.Reply.NotAnInteger();
                    return false;
                }

                if (count < 1)
                {
                    call.Reply.SyntaxError();
                    return false;
                }
            }
            else if (call.ArgumentIs(i, "match"u8))
            {
                ReadOnlySpan<byte> pattern = call.Argument(i + 1);
                _collector.Pattern = pattern is [(byte)'*'] ? null : pattern.ToArray();
            }
            else if (call.ArgumentIs(i, "type"u8))
            {
                _collector.OnlyType(FindType(call.Server.Types, call.Argument(i + 1)));
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private static DataType? FindType(IDataTypes types, ReadOnlySpan<byte> name)
    {
        foreach (DataType type in types.All)
        {
            if (Ascii.EqualsIgnoreCase(name, type.Name)) return type;
        }

        return null;
    }

    private void Reply(ref CommandContext call, ulong cursor)
    {
        ReplyWriter reply = call.Reply;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(cursor, digits, out int length);
        reply.Array(2);
        reply.Bulk(digits[..length]);
        reply.Array(_collector.Count);
        for (int i = 0; i < _collector.Count; i++) reply.Bulk(_collector[i]);
    }

    /// <summary>Keeps the keys of one call: their number is replied before them, and the cursor before both.</summary>
    private sealed class KeyCollector : IEntryVisitor
    {
        /// <summary>A buffer beyond this is not kept for the next call; a larger COUNT pays for its own.</summary>
        private const int BytesKeptMax = 1 << 20;

        private byte[] _bytes = new byte[4096];
        private int[] _ends = new int[64];
        private int _used;
        private long _nowMs;
        private bool _filtersType;
        private DataType? _type;

        public byte[]? Pattern { get; set; }

        public int Count { get; private set; }

        /// <summary>Keys seen, those that did not match included: what COUNT limits.</summary>
        public long Visited { get; private set; }

        public List<byte[]> Expired { get; } = [];

        public ReadOnlySpan<byte> this[int index]
        {
            get
            {
                int start = index == 0 ? 0 : _ends[index - 1];
                return _bytes.AsSpan(start, _ends[index] - start);
            }
        }

        /// <summary>Null: nothing matches, as for the name of a type that does not exist.</summary>
        public void OnlyType(DataType? type)
        {
            _filtersType = true;
            _type = type;
        }

        public void Clear(long nowMs)
        {
            if (_bytes.Length > BytesKeptMax)
            {
                _bytes = new byte[4096];
                _ends = new int[64];
            }

            _used = Count = 0;
            Visited = 0;
            _nowMs = nowMs;
            _filtersType = false;
            _type = null;
            Pattern = null;
            Expired.Clear();
        }

        public void Visit(Entry entry)
        {
            Visited++;
            ReadOnlySpan<byte> key = entry.Key;
            if (Pattern is not null && !GlobPattern.Matches(Pattern, key)) return;
            if (entry.HasExpiry && entry.ExpireAtMs <= _nowMs)
            {
                Expired.Add(key.ToArray());
                return;
            }

            if (_filtersType && (_type is null || !entry.Is(_type))) return;
            if (_bytes.Length - _used < key.Length) Array.Resize(ref _bytes, checked(_bytes.Length * 2 + key.Length));
            if (Count == _ends.Length) Array.Resize(ref _ends, Count * 2);
            key.CopyTo(_bytes.AsSpan(_used));
            _used += key.Length;
            _ends[Count++] = _used;
        }
    }
}
