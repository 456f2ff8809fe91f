using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists.Commands;

/// <summary>LPUSH, RPUSH, LPUSHX, RPUSHX.</summary>
internal sealed class PushCommands(ListStore store)
{
    /// <summary>LPUSH key element [element ...]. Source: redis.io/commands/lpush.</summary>
    public void PushLeft(ref CommandContext call) => Push(ref call, front: true, onlyExisting: false);

    /// <summary>RPUSH key element [element ...]. Source: redis.io/commands/rpush.</summary>
    public void PushRight(ref CommandContext call) => Push(ref call, front: false, onlyExisting: false);

    /// <summary>LPUSHX key element [element ...]. Source: redis.io/commands/lpushx.</summary>
    public void PushLeftExisting(ref CommandContext call) => Push(ref call, front: true, onlyExisting: true);

    /// <summary>RPUSHX key element [element ...]. Source: redis.io/commands/rpushx.</summary>
    public void PushRightExisting(ref CommandContext call) => Push(ref call, front: false, onlyExisting: true);

    private void Push(ref CommandContext call, bool front, bool onlyExisting)
    {
        const int FirstElement = 2;
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (entry.IsMissing ? onlyExisting : !entry.Is(store.Type))
        {
            if (entry.IsMissing) call.Reply.Integer(0); else call.Reply.WrongType();
            return;
        }

        int count = call.ArgumentCount - FirstElement;
        if (entry.IsMissing || ListStore.IsSmall(entry))
        {
            long text = 0;
            int packed = 0;
            for (int i = FirstElement; i < call.ArgumentCount; i++)
            {
                text += call.Argument(i).Length;
                packed = checked(packed + Listpack.SizeOf(call.Argument(i)));
            }

            entry = store.Reserve(call.Keys, key, entry, new ElementRoom(text, packed, count));
        }

        for (int i = FirstElement; i < call.ArgumentCount; i++) store.Add(entry, front, call.Argument(i));
        call.Reply.Integer(ListStore.Length(entry));
        call.Changed(key, KeyEventClass.List, front ? "lpush"u8 : "rpush"u8, count);
    }
}
