using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Commands;

/// <summary>HGETALL, HKEYS, HVALS, HSCAN: the fields of a hash, without those that have expired.</summary>
internal sealed class FieldListing(HashType type)
{
    private readonly ScanArguments _options = new();
    private readonly ScanReply _found = new();

    /// <summary>HGETALL key. Source: redis.io/commands/hgetall.</summary>
    public void All(ref CommandContext call)
    {
        if (!TryOpen(ref call, isMap: true, out Entry entry)) return;
        long horizon = type.Expiry.HorizonOf(ref call);
        long count = HashReader.Count(entry) - HashReader.CountExpired(entry, horizon);
        ReplyWriter reply = call.Reply;
        reply.Map(count);
        switch (HashReader.FormOf(entry))
        {
            case HashForm.Packed:
                Listpack.Reply(entry.Value, Listpack.First(entry.Value), (int)count * 2, reply);
                break;
            case HashForm.Table:
                ReplyTable(ref entry.Structure<HashRoot>().Fields, reply);
                break;
            default:
                Walk(entry, horizon, reply, fields: true, values: true);
                break;
        }
    }

    /// <summary>HKEYS key. Source: redis.io/commands/hkeys.</summary>
    public void Fields(ref CommandContext call) => List(ref call, fields: true);

    /// <summary>HVALS key. Source: redis.io/commands/hvals.</summary>
    public void Values(ref CommandContext call) => List(ref call, fields: false);

    /// <summary>HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]. Source: redis.io/commands/hscan.</summary>
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

        if (!_options.TryReadOptions(ref call, 3, ScanOptions.NoValues)) return;
        _found.Clear();
        Scanning scanning = new(_options, _found, type.Expiry.HorizonOf(ref call));
        if (HashReader.IsPacked(entry))
        {
            // A small hash comes whole, whatever COUNT says.
            cursor = 0;
            HashWalk walk = new(entry);
            while (walk.MoveNext()) scanning.Add(walk.Field, walk.Value);
        }
        else
        {
            ref PackedTable table = ref entry.Structure<HashRoot>().Fields;
            long steps = _options.StepsMax;
            do cursor = table.Scan(cursor, ref scanning);
            while (cursor != 0 && --steps > 0 && scanning.Seen < _options.Count);
        }

        _found.Send(call.Reply, cursor);
    }

    private static void ReplyTable(ref PackedTable table, ReplyWriter reply)
    {
        TableWalk walk = default;
        while (table.Next(ref walk, out TableItem item))
        {
            reply.Bulk(item.Key);
            reply.Bulk(item.Value);
        }
    }

    private void List(ref CommandContext call, bool fields)
    {
        if (!TryOpen(ref call, isMap: false, out Entry entry)) return;
        long horizon = type.Expiry.HorizonOf(ref call);
        call.Reply.Array(HashReader.Count(entry) - HashReader.CountExpired(entry, horizon));
        Walk(entry, horizon, call.Reply, fields, !fields);
    }

    private static void Walk(Entry entry, long horizon, ReplyWriter reply, bool fields, bool values)
    {
        HashWalk walk = new(entry);
        while (walk.MoveNext())
        {
            if (walk.Value.ExpireAtMs != 0 && walk.Value.ExpireAtMs < horizon) continue;
            if (fields) walk.Field.Reply(reply);
            if (values) walk.Value.Reply(reply);
        }
    }

    private bool TryOpen(ref CommandContext call, bool isMap, out Entry entry)
    {
        entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            if (isMap) call.Reply.Map(0);
            else call.Reply.Array(0);
            return false;
        }

        if (entry.Is(type)) return true;
        call.Reply.WrongType();
        return false;
    }

    private struct Scanning(ScanArguments options, ScanReply found, long horizon) : ITableVisitor
    {
        /// <summary>Fields seen, whether or not they are replied.</summary>
        public long Seen;

        public void Visit(TableItem item) => Add(new HashField(item.Key), HashReader.ValueOf(item));

        public void Add(scoped HashField field, scoped HashField value)
        {
            Seen++;
            if (value.ExpireAtMs != 0 && value.ExpireAtMs < horizon) return;
            Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
            ReadOnlySpan<byte> name = field.Text(scratch);
            if (!options.Matches(name)) return;
            found.Add(name);
            if (!options.NoValues) found.Add(value.Text(scratch));
        }
    }
}
