using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Commands;

/// <summary>HSET, HMSET, HSETNX, HDEL.</summary>
internal sealed class FieldWrites(HashType type)
{
    /// <summary>HSET key field value [field value ...]. Source: redis.io/commands/hset.</summary>
    public void Set(ref CommandContext call)
    {
        if (TrySet(ref call, out int added)) call.Reply.Integer(added);
    }

    /// <summary>HMSET key field value [field value ...]. Source: redis.io/commands/hmset.</summary>
    public void SetMany(ref CommandContext call)
    {
        if (TrySet(ref call, out _)) call.Reply.Ok();
    }

    /// <summary>HSETNX key field value. Source: redis.io/commands/hsetnx.</summary>
    public void SetIfNew(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing)
        {
            if (!entry.Is(type))
            {
                call.Reply.WrongType();
                return;
            }

            HashField value = HashReader.Find(entry, call.Argument(2));
            if (!value.IsMissing && !type.Expiry.HasExpired(ref call, key, value, call.Argument(2)))
            {
                call.Reply.Integer(0);
                return;
            }

            entry = call.Keys.FindForWrite(key);
        }

        // A field that has expired and may not be removed is overwritten, with its time.
        long before = entry.IsMissing ? 0 : HashReader.NextExpiry(entry);
        entry = OpenFor(ref call, entry, key, 2);
        type.Writer.Set(call.Keys, ref entry, call.Argument(2), call.Argument(3));
        HashWriter.Fit(call.Keys, ref entry);
        type.Queue.Track(call.Keys, key.Bytes, before, HashReader.NextExpiry(entry));
        call.Changed(key, KeyEventClass.Hash, "hset"u8);
        call.Reply.Integer(1);
    }

    /// <summary>HDEL key field [field ...]. An expired field that is still there counts. Source: redis.io/commands/hdel.</summary>
    public void Delete(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!entry.Is(type))
        {
            call.Reply.WrongType();
            return;
        }

        long before = HashReader.NextExpiry(entry);
        int deleted = 0;
        bool emptied = false;
        for (int i = 2; i < call.ArgumentCount && !emptied; i++)
        {
            if (!type.Writer.Remove(call.Keys, ref entry, call.Argument(i))) continue;
            deleted++;
            emptied = HashReader.Count(entry) == 0;
        }

        if (deleted > 0)
        {
            long after = HashReader.NextExpiry(entry);
            if (emptied) call.Keys.Delete(entry);
            type.Queue.Track(call.Keys, key.Bytes, before, after);
            call.Changed(key, KeyEventClass.Hash, "hdel"u8, deleted);
            if (emptied) call.Changed(key, KeyEventClass.Generic, "del"u8, dirty: 0);
        }

        call.Reply.Integer(deleted);
    }

    /// <summary>
    /// The hash opened for fields and values from an argument on: made where it is missing, a table where they ask for one.
    /// </summary>
    public Entry OpenFor(scoped ref CommandContext call, Entry entry, scoped in KeyRef key, int first)
    {
        int longest = 0;
        long total = 0;
        if (entry.IsMissing)
        {
            long room = Listpack.EmptyBytes;
            for (int i = first; i < call.ArgumentCount; i++)
            {
                ReadOnlySpan<byte> text = call.Argument(i);
                longest = Math.Max(longest, text.Length);
                total += text.Length;
                room += Listpack.SizeOf(text);
            }

            // What becomes a table anyway needs no room for a listpack.
            bool packs = longest <= type.Limits.ValueBytes && (call.ArgumentCount - first) / 2 <= type.Limits.Entries;
            entry = type.Writer.Create(call.Keys, key, packs ? room : Listpack.EmptyBytes);
        }
        else if (HashReader.IsPacked(entry))
        {
            for (int i = first; i < call.ArgumentCount; i++)
            {
                int length = call.Argument(i).Length;
                longest = Math.Max(longest, length);
                total += length;
            }
        }

        type.Writer.Prepare(call.Keys, ref entry, longest, total);
        return entry;
    }

    private bool TrySet(ref CommandContext call, out int added)
    {
        added = 0;
        if (call.ArgumentCount % 2 == 1)
        {
            call.Reply.Error($"ERR wrong number of arguments for '{call.Command.FullName}' command");
            return false;
        }

        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(type))
        {
            call.Reply.WrongType();
            return false;
        }

        entry = OpenFor(ref call, entry, key, 2);
        if (HashReader.HasTimes(entry)) added = SetTimed(ref call, ref entry, key);
        else added = SetPlain(ref call, ref entry);
        call.Changed(key, KeyEventClass.Hash, "hset"u8, (call.ArgumentCount - 2) / 2);
        return true;
    }

    private int SetPlain(ref CommandContext call, ref Entry entry)
    {
        int added = 0;
        for (int i = 2; i < call.ArgumentCount; i += 2)
        {
            if (type.Writer.Set(call.Keys, ref entry, call.Argument(i), call.Argument(i + 1))) added++;
        }

        HashWriter.Fit(call.Keys, ref entry);
        return added;
    }

    // A field that has expired counts as new.
    private int SetTimed(ref CommandContext call, ref Entry entry, scoped in KeyRef key)
    {
        long before = HashReader.NextExpiry(entry);
        int added = 0;
        for (int i = 2; i < call.ArgumentCount; i += 2)
        {
            bool expired = type.Expiry.IsOver(ref call, HashReader.Find(entry, call.Argument(i)));
            if (type.Writer.Set(call.Keys, ref entry, call.Argument(i), call.Argument(i + 1)) || expired) added++;
        }

        type.Queue.Track(call.Keys, key.Bytes, before, HashReader.NextExpiry(entry));
        return added;
    }
}
