using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>Changing strings in place: APPEND, SETRANGE. Afterwards they are raw, however short.</summary>
internal sealed class EditCommands(StringStore store, StringLimit limit)
{
    /// <summary>APPEND key value. Source: redis.io/commands/append.</summary>
    public void Append(ref CommandContext call)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        ReadOnlySpan<byte> added = call.Argument(2);
        long length = added.Length;
        if (entry.IsMissing)
        {
            store.StoreArgument(ref call, key, 2);
        }
        else
        {
            if (!entry.Is(store.Type))
            {
                call.Reply.WrongType();
                return;
            }

            long before = entry.ValueLength;
            if (!limit.Allows(ref call, before, added.Length)) return;
            length += before;
            if (added.Length > 0) entry = call.Keys.Resize(entry, length, growing: true);
            added.CopyTo(entry.WritableValue[(int)before..]);
            entry.SetEncoding((int)StringEncoding.Raw);
        }

        // Even when nothing was added: so does Redis.
        call.Changed(key, KeyEventClass.String, "append"u8);
        call.Reply.Integer(length);
    }

    /// <summary>SETRANGE key offset value. A gap before the offset becomes zero bytes. Source: redis.io/commands/setrange.</summary>
    public void SetRange(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long offset))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (offset < 0)
        {
            call.Reply.Error("ERR offset is out of range"u8);
            return;
        }

        KeyRef key = call.Key(1);
        ReadOnlySpan<byte> value = call.Argument(3);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        long before = entry.IsMissing ? 0 : entry.ValueLength;
        if (value.Length == 0)
        {
            call.Reply.Integer(before);
            return;
        }

        if (!limit.Allows(ref call, offset, value.Length)) return;
        long length = Math.Max(before, offset + value.Length);
        if (entry.IsMissing) entry = call.Keys.Put(key, store.Type, length);
        else if (length != before) entry = call.Keys.Resize(entry, length, growing: true);
        Span<byte> content = entry.WritableValue;
        if (offset > before) content[(int)before..(int)offset].Clear();
        value.CopyTo(content[(int)offset..]);
        entry.SetEncoding((int)StringEncoding.Raw);
        call.Changed(key, KeyEventClass.String, "setrange"u8);
        call.Reply.Integer(length);
    }
}
