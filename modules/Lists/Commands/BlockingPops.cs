using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>BLPOP, BRPOP, BLMPOP: pops that wait for an element.</summary>
internal sealed class BlockingPops(ListStore store, PopCommands pops)
{
    private int[] _keys = new int[16];

    /// <summary>BLPOP key [key ...] timeout. Source: redis.io/commands/blpop.</summary>
    public void PopLeft(ref CommandContext call) => Pop(ref call, front: true);

    /// <summary>BRPOP key [key ...] timeout. Source: redis.io/commands/brpop.</summary>
    public void PopRight(ref CommandContext call) => Pop(ref call, front: false);

    /// <summary>BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]. Source: redis.io/commands/blmpop.</summary>
    public void PopMany(ref CommandContext call)
    {
        if (!MultiPop.TryRead(ref call, 2, out MultiPop options)) return;
        if (!ListArguments.TryTimeout(ref call, 1, out long timeoutMs)) return;
        if (!TryFind(ref call, options.FirstKey, options.Keys, timeoutMs, out Entry entry, out int keyAt)) return;
        pops.TakeMany(ref call, entry, keyAt, options);
    }

    private void Pop(ref CommandContext call, bool front)
    {
        int timeoutAt = call.ArgumentCount - 1;
        if (!ListArguments.TryTimeout(ref call, timeoutAt, out long timeoutMs)) return;
        if (!TryFind(ref call, 1, timeoutAt - 1, timeoutMs, out Entry entry, out int keyAt)) return;
        pops.TakeOne(ref call, entry, keyAt, front);
    }

    /// <summary>Finds the first key that holds a list. False: the client was answered, or it waits.</summary>
    private bool TryFind(ref CommandContext call, int firstKey, int keys, long timeoutMs, out Entry entry, out int keyAt)
    {
        entry = default;
        keyAt = 0;
        if (call.IsTimedOut)
        {
            call.Reply.NullArray();
            return false;
        }

        if (call.IsRetry)
        {
            keyAt = call.ReadyKey;
            entry = call.Keys.FindForWrite(call.Key(keyAt));
            if (!entry.IsMissing && entry.Is(store.Type)) return true;
            Wait(ref call, firstKey, keys, timeoutMs);
            return false;
        }

        for (int i = firstKey; i < firstKey + keys; i++)
        {
            entry = call.Keys.FindForWrite(call.Key(i));
            if (entry.IsMissing) continue;
            keyAt = i;
            if (entry.Is(store.Type)) return true;
            call.Reply.WrongType();
            return false;
        }

        if (call.MayNotBlock) call.Reply.NullArray();
        else Wait(ref call, firstKey, keys, timeoutMs);
        return false;
    }

    private void Wait(ref CommandContext call, int firstKey, int keys, long timeoutMs)
    {
        if (_keys.Length < keys) _keys = new int[keys];
        for (int i = 0; i < keys; i++) _keys[i] = firstKey + i;
        call.BlockOnKeys(_keys.AsSpan(0, keys), timeoutMs);
    }
}
