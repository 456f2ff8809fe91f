using ModularKv.Streams.Memory;

namespace ModularKv.Streams;

/// <summary>
/// How many nodes Redis's radix tree would have for the same nodes of the stream. Its shape follows from the keys alone: a node for each
/// key's end, one for each place where keys part, one for each stretch that several keys share or one key has for itself. Source: rax.c.
/// </summary>
internal static class RadixNodes
{
    // Beyond these the rest is reckoned to be like them: counting costs time in proportion to them.
    private const long KeysMax = 1 << 16;

    /// <summary>The number of nodes.</summary>
    public static long Count(StreamValue stream)
    {
        long keys = stream.NodeCount;
        if (keys == 0) return 1;
        long looked = Math.Min(keys, KeysMax);
        long nodes = Count(stream, looked);
        return looked == keys ? nodes : (long)(nodes * ((double)keys / looked));
    }

    private static long Count(StreamValue stream, long keys)
    {
        // Depths at which the keys so far part, from the root to the last key.
        Span<int> parting = stackalloc int[StreamId.BinaryBytes];
        int depth = 0;
        Span<byte> previous = stackalloc byte[StreamId.BinaryBytes];
        Span<byte> key = stackalloc byte[StreamId.BinaryBytes];
        stream.NodeAt(0, out StreamId first);
        first.WriteBinary(previous);
        long nodes = 1;

        // The bytes between two partings (or the root, or a key's end): a byte leads away from a parting, what is left is one node.
        for (long i = 1; i < keys; i++)
        {
            stream.NodeAt(i, out StreamId id);
            id.WriteBinary(key);
            int common = previous.CommonPrefixLength(key);
            int below = StreamId.BinaryBytes;
            while (depth > 0 && parting[depth - 1] > common)
            {
                nodes += 1 + Stretch(parting[depth - 1], below);
                below = parting[--depth];
            }

            if (depth == 0 || parting[depth - 1] != common) parting[depth++] = common;
            nodes += 1 + Stretch(common, below);
            key.CopyTo(previous);
        }

        int end = StreamId.BinaryBytes;
        while (depth > 0)
        {
            nodes += 1 + Stretch(parting[depth - 1], end);
            end = parting[--depth];
        }

        return nodes + (end > 0 ? 1 : 0);
    }

    private static int Stretch(int parting, int below) => below - parting - 1 > 0 ? 1 : 0;
}
