using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>LLEN, LINDEX, LRANGE, LPOS.</summary>
internal sealed class ReadCommands(ListStore store)
{
    /// <summary>LLEN key. Source: redis.io/commands/llen.</summary>
    public void Length(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Integer(0);
        else if (!entry.Is(store.Type)) call.Reply.WrongType();
        else call.Reply.Integer(ListStore.Length(entry));
    }

    /// <summary>LINDEX key index. Source: redis.io/commands/lindex.</summary>
    public void Index(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Null();
            return;
        }

        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        if (!ListArguments.TryInteger(ref call, 2, out long index)) return;
        long length = ListStore.Length(entry);
        if (index < 0) index += length;
        if (index < 0 || index >= length) call.Reply.Null();
        else store.ElementAt(entry, index).Reply(call.Reply);
    }

    /// <summary>LRANGE key start stop. Source: redis.io/commands/lrange.</summary>
    public void Range(ref CommandContext call)
    {
        if (!ListArguments.TryInteger(ref call, 2, out long start) || !ListArguments.TryInteger(ref call, 3, out long stop)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Array(0);
            return;
        }

        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        long length = ListStore.Length(entry);
        if (start < 0) start = Math.Max(0, start + length);
        if (stop < 0) stop += length;
        stop = Math.Min(stop, length - 1);
        if (start > stop) call.Reply.Array(0);
        else ListRange.Reply(store, entry, start, stop - start + 1, call.Reply);
    }

    /// <summary>LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]. Source: redis.io/commands/lpos.</summary>
    public void Position(ref CommandContext call)
    {
        if (!PositionOptions.TryRead(ref call, out PositionOptions options)) return;
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            if (options.HasCount) call.Reply.Array(0); else call.Reply.Null();
            return;
        }

        if (!entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        DeferredLength array = options.HasCount ? call.Reply.Defer() : default;
        long found = ReplyMatches(ref call, entry, options);
        if (options.HasCount) call.Reply.Finish(array, Aggregate.Array, found);
        else if (found == 0) call.Reply.Null();
    }

    private long ReplyMatches(ref CommandContext call, Entry entry, in PositionOptions options)
    {
        Needle needle = new(call.Argument(2));
        long length = ListStore.Length(entry), matches = 0, found = 0;
        long end = options.MaxLength == 0 ? length : Math.Min(options.MaxLength, length);
        ElementWalk walk = new(store, entry, options.FromTail);
        for (long index = 0; index < end && walk.Next(); index++)
        {
            if (!walk.Is(needle) || ++matches < options.Rank) continue;
            call.Reply.Integer(options.FromTail ? length - 1 - index : index);
            found++;

            // Without COUNT the first match is all; COUNT 0 means every match.
            if (!options.HasCount || found == options.Count) break;
        }

        return found;
    }
}
