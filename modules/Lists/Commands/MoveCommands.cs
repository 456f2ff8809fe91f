using ModularKv.Abstractions;

namespace ModularKv.Lists.Commands;

/// <summary>LMOVE, RPOPLPUSH, BLMOVE, BRPOPLPUSH: from an end of one list to an end of another, or of the same.</summary>
internal sealed class MoveCommands(ListStore store, PopCommands pops)
{
    private byte[] _element = new byte[1024];

    /// <summary>LMOVE source destination LEFT|RIGHT LEFT|RIGHT. Source: redis.io/commands/lmove.</summary>
    public void Move(ref CommandContext call)
    {
        if (!TrySides(ref call, out bool fromLeft, out bool toLeft)) return;
        Entry source = call.Keys.FindForWrite(call.Key(1));
        if (source.IsMissing) call.Reply.Null();
        else if (!source.Is(store.Type)) call.Reply.WrongType();
        else Run(ref call, source, fromLeft, toLeft);
    }

    /// <summary>RPOPLPUSH source destination. Source: redis.io/commands/rpoplpush.</summary>
    public void PopPush(ref CommandContext call)
    {
        Entry source = call.Keys.FindForWrite(call.Key(1));
        if (source.IsMissing) call.Reply.Null();
        else if (!source.Is(store.Type)) call.Reply.WrongType();
        else Run(ref call, source, fromLeft: false, toLeft: true);
    }

    /// <summary>BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout. Source: redis.io/commands/blmove.</summary>
    public void MoveBlocking(ref CommandContext call)
    {
        if (!TrySides(ref call, out bool fromLeft, out bool toLeft)) return;
        if (!ListArguments.TryTimeout(ref call, 5, out long timeoutMs)) return;
        if (!TryFind(ref call, timeoutMs, out Entry source) || !Run(ref call, source, fromLeft, toLeft)) return;
        call.PropagateAs().Add("LMOVE"u8).Add(call.Argument(1)).Add(call.Argument(2))
            .Add(fromLeft ? "LEFT"u8 : "RIGHT"u8).Add(toLeft ? "LEFT"u8 : "RIGHT"u8).Send();
    }

    /// <summary>BRPOPLPUSH source destination timeout. Source: redis.io/commands/brpoplpush.</summary>
    public void PopPushBlocking(ref CommandContext call)
    {
        if (!ListArguments.TryTimeout(ref call, 3, out long timeoutMs)) return;
        if (!TryFind(ref call, timeoutMs, out Entry source) || !Run(ref call, source, fromLeft: false, toLeft: true)) return;
        call.PropagateAs().Add("RPOPLPUSH"u8).Add(call.Argument(1)).Add(call.Argument(2)).Send();
    }

    private static bool TrySides(ref CommandContext call, out bool fromLeft, out bool toLeft)
    {
        toLeft = false;
        return ListArguments.TrySide(ref call, 3, out fromLeft) && ListArguments.TrySide(ref call, 4, out toLeft);
    }

    /// <summary>Finds the source. False: the client was answered, or it waits.</summary>
    private bool TryFind(ref CommandContext call, long timeoutMs, out Entry source)
    {
        source = default;
        if (call.IsTimedOut)
        {
            call.Reply.NullArray();
            return false;
        }

        source = call.Keys.FindForWrite(call.Key(1));
        bool isList = !source.IsMissing && source.Is(store.Type);
        if (isList) return true;
        if (!source.IsMissing && !call.IsRetry) call.Reply.WrongType();
        else if (call.MayNotBlock) call.Reply.Null();
        else call.BlockOnKeys([1], timeoutMs);
        return false;
    }

    /// <returns>False: the destination holds another type, as the client was told.</returns>
    private bool Run(ref CommandContext call, scoped Entry source, bool fromLeft, bool toLeft)
    {
        KeyRef from = call.Key(1), to = call.Key(2);
        bool isSame = from.Bytes.SequenceEqual(to.Bytes);
        Entry target = isSame ? source : call.Keys.FindForWrite(to);
        if (!target.IsMissing && !target.Is(store.Type))
        {
            call.Reply.WrongType();
            return false;
        }

        // The element's own bytes go with its list's end, and the target may be that list.
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        source = Again(ref call, from);
        ReadOnlySpan<byte> element = Keep(store.Peek(source, fromLeft).Text(scratch));
        store.RemoveEnd(call.Keys, source, fromLeft);
        target = store.Reserve(call.Keys, to, Again(ref call, to), new ElementRoom(element));
        store.Add(target, toLeft, element);
        call.Changed(to, KeyEventClass.List, toLeft ? "lpush"u8 : "rpush"u8, dirty: 0);
        call.Reply.Bulk(element);
        pops.Removed(ref call, from, Again(ref call, from), fromLeft, 1);
        return true;
    }

    // A key that was opened for writing before: whatever was done to the other one may have moved it.
    private static Entry Again(scoped ref CommandContext call, KeyRef key)
        => call.Keys.Find(key, Access.NoTouch | Access.NoStatistics | Access.NoNotify | Access.Expired);

    private ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> element)
    {
        if (_element.Length < element.Length) _element = new byte[element.Length];
        element.CopyTo(_element);
        return _element.AsSpan(0, element.Length);
    }
}
