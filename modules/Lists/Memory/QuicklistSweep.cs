using ModularKv.Abstractions.Collections;

namespace ModularKv.Lists.Memory;

/// <summary>Removes all elements with some text, or the first or last few of them (LREM).</summary>
internal static class QuicklistSweep
{
    /// <summary>Goes through a list of nodes.</summary>
    /// <returns>How many elements were removed.</returns>
    public static long Run(Quicklist list, ref QuicklistRoot root, in Needle needle, long limit, bool fromTail)
    {
        long removed = 0;
        int index = fromTail ? root.Length - 1 : 0;
        while (removed < limit && index >= 0 && index < root.Length)
        {
            int before = root.Length;
            removed += RunNode(list, ref root, index, needle, limit - removed, fromTail);

            // A node that became empty is gone: the next one towards the tail stands in its place.
            if (fromTail) index--; else if (root.Length == before) index++;
        }

        if (removed > 0) list.SettleEdges(ref root);
        return removed;
    }

    /// <summary>Goes through a listpack; the bytes behind its new end are left over.</summary>
    /// <returns>How many elements were removed.</returns>
    public static int Run(Span<byte> listpack, in Needle needle, long limit, bool fromTail)
    {
        int removed = 0;
        int at = fromTail ? Listpack.Last(listpack) : Listpack.First(listpack);
        while (at >= 0)
        {
            bool isMatch = needle.Is(Listpack.Get(listpack, at));
            int next = isMatch ? Listpack.Remove(listpack, at) : fromTail ? at : Listpack.Next(listpack, at);
            if (isMatch && ++removed == limit) break;
            at = !fromTail ? next : Listpack.Previous(listpack, at);
        }

        return removed;
    }

    private static int RunNode(Quicklist list, ref QuicklistRoot root, int index, in Needle needle, long limit, bool fromTail)
    {
        ReadOnlySpan<byte> content = list.Blocks.Content(root, index);
        if (root[index].IsPlain)
        {
            if (!needle.Is(content)) return 0;
            list.RemoveNodes(ref root, index, 1);
            return 1;
        }

        if (!HasMatch(content, needle)) return 0;
        list.Blocks.Decompress(ref root, index);
        int removed = Run(NodeBlocks.Writable(root, index), needle, limit, fromTail);
        if (removed == root[index].Count)
        {
            list.RemoveNodes(ref root, index, 1);
            return removed;
        }

        list.Removed(ref root, index, removed);
        list.Settle(ref root, index);
        return removed;
    }

    private static bool HasMatch(ReadOnlySpan<byte> listpack, in Needle needle)
    {
        for (int at = Listpack.First(listpack); at >= 0;)
        {
            if (needle.Is(Listpack.Take(listpack, ref at))) return true;
        }

        return false;
    }
}
