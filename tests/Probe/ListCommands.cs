using System.Globalization;
using ModularKv.Abstractions;

namespace ModularKv.Probe;

/// <summary>Commands on <see cref="ProbeList"/>.</summary>
internal sealed class ListCommands
{
    /// <summary>The type.</summary>
    public ProbeList Type { get; } = new();

    /// <summary>PROBE.PUSH key item: appends; replies the length.</summary>
    public void Push(ref CommandContext call)
    {
        if (!TryOpen(ref call, out List<byte[]>? items)) return;
        if (items is null) Type.Create(call.Keys, call.Key(1), items = []);
        items.Add(call.Argument(2).ToArray());
        call.Changed(call.Key(1), KeyEventClass.Module, "probe.push"u8);
        call.Reply.Integer(items.Count);
    }

    /// <summary>PROBE.ITEMS key: all items.</summary>
    public void Items(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (!entry.IsMissing && !entry.Is(Type))
        {
            call.Reply.WrongType();
            return;
        }

        List<byte[]> items = entry.IsMissing ? [] : Type.Get(entry);
        call.Reply.Array(items.Count);
        foreach (byte[] item in items) call.Reply.Bulk(item);
    }

    /// <summary>PROBE.POP key timeout-ms: the first item; waits for one. Null when the time is up.</summary>
    public void Pop(ref CommandContext call)
    {
        if (!long.TryParse(call.Argument(2), CultureInfo.InvariantCulture, out long timeoutMs) || timeoutMs < 0)
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (!TryOpen(ref call, out List<byte[]>? items)) return;
        if (items is not null) TakeAt(ref call, items, 0, "probe.pop"u8);
        else if (call.IsTimedOut || call.MayNotBlock) call.Reply.Null();
        else call.BlockOnKeys([1], timeoutMs);
    }

    /// <summary>PROBE.TAKE key: some item. Propagated as the removal of that item: a replica would choose another.</summary>
    public void Take(ref CommandContext call)
    {
        if (!TryOpen(ref call, out List<byte[]>? items)) return;
        if (items is null) call.Reply.Null();
        else TakeAt(ref call, items, (int)call.Server.Random.Next(items.Count), "probe.take"u8);
    }

    /// <summary>PROBE.REMOVE key item: removes the first equal item; replies 1 or 0.</summary>
    public void Remove(ref CommandContext call)
    {
        if (!TryOpen(ref call, out List<byte[]>? items)) return;
        int at = -1;
        for (int i = 0; at < 0 && i < items?.Count; i++)
        {
            if (call.Argument(2).SequenceEqual(items[i])) at = i;
        }

        if (at >= 0) RemoveAt(ref call, items!, at, "probe.remove"u8);
        call.Reply.Integer(at >= 0 ? 1 : 0);
    }

    private void TakeAt(ref CommandContext call, List<byte[]> items, int index, ReadOnlySpan<byte> eventName)
    {
        byte[] item = items[index];
        RemoveAt(ref call, items, index, eventName);
        call.PropagateAs().Add("PROBE.REMOVE"u8).Add(call.Argument(1)).Add(item).Send();
        call.Reply.Bulk(item);
    }

    private static void RemoveAt(ref CommandContext call, List<byte[]> items, int index, ReadOnlySpan<byte> eventName)
    {
        items.RemoveAt(index);
        if (items.Count == 0) call.Keys.Delete(call.Key(1));
        call.Changed(call.Key(1), KeyEventClass.Module, eventName);
    }

    /// <summary>Opens the list for writing; null: there is no such key. False: another type, answered.</summary>
    private bool TryOpen(ref CommandContext call, out List<byte[]>? items)
    {
        items = null;
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (entry.IsMissing) return true;
        if (!entry.Is(Type))
        {
            call.Reply.WrongType();
            return false;
        }

        items = Type.Get(entry);
        return true;
    }
}
