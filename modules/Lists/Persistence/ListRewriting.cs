using ModularKv.Abstractions;

namespace ModularKv.Lists.Persistence;

/// <summary>Writes the commands that rebuild a list, a large one by pieces. Source: aof.c, rewriteListObject.</summary>
internal static class ListRewriting
{
    /// <summary>As <see cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/>; the position is the node to go on with.</summary>
    public static bool Write(ListStore store, Entry value, ICommandSink commands, ref ulong position)
    {
        int nodes = ListStore.NodeCount(value);
        int end = (int)position;
        long elements = 0;
        for (long bytes = 0; end < nodes && bytes < ValuePiece.Bytes; end++)
        {
            NodeView node = store.Node(value, end);
            elements += node.Count;
            bytes += node.Bytes.Length;
        }

        WriteElements(new ElementWalk(store, value, (int)position), elements, value.Key, commands);
        position = (ulong)end;
        return end == nodes;
    }

    private static void WriteElements(ElementWalk walk, long elements, ReadOnlySpan<byte> key, ICommandSink commands)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        while (elements > 0)
        {
            int some = (int)Math.Min(elements, ValuePiece.ItemsPerCommand);
            commands.Begin(2 + some);
            commands.Argument("RPUSH"u8);
            commands.Argument(key);
            for (int i = 0; i < some && walk.Next(); i++) commands.Argument(walk.Current.Text(scratch));
            elements -= some;
        }
    }
}
