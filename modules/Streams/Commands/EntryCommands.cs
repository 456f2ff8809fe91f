using ModularKv.Abstractions;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>Commands that add, remove and read entries by id. Source: t_stream.c.</summary>
internal sealed class EntryCommands(StreamKeys keys, EntryReply entries)
{
    /// <summary>XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|id field value [field value ...]</summary>
    public void Add(ref CommandContext call)
    {
        if (!TrimOptions.TryParse(ref call, true, keys.Settings, out TrimOptions options)) return;
        int fieldsAt = options.IdAt + 1;
        int count = call.ArgumentCount - fieldsAt;
        if (count < 2 || (count & 1) != 0)
        {
            call.Reply.Error("ERR wrong number of arguments for 'xadd' command"u8);
            return;
        }

        if (options.IsIdGiven && options.IsSeqGiven && options.Id.IsZero)
        {
            call.Reply.Error("ERR The ID specified in XADD must be greater than 0-0"u8);
            return;
        }

        if (!keys.TryOpen(ref call, 1, out Entry entry)) return;
        if (entry.IsMissing && options.NoCreate)
        {
            call.Reply.Null();
            return;
        }

        if (entry.IsMissing) entry = keys.Type.Create(call.Keys, call.Key(1));
        StreamValue stream = keys.Of(entry);
        if (!TryNextId(ref call, stream, options, out StreamId id)) return;
        ArgumentList fields = call.Arguments.Slice(fieldsAt);
        if (!StreamValue.Fits(fields, out long contentBytes))
        {
            call.Reply.Error("ERR Elements are too large to be stored"u8);
            return;
        }

        stream.Append(id, fields, contentBytes, keys.Settings.NodeLimits);
        entries.Id(call.Reply, id);
        call.Changed(call.Key(1), KeyEventClass.Stream, "xadd"u8);
        if (options.Trims && stream.Trim(options.Rule) > 0) call.Notify(call.Key(1), KeyEventClass.Stream, "xtrim"u8);
        bool isApproximate = options.Trims && options.Rule.IsApproximate;
        if (isApproximate || !options.IsIdGiven || !options.IsSeqGiven) Propagate(ref call, stream, options, id);
    }

    /// <summary>XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count]</summary>
    public void Trim(ref CommandContext call)
    {
        if (!TrimOptions.TryParse(ref call, false, keys.Settings, out TrimOptions options)) return;
        if (!keys.TryOpen(ref call, 1, out Entry entry)) return;
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        StreamValue stream = keys.Of(entry);
        long removed = stream.Trim(options.Rule);
        call.Reply.Integer(removed);
        if (removed == 0) return;
        call.Changed(call.Key(1), KeyEventClass.Stream, "xtrim"u8, (int)removed);
        if (options.Rule.IsApproximate) Propagate(ref call, stream, options, StreamId.Zero);
    }

    /// <summary>XDEL key id [id ...]</summary>
    public void Delete(ref CommandContext call)
    {
        if (!keys.TryOpen(ref call, 1, out Entry entry)) return;
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        // All ids are looked at before the first entry goes.
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (!StreamKeys.TryId(ref call, i, out _)) return;
        }

        StreamValue stream = keys.Of(entry);
        StreamId largest = StreamId.Zero;
        bool isFirst = false;
        int deleted = 0;
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            StreamIdText.TryParseStrict(call.Argument(i), 0, out StreamId id);
            if (!stream.Delete(id)) continue;
            deleted++;
            isFirst |= id == stream.FirstId;
            if (id > largest) largest = id;
        }

        if (deleted > 0)
        {
            stream.Deleted(largest, isFirst);
            call.Changed(call.Key(1), KeyEventClass.Stream, "xdel"u8, deleted);
        }

        call.Reply.Integer(deleted);
    }

    /// <summary>XLEN key</summary>
    public void Length(ref CommandContext call)
    {
        if (!keys.TryFind(ref call, 1, out Entry entry)) return;
        call.Reply.Integer(entry.IsMissing ? 0 : keys.Of(entry).Length);
    }

    /// <summary>XRANGE key start end [COUNT count]</summary>
    public void Range(ref CommandContext call) => Range(ref call, 2, 3, false);

    /// <summary>XREVRANGE key end start [COUNT count]</summary>
    public void ReverseRange(ref CommandContext call) => Range(ref call, 3, 2, true);

    /// <summary>XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]</summary>
    public void SetId(ref CommandContext call)
    {
        if (!StreamKeys.TryId(ref call, 2, out StreamId id)) return;
        if (!TrySetIdOptions(ref call, id, out long added, out StreamId maxDeleted)) return;
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Error("ERR no such key"u8);
            return;
        }

        if (!entry.Is(keys.Type))
        {
            call.Reply.WrongType();
            return;
        }

        StreamValue stream = keys.Of(entry);
        if (!CanSetId(ref call, stream, id, added)) return;
        stream.LastId = id;
        if (added >= 0) stream.EntriesAdded = added;
        if (!maxDeleted.IsZero) stream.MaxDeletedId = maxDeleted;
        call.Reply.Ok();
        call.CountDirty(1);
        call.Notify(call.Key(1), KeyEventClass.Stream, "xsetid"u8);
    }

    private static bool CanSetId(ref CommandContext call, scoped StreamValue stream, StreamId id, long added)
    {
        if (stream.Length == 0) return true;
        if (id < stream.LastEntryId())
        {
            call.Reply.Error("ERR The ID specified in XSETID is smaller than the target stream top item"u8);
            return false;
        }

        if (added < 0 || added >= stream.Length) return true;
        call.Reply.Error("ERR The entries_added specified in XSETID is smaller than the target stream length"u8);
        return false;
    }

    private static bool TrySetIdOptions(ref CommandContext call, StreamId id, out long added, out StreamId maxDeleted)
    {
        added = -1;
        maxDeleted = StreamId.Zero;
        for (int i = 3; i < call.ArgumentCount; i += 2)
        {
            bool isLast = i == call.ArgumentCount - 1;
            if (!isLast && call.ArgumentIs(i, "entriesadded"u8))
            {
                if (!StreamKeys.TryInteger(ref call, i + 1, out added)) return false;
                if (added >= 0) continue;
                call.Reply.Error("ERR entries_added must be positive"u8);
                return false;
            }

            if (!isLast && call.ArgumentIs(i, "maxdeletedid"u8))
            {
                if (!StreamKeys.TryId(ref call, i + 1, out maxDeleted)) return false;
                if (id >= maxDeleted) continue;
                call.Reply.Error("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"u8);
                return false;
            }

            call.Reply.SyntaxError();
            return false;
        }

        return true;
    }

    private void Range(ref CommandContext call, int fromIndex, int toIndex, bool isReverse)
    {
        if (!StreamKeys.TryRange(ref call, fromIndex, toIndex, out StreamId from, out StreamId to)) return;
        long count = -1;
        for (int i = 4; i < call.ArgumentCount; i += 2)
        {
            if (i == call.ArgumentCount - 1 || !call.ArgumentIs(i, "count"u8))
            {
                call.Reply.SyntaxError();
                return;
            }

            if (!StreamKeys.TryInteger(ref call, i + 1, out count)) return;
            count = Math.Max(0, count);
        }

        if (!keys.TryFind(ref call, 1, out Entry entry)) return;
        if (entry.IsMissing) call.Reply.Array(0);
        else if (count == 0) call.Reply.NullArray();
        else entries.Entries(call.Reply, keys.Of(entry).Walk(from, to, isReverse), Math.Max(0, count));
    }

    private static bool TryNextId(ref CommandContext call, scoped StreamValue stream, in TrimOptions options, out StreamId id)
    {
        StreamId last = stream.LastId;
        id = default;
        if (last == StreamId.Max)
        {
            call.Reply.Error("ERR The stream has exhausted the last possible ID, unable to add more items"u8);
            return false;
        }

        bool isLarger = true;
        if (!options.IsIdGiven)
        {
            ulong now = (ulong)call.NowMs;
            if (now > last.Ms) id = new StreamId(now, 0);
            else last.TryNext(out id);
        }
        else if (!options.IsSeqGiven && options.Id.Ms == last.Ms)
        {
            isLarger = last.Seq != ulong.MaxValue;
            id = new StreamId(last.Ms, last.Seq + 1);
        }
        else
        {
            id = options.Id;
            isLarger = id > last;
        }

        if (isLarger) return true;
        call.Reply.Error("ERR The ID specified in XADD is equal or smaller than the target stream top item"u8);
        return false;
    }

    // What cannot be repeated elsewhere is said exactly: the id, and what an approximate trim left.
    private void Propagate(ref CommandContext call, scoped StreamValue stream, in TrimOptions options, StreamId id)
    {
        if (!call.Server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs();
        for (int i = 0; i < call.ArgumentCount; i++)
        {
            if (i == options.IdAt) effect.Add(entries.Text(id));
            else if (!options.Rule.IsApproximate || (i != options.RuleAt && i != options.RuleAt - 1)) effect.Add(call.Argument(i));
            else if (i == options.RuleAt - 1) effect.Add("="u8);
            else if (options.Rule.ByLength) effect.Add(stream.Length);
            else effect.Add(entries.Text(stream.FirstKeptId()));
        }

        effect.Send();
    }
}
