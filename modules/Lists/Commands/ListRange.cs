using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists.Commands;

/// <summary>Writes ranges of a list into a reply, straight from the nodes.</summary>
internal static class ListRange
{
    /// <summary>Replies with an array of elements that are there.</summary>
    public static void Reply(ListStore store, Entry entry, long start, long count, ReplyWriter reply)
    {
        reply.Array(count);
        if (count == 0) return;
        (int node, int offset) = ListStore.Locate(entry, start);
        for (; count > 0; node++)
        {
            NodeView view = store.Node(entry, node);
            int taken = (int)Math.Min(count, view.Count - offset);
            if (view.IsPlain) reply.Bulk(view.Bytes);
            else Listpack.Reply(view.Bytes, Listpack.Seek(view.Bytes, offset), taken, reply);
            count -= taken;
            offset = 0;
        }
    }

    /// <summary>Replies with an array of the last elements, the very last first.</summary>
    public static void ReplyFromTail(ListStore store, Entry entry, long count, ReplyWriter reply)
    {
        reply.Array(count);
        ElementWalk walk = new(store, entry, backwards: true);
        for (; count > 0 && walk.Next(); count--) walk.Current.Reply(reply);
    }
}
