using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Sets.Commands;

/// <summary>SSCAN.</summary>
internal sealed class SetScan(SetType type)
{
    private readonly ScanArguments _arguments = new();
    private readonly ScanReply _found = new();

    /// <summary>SSCAN key cursor [MATCH pattern] [COUNT count]. Source: redis.io/commands/sscan.</summary>
    public void Scan(ref CommandContext call)
    {
        if (!ScanArguments.TryReadCursor(ref call, 2, out ulong cursor)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            ScanReply.SendEmpty(call.Reply);
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        if (!_arguments.TryReadOptions(ref call, 3, ScanOptions.None)) return;
        _found.Clear();
        SetView set = SetView.Of(entry);
        cursor = set.Encoding == SetEncoding.Table ? ScanTable(in set.Table, cursor) : ScanAll(set);
        _found.Send(call.Reply, cursor);
    }

    private ulong ScanTable(in PackedTable table, ulong cursor)
    {
        Collector collector = new(_arguments, _found);
        long steps = _arguments.StepsMax;
        do cursor = table.Scan(cursor, ref collector);
        while (cursor != 0 && steps-- > 0 && collector.Visited < _arguments.Count);
        return cursor;
    }

    // A small set comes whole, whatever the cursor.
    private ulong ScanAll(SetView set)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(set);
        while (walk.MoveNext(out SetMember member))
        {
            ReadOnlySpan<byte> text = member.Text(digits);
            if (_arguments.Matches(text)) _found.Add(text);
        }

        return 0;
    }

    private struct Collector(ScanArguments arguments, ScanReply found) : ITableVisitor
    {
        /// <summary>Members seen, those that did not match included: what COUNT limits.</summary>
        public long Visited { get; private set; }

        public void Visit(TableItem item)
        {
            Visited++;
            if (arguments.Matches(item.Key)) found.Add(item.Key);
        }
    }
}
